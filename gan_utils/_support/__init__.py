"""What the library stands on; not for users.

startup, settings    Keras is imported quietly; its backend is chosen; what its files and variables say
machine              what this machine has, for the doctor
downloads            the data's files
image_checks, image_cures, network_checks, own_losses    what is handed in: taken, or refused with the cure
probing, gradients   what a network does, found by running it; its slope at an input
fitting, callbacks   the passes of `fit`, whole steps, Stop; Keras's callbacks
saving               a GAN as a folder
classifiers          the classifiers of the quality measures
fonts                letters for titles
training_check/      `check_training`
"""
