"""Balance restored (notebook 04).

Three suspects: D is fast, D has a head start, G is slow. The laboratory has acquitted the first two. There
a faster D with the same head start did no harm, as long as G had the non-saturating loss: a D that is sure
gives G the largest gradient, and the signature shows it, with a gradient above that of the healthy run. So
the lesson arrives, and G, with a rate of 4e-5, is too slow to follow it. The change is g_rate=2e-3:

    _, _, balance = lab.provoke("balance", g_rate=2e-3, d_rate=4e-3, head_start=50)

1e-3 and 1e-2 serve as well, 3e-4 is not enough. To give D back its usual rate, or to take away its head
start, changes next to nothing. And to slow D down until it is as slow as G is the trap: with d_rate=6e-6
its accuracy is 0.93, D(G(z)) 0.40, and the diversity near that of the healthy run at this age. But nobody
moves: D by 0.6, where in the healthy run it moves by ten and more, and the pictures are the noise that they
were at the beginning. Below are the numbers of the run above.
"""

balance = {
    "d_loss": 0.443,
    "g_loss": 2.6,
    "d_accuracy": 0.784,
    "D(G(z))": 0.611,
    "diversity": 0.502,
    "gradient": 1.12,
    "D moved": 37.2,
}
