"""The freeze-first recipe, mended where it stands (notebook 02).

Keras asks for the weights to train when it traces a step: at the first call, and again at a batch that
fits no earlier trace. So a flag that is set once is right for one of the two players and wrong for the
other, and a flag set by whoever came before is luck. The flag has to be right at *every* call, since any
call may be the one that is traced. It is one flag, D's: up for D's update, down for G's.

That would be all, but for one thing. With TensorFlow, to set `trainable` of a model to what it says already
does nothing. Where a recipe has frozen D's layers one by one (or where a Sequential D that was saved frozen
is loaded again), the model's flag says True while those of its layers say False, and to set the model's to
True leaves it at that. So we tell each layer by itself. To set False and then True would do as well.

And Keras 2's habit, to compile again after each change of a flag? It moves the right weights, but with each
new optimizer all is forgotten that the last one had remembered.
"""


def safe_steps(discriminator, combined):
    def set_flags(value):
        for layer in discriminator.layers:
            layer.trainable = value
        discriminator.trainable = value

    def d_step(images, targets):
        set_flags(True)
        return discriminator.train_on_batch(images, targets)

    def g_step(latents, targets):
        set_flags(False)
        return combined.train_on_batch(latents, targets)

    return d_step, g_step
