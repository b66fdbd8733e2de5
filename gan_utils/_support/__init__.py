"""What the library stands on; not for users.

startup, settings, machine       Keras, imported quietly; its backend and options; the doctor's report
downloads, folders, sources      where images come from: files, a folder of pictures, what `fit` is given
image_checks, image_cures        images that are handed in: taken, or refused with the cure
network_checks, probing          networks that are handed in; what one does, found by running it
own_losses, value_ranges         losses of a user's own; networks that do not draw in [0, 1]
gradients                        a network's slope at an input
fitting, interrupts, callbacks   the passes of `fit` and whole steps; Stop; Keras's callbacks
step_metrics, compiled_steps     the numbers of a step; many steps in one call
averaging                        the averaged generator
devices, processes               many devices; many processes
saving, torch_random             a GAN as a folder; what PyTorch draws where no seed is given
classifiers, neighbours          the classifiers of the quality measures; who lies near whom
pictures, fonts                  images as one picture; letters for titles
moved                            names that are now in `gan_course`
training_check/                  `check_training`
"""
