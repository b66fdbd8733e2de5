"""What the sweep tries: networks and settings by name, in the order in which they were tried."""

MLP = {
    "net": "mlp", "g": (256, 512), "d": (512, 256), "g_lr": 1e-3, "d_lr": 5e-4, "batch": 64, "latent": 64,
    "beta_1": 0.5, "beta_2": 0.9, "weight_decay": None, "decay": 0, "momentum": 0.9, "dropout": 0, "noise": 0,
    "spectral": False, "r1": 0, "r2": 0, "top_k": 1, "loss": "bce", "real_target": 1, "training_fakes": False,
}  # fmt: skip
DCGAN = MLP | {
    "net": "dcgan", "g": (32, 16), "d": (16, 32), "g_dense": (), "d_dense": (), "kernel": 4,
    "g_lr": 2e-3, "d_lr": 2e-3,
}  # fmt: skip

CONFIGS = {}


def family(name, base, changes):
    """Add a base, and configurations that differ from it in what `changes` says, as "name change"."""
    CONFIGS[name] = base
    CONFIGS.update({f"{name} {what}": base | change for what, change in changes.items()})
    return base


LARGER, SMALLER = {"g_lr": 8e-3, "d_lr": 4e-3}, {"g_lr": 2e-3, "d_lr": 1e-3}
NARROW = {"g": (16, 8), "d": (8, 16)}
# fmt: off
# Each round begins from the best of the one before; what it found stands behind it.
mlp1 = family("mlp1", MLP, {
    "lr*2": {"g_lr": 2e-3, "d_lr": 1e-3},
    "batch 128 lr*2": {"batch": 128, "g_lr": 2e-3, "d_lr": 1e-3},
    "training fakes": {"training_fakes": True}, "latent 16": {"latent": 16}, "dropout 0.3": {"dropout": 0.3},
})  # larger steps
mlp2 = family("mlp2", mlp1 | {"g_lr": 4e-3, "d_lr": 2e-3}, {
    "lr*2": LARGER, "lr 1:1": {"g_lr": 2e-3, "d_lr": 2e-3}, "batch 32": {"batch": 32},
    "latent 16": {"latent": 16}, "small": {"g": (128, 256), "d": (256, 128)},
})  # half the widths: twice the steps in the same time
mlp3 = family("mlp3", mlp2 | {"g": (128, 256), "d": (256, 128)}, {
    "lr*2": LARGER, "tiny": {"g": (64, 128), "d": (128, 64)}, "d wide": {"d": (512, 128)},
    "dropout 0.3": {"dropout": 0.3}, "beta_1 0": {"beta_1": 0.0}, "beta_2 0.99": {"beta_2": 0.99},
})  # beta_1 = 0
mlp4 = family("mlp4", mlp3 | {"beta_1": 0.0}, {
    "lr*2": LARGER, "lr/2": SMALLER, "lr 1:1": {"g_lr": 2e-3, "d_lr": 2e-3}, "batch 32": {"batch": 32},
    "beta_2 0.99": {"beta_2": 0.99}, "decay 5000": {"decay": 5000}, "wd 0.1": {"weight_decay": 0.1},
})  # good after 70 seconds, classes lost after 140: smaller steps
mlp5 = family("mlp5", mlp4 | SMALLER, {
    "decay 5000": {"decay": 5000}, "decay 5000 wd 0.1": {"decay": 5000, "weight_decay": 0.1},
    "wd 0.1": {"weight_decay": 0.1}, "wd 0.3": {"weight_decay": 0.3}, "wd 1": {"weight_decay": 1.0},
})  # weight decay of D: better at once, and no class is lost
dcgan1 = family("dcgan1", DCGAN, {
    "lr*2": {"g_lr": 4e-3, "d_lr": 4e-3}, "batch 128 lr*2": {"batch": 128, "g_lr": 4e-3, "d_lr": 4e-3},
    "training fakes": {"training_fakes": True}, "latent 16": {"latent": 16}, "spectral": {"spectral": True},
})
dcgan2 = family("dcgan2", dcgan1 | {"g_lr": 8e-3, "d_lr": 8e-3}, {
    "lr*2": {"g_lr": 1.6e-2, "d_lr": 1.6e-2}, "lr 2:1": LARGER, "batch 32": {"batch": 32},
    "latent 16": {"latent": 16}, "g 64-32": {"g": (64, 32)},
})  # G's rate twice that of D
dcgan3 = family("dcgan3", dcgan1 | {"g_lr": 4e-3, "d_lr": 2e-3}, {
    "lr 4:1": {"g_lr": 4e-3, "d_lr": 1e-3}, "small": NARROW, "d 32-64": {"d": (32, 64)},
    "beta_2 0.99": {"beta_2": 0.99}, "batch 32": {"batch": 32},
})  # a smaller batch
dcgan4 = family("dcgan4", dcgan3 | {"beta_1": 0.0, "batch": 32}, {
    "lr*2": LARGER, "beta_2 0.99": {"beta_2": 0.99},
})  # rates no longer help: the networks must change
dcgan5 = family("dcgan5", dcgan4 | {"g_dense": (128,), "d_dense": (128,)}, {
    "g only": {"d_dense": ()}, "lr/2": SMALLER, "batch 64": {"batch": 64}, "small": NARROW,
})  # a hidden dense layer in D: half the distance; and smaller steps: half of that
dcgan6 = family("dcgan6", dcgan5 | SMALLER, {
    "lr/2": {"g_lr": 1e-3, "d_lr": 5e-4}, "lr 1:1": {"g_lr": 1e-3, "d_lr": 1e-3},
    "beta_1 0.5": {"beta_1": 0.5}, "small": NARROW,
    "wd 0.1": {"weight_decay": 0.1}, "wd 0.3": {"weight_decay": 0.3},
})  # as for the dense networks, weight decay keeps it good

