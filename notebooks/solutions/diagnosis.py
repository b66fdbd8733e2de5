"""The closing quiz (notebook 04).

How to tell them, one number after the other. Accuracy first: below a half, G fools D. Then D is too slow
for G, or it never learns at all, and "D moved" decides: a small number, or exactly 0, the freeze trap.
Accuracy close to 1: D wins. Now the pictures decide: grey noise, all of them different, is what a G too
slow or a silent loss leaves; one pattern for every z, with far less diversity than that, is the collapse.
Losses counted in tens or more that jump about come of learning rates too high. What is left, an accuracy
between the two, a D(G(z)) somewhere in the middle and beginnings of digits, is the healthy run.

At ln 2 all three D answer 1/2 to everything. One is right to do so: the samples lie where the data lie, and
a fresh and larger D finds no difference either. One has moved its weights and is too small to see a
difference that the fresh D finds at once. And one has never moved.
"""

diagnosis = {
    "A": "G too strong",
    "B": "healthy",
    "C": "freeze trap",
    "D": "mode collapse",
    "E": "D too strong",
    "F": "learning rate too high",
    "X": "D is too weak",
    "Y": "D never learns",
    "Z": "G is right",
}
