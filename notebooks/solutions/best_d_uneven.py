"""The best D where fakes come k times as often as reals (notebook 03).

Of all that D is shown, reals turn up at x with the weight p_data(x), fakes with k p_g(x). So at one x it
pays -p_data log D - k p_g log(1 - D): the sum of the section, with k p_g in the place of p_g. Its
derivative, -p_data/D + k p_g/(1 - D), is zero at D = p_data / (p_data + k p_g).

In words: D answers with the share of reals among all that lie at x. It is 1 where there are no fakes,
whatever k is. And for perfect fakes, where p_g = p_data, it is 1/(1 + k): 1/4 for three fakes to each real
image, and ln 2 is no longer the level to look for. One more reason for as many fakes as reals.
"""


def best_d_uneven(p_data, p_g, fakes_per_real):
    fakes_there = fakes_per_real * p_g
    return p_data / (p_data + fakes_there)
