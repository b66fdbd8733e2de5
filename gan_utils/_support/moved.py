"""Names that were in `gan_utils` once, for who asks for them there."""

# Copies of the notebooks from before version 0.2 ask gan_utils for these.
MOVED_TO_THE_COURSE = (
    "Guess",
    "STYLE",
    "check",
    "debug_step",
    "explore_latents",
    "fingerprint",
    "load_quiz",
    "plot_gan",
    "plot_signature",
    "show",
    "show_gif",
)