mlp6 = family("mlp6", mlp5 | {"weight_decay": 0.2}, {
    "batch 32": {"batch": 32}, "lr*2": {"g_lr": 4e-3, "d_lr": 2e-3}, "lr 1:1": {"g_lr": 1e-3, "d_lr": 1e-3},
    "wide": {"g": (256, 512), "d": (512, 256)}, "training fakes": {"training_fakes": True},
    "momentum 0.5": {"momentum": 0.5},
})
dcgan7 = family("dcgan7", dcgan6 | {"weight_decay": 0.2, "batch": 64}, {
    "batch 32": {"batch": 32}, "batch 32 lr*2": {"batch": 32, "g_lr": 4e-3, "d_lr": 2e-3},
    "lr 1:1": {"g_lr": 1e-3, "d_lr": 1e-3}, "lr 1:2": {"g_lr": 1e-3, "d_lr": 2e-3},
    "d dense": {"g_dense": ()}, "training fakes": {"training_fakes": True}, "momentum 0.5": {"momentum": 0.5},
})  # on the embedded digits this lost classes, until D saw fakes nearer to those that G trains on

# The networks and settings of the package, and each choice undone or varied alone.
around = {
    "wd 0": {"weight_decay": None}, "wd 0.1": {"weight_decay": 0.1}, "wd 0.5": {"weight_decay": 0.5},
    "lr*2": {"g_lr": 4e-3, "d_lr": 2e-3}, "lr/2": {"g_lr": 1e-3, "d_lr": 5e-4},
    "lr 1:1": {"g_lr": 1e-3, "d_lr": 1e-3}, "lr 4:1": {"g_lr": 4e-3, "d_lr": 1e-3},
    "batch 32": {"batch": 32}, "batch 128": {"batch": 128},
    "beta_1 0.5": {"beta_1": 0.5}, "beta_2 0.99": {"beta_2": 0.99}, "beta_2 0.999": {"beta_2": 0.999},
    "decay 5000": {"decay": 5000}, "momentum 0.9": {"momentum": 0.9}, "momentum 0.99": {"momentum": 0.99},
    "training fakes": {"training_fakes": True}, "dropout 0.3": {"dropout": 0.3}, "noise 0.2": {"noise": 0.2},
    "spectral": {"spectral": True}, "r1 0.1": {"r1": 0.1}, "r1 1": {"r1": 1}, "hinge": {"loss": "hinge"},
    "lsgan": {"loss": "lsgan"}, "target 0.9": {"real_target": 0.9}, "latent 16": {"latent": 16},
}
family("mlp", mlp6 | {"momentum": 0.5}, around | {
    "wide": {"g": (256, 512), "d": (512, 256)}, "tiny": {"g": (64, 128), "d": (128, 64)},
    "d wide": {"d": (512, 256)}, "g wide": {"g": (256, 512)},
})
family("dcgan", dcgan7 | {"momentum": 0.5}, around | {
    "wide": {"g": (64, 32), "d": (32, 64)}, "small": NARROW, "no dense": {"g_dense": (), "d_dense": ()},
    "d dense": {"g_dense": ()}, "kernel 5": {"kernel": 5},
    "dense 256": {"g_dense": (256,), "d_dense": (256,)},
})

# Once more, with the faster step of the second edition, and what was never combined.
doubled, hinge = {"g_lr": 4e-3, "d_lr": 2e-3}, {"loss": "hinge"}
relativistic = {"loss": "relativistic"}
again = {
    "lr*2": doubled, "lr*2 momentum 0.9": doubled | {"momentum": 0.9}, "lr*2 hinge": doubled | hinge,
    "lr*2 momentum 0.9 hinge": doubled | hinge | {"momentum": 0.9}, "momentum 0.9": {"momentum": 0.9},
    "lr*1.5": {"g_lr": 3e-3, "d_lr": 1.5e-3}, "hinge": hinge, "training fakes": {"training_fakes": True},
    "r1 0.1": {"r1": 0.1}, "r1 0.01": {"r1": 0.01}, "r2 0.1": {"r2": 0.1}, "relativistic": relativistic,
    "relativistic r1 r2": relativistic | {"r1": 0.1, "r2": 0.1}, "top-k 0.75": {"top_k": 0.75},
    "batch 32": {"batch": 32}, "batch 96": {"batch": 96},
    "decay 5000": {"decay": 5_000}, "decay 10000": {"decay": 10_000},
    "decay 10000 training fakes": {"decay": 10_000, "training_fakes": True},
}
family("again mlp", CONFIGS["mlp"], again)
family("again dcgan", CONFIGS["dcgan"], again)
# fmt: on
