"""Models that record what they are handed, and do not train: for the check of a turn of algorithm 1."""

import math
from collections import namedtuple

import keras
import numpy as np
from keras import layers

from gan_course.checking.running import Hint

LATENT_DIM = 64
IMAGE_SHAPE = (28, 28, 1)

# One update of a model: whose; of each row what it is, ("real", (batch, row)), ("fake", its latent as bytes),
# ("latent", as bytes) or ("unknown", None); and its targets, an array (n,).
Update = namedtuple("Update", "player rows targets")


class Recording:
    """The three models, what there is to be recognized, and what has happened so far."""

    def __init__(self):
        generator = [
            keras.Input((LATENT_DIM,)),
            layers.Dense(math.prod(IMAGE_SHAPE)),
            layers.Reshape(IMAGE_SHAPE),
        ]
        discriminator = [keras.Input(IMAGE_SHAPE), layers.Flatten(), layers.Dense(1)]
        G, D = _RecordingModel(generator, "generator"), _RecordingModel(discriminator, "discriminator")
        self.players = G, D, _RecordingModel([G, D], "combined")
        self.images, self.updates = {}, []
        for player in self.players:
            player.recording = self
            if player is not G:
                keras.Model.compile(player, loss=keras.losses.BinaryCrossentropy(from_logits=True))

    def know(self, batches):
        self.images = {
            x.tobytes(): ("real", (i, j)) for i, batch in enumerate(batches) for j, x in enumerate(batch)
        }

    def draw(self, latents):
        """A picture for each latent, by which it is known again."""
        pixels = np.tile(1 / (1 + np.exp(-latents)), 13)[:, : math.prod(IMAGE_SHAPE)]
        images = pixels.reshape(-1, *IMAGE_SHAPE)
        self.images |= {x.tobytes(): ("fake", z.tobytes()) for x, z in zip(images, latents, strict=True)}
        return images

    def update(self, player, inputs, targets):
        G, D, combined = self.players
        down = _flag_down(G if player == "combined" else D)
        if player == "discriminator" and down:
            step = 1 + sum(update.player == player for update in self.updates)
            raise Hint(
                f"{down} when D makes update {step} of this check: at the next new batch size Keras traces "
                "its step anew, and then D stands still. Who sets it back?"
            )
        if player == "combined" and (down or not combined.trainable):
            down = down if combined.trainable else "combined.trainable is False"
            raise Hint(f"{down} when G makes its update: what is left to move?")
        if inputs.shape[1:] == (LATENT_DIM,):
            rows = [("latent", z.tobytes()) for z in inputs]
        elif inputs.shape[1:] == IMAGE_SHAPE:
            rows = [self.images.get(x.tobytes(), ("unknown", None)) for x in inputs]
        else:
            raise ValueError(f"{player} takes inputs {self.players[1].input_shape}, not {inputs.shape}")
        if targets is None or np.shape(targets) not in ((len(rows),), (len(rows), 1)):
            came = "none" if targets is None else f"targets {np.shape(targets)}"
            raise ValueError(f"{len(rows)} inputs need as many targets, ({len(rows)}, 1); there came {came}")
        self.updates.append(Update(player, rows, np.asarray(targets, "float64").reshape(-1)))


def _flag_down(network):
    """Which flag keeps weights of a network from training; "" if none does."""
    if len(network.trainable_weights) == len(network.weights):
        return ""
    return f"{network.name}{'' if network.trainable is False else '.layers[i]'}.trainable is False"


class _RecordingModel(keras.Sequential):
    """A small Keras model, with all that such a model has, that notes its updates and does not make them."""

    def __init__(self, stack, name):
        super().__init__(stack, name=name)

    def __call__(self, inputs, *arguments, **settings):
        if keras.utils.is_keras_tensor(inputs):  # combined is being made of the other two
            return super().__call__(inputs, *arguments, **settings)
        return keras.ops.convert_to_tensor(self.predict_on_batch(inputs))

    def predict(self, x, *arguments, **settings):
        return self.predict_on_batch(x)

    def predict_on_batch(self, x):
        inputs = _numbers(x)
        if inputs.shape[1:] != self.input_shape[1:]:
            raise ValueError(f"{self.name} takes inputs {self.input_shape}, not {inputs.shape}")
        if self.name == "generator":
            return self.recording.draw(inputs)
        return np.zeros((len(inputs), 1), "float32")

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        return {"loss": np.float32(0.7)} if return_dict else np.float32(0.7)

    def evaluate(self, x, y=None, *arguments, **settings):
        return self.test_on_batch(x, y, return_dict=settings.get("return_dict", False))

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        if self.name == "generator":
            raise ValueError("generator is not compiled: there are no targets for its images")
        if class_weight or not (sample_weight is None or np.all(_numbers(sample_weight) == 1)):
            raise Hint("some images weigh more than others: algorithm 1 takes plain means.")
        self.recording.update(self.name, _numbers(x), None if y is None else _numbers(y))
        return {"loss": np.float32(0.7)} if return_dict else np.float32(0.7)

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose=0, sample_weight=None, **settings):
        rows, size = len(x), batch_size or 32
        steps = math.ceil(rows / size) * epochs
        if steps != 1:
            raise Hint(
                f"fit makes {steps} updates of these {rows} rows, {size} at a time: one was asked for."
            )
        if settings.get("validation_split"):
            raise Hint("fit keeps some of the rows for validation: an update was to be made on all.")
        self.train_on_batch(x, y, sample_weight, settings.get("class_weight"))
        history = keras.callbacks.History()
        history.epoch, history.history = [0], {"loss": [0.7]}
        return history

    def compile(self, *arguments, **settings):
        raise Hint(f"{self.name} is compiled anew: its optimizer would forget all that it has learned.")


def _numbers(x):
    return np.asarray(keras.ops.convert_to_numpy(x), "float32")
