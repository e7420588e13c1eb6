"""Numbers that were prepared -> the network that finds digits in them. TensorFlow is imported only here."""

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from lekh import compose, exporting, figures, images, ink_page, layout, model, model_folder, sequence, training
from lekh.alphabet import Alphabet
from lekh.model import ClassLabel
from lekh.numerals import DOTTED, SCRIPTS
from lekh.sequence import KERAS, TFLITE
from lekh.sequence_batches import batches
from lekh.sequence_real import read_digits, read_pieces
from lekh.sequence_samples import Sample
from lekh.sequence_settings import Configuration
from lekh.strips import StripNormalization

CHECKPOINT = "reader_checkpoint.keras"  # written after each epoch, gone when the reader is in the model folder
ALONG = 192  # filters of the layers that look along the number
WAYS = ("pieces", "reader", "both", "page: reader", "page: both")  # of reading a number, see notebook 3


# -- build and train the network --------------------------------------------------------------------------------------


def build_network(classes: int, parameters: StripNormalization, precision: str = "float32"):
    """A convolutional network, `(N, H, W, 1)` -> logits `(N, W / 4, 1 + classes)`, for any W that 8 divides.

    The trunk has the shape of the network for single digits, whose weights it may start from, but halves the columns
    only twice. Behind it each column sees its neighbours, more than two digits to each side.
    """
    import keras
    from keras import layers

    given = {"dtype": precision}

    def convolution(x, filters, size=3, activation=True, gamma="ones"):
        x = layers.Conv2D(filters, size, padding="same", use_bias=False, kernel_initializer="he_normal", **given)(x)
        x = layers.BatchNormalization(momentum=0.997, gamma_initializer=gamma, **given)(x)  # batches differ in width
        return layers.Activation("relu", **given)(x) if activation else x

    def adding(x, found):
        return layers.Activation("relu", **given)(layers.Add(**given)([x, found]))

    inputs = keras.Input((parameters.height, None, 1), name="strip")
    x = convolution(inputs, 16)
    for filters, pool in ((32, (2, 2)), (64, (2, 2)), (128, (2, 1))):
        x = convolution(layers.MaxPooling2D(pool, **given)(x), filters)
        x = adding(x, convolution(x, filters, activation=False))
    rows = parameters.height // 8
    mean = keras.initializers.Constant(1 / rows)
    x = layers.DepthwiseConv2D((rows, 1), use_bias=False, depthwise_initializer=mean, **given)(x)
    x = convolution(x, ALONG, (1, 5))
    for _ in range(2):  # residuals, zero at first
        x = adding(x, convolution(convolution(x, ALONG, (1, 5)), ALONG, (1, 5), activation=False, gamma="zeros"))
    x = layers.Conv2D(1 + classes, 1, dtype="float32")(layers.Dropout(0.1, **given)(x))
    return keras.Model(inputs, layers.Reshape((-1, 1 + classes), dtype="float32")(x), name="reader")


def borrow(network, folder: Path) -> int:
    """Starts the reader from what the network for single digits knows: weights of the first layers of equal shapes.

    Args:
        network: from `build_network`, changed in place.
        folder: the model folder of the network for single digits.

    Returns:
        How many layers were copied.
    """
    import keras

    digits = keras.models.load_model(folder / model.KERAS, compile=False)
    kinds = ("Conv2D", "BatchNormalization")
    own, others = ([layer for layer in each.layers if type(layer).__name__ in kinds] for each in (network, digits))
    copied = 0
    for mine, theirs in zip(own, others, strict=False):
        if [w.shape for w in mine.get_weights()] != [w.shape for w in theirs.get_weights()]:
            break
        mine.set_weights(theirs.get_weights())
        copied += 1
    return copied


def loss_of(classes: Sequence[ClassLabel], configuration: Configuration):
    """The loss of `build_network`'s logits against `targets`: CTC, and the cross-entropy of known columns.

    A reading knows its script, so a number is only to be told from the digits of its own; a small share of the loss is
    about all of them, so that the answers of different scripts can be compared. Where there is no digit, all count.
    """
    import tensorflow as tf

    names = list(dict.fromkeys(label.script for label in classes))
    scripts = tf.constant(
        [-1, *(names.index(label.script) for label in classes)]
    )  # -1: blank, which is in every script

    def columns_of(known, logits):
        single = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(known, 0), logits)
        return tf.reduce_sum(tf.where(known >= 0, single, 0.0), axis=1)

    def loss(wanted, logits):
        wanted, columns = tf.cast(wanted, tf.int32), tf.shape(logits)[1]
        known, labels = wanted[:, :columns], wanted[:, columns:]
        own = tf.gather(scripts, tf.reduce_max(labels, axis=1))[:, None]  # -1 where there is no digit
        possible = (scripts[None] == own) | (scripts[None] < 0) | (own < 0)
        within = tf.where(possible[:, None], logits, -1e4)
        lengths = tf.reduce_sum(tf.cast(labels > 0, tf.int32), axis=1)
        steps = tf.fill([tf.shape(logits)[0]], columns)
        whole = tf.nn.ctc_loss(labels, within, lengths, steps, logits_time_major=False, blank_index=0)
        single = columns_of(known, within) + configuration.across * columns_of(known, logits)
        return tf.reduce_mean(whole + configuration.alignment * single)

    return loss


def fit(network, letters: Alphabet, pools: Sequence[list[Sample]], classes: Sequence[ClassLabel],
        configuration: Configuration, checkpoint: Path | None = None) -> dict:  # fmt: skip
    """Trains in place, in two rounds, and leaves the mean of both rounds' averaged weights in the network.

    Args:
        network: from `build_network`.
        letters, pools, classes: see `batches`.
        configuration: how.
        checkpoint: a `.keras` file that is written after each epoch.

    Returns:
        Curves: `loss`, one number an epoch.
    """
    curves = _fit_once(network, letters, pools, classes, configuration, checkpoint)
    if configuration.again:
        first = network.get_weights()
        second = replace(
            configuration, seed=configuration.seed + 2, epochs=configuration.again,
            learning_rate=configuration.learning_rate / 2,
        )  # fmt: skip
        more = _fit_once(network, letters, pools, classes, second, checkpoint)
        network.set_weights([(a + b) / 2 for a, b in zip(first, network.get_weights(), strict=True)])
        curves = {name: values + more[name] for name, values in curves.items()}
    return curves


def _fit_once(network, letters, pools, classes, configuration, checkpoint):
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(configuration.seed)
    steps = max(1, configuration.epoch_numbers // configuration.batch_size)
    total = steps * configuration.epochs
    network.compile(
        optimizer=training.optimizer(configuration, total, warmup=300),
        loss=loss_of(classes, configuration),
    )
    height = configuration.normalization.height
    with closing(batches(letters, pools, classes, configuration)) as numbers:  # ends the composing process
        stream = tf.data.Dataset.from_generator(
            lambda: numbers,
            output_signature=(
                tf.TensorSpec((None, height, None, 1), tf.float32),
                tf.TensorSpec((None, None), tf.int32),
            ),
        )
        history = network.fit(
            stream, steps_per_epoch=steps, epochs=configuration.epochs, callbacks=training.callbacks(checkpoint),
            verbose=2 if os.environ.get("CI") or not os.isatty(1) else 1,
        )  # fmt: skip
    return {name: [round(float(value), 5) for value in values] for name, values in history.history.items()}


def classes_of(card: model.Card) -> tuple[ClassLabel, ...]:
    """The digits that a card knows, which are the reader's classes too."""
    return tuple(label for label in card.classes if label.script in SCRIPTS)


# -- measure it -------------------------------------------------------------------------------------------------------


def measure(folder: Path, held: dict[Path, list[dict]]) -> list[dict]:
    """How many held-out fields are read exactly, each way.

    On a register's picture other numbers may be found; there the text counts as read when one of the numbers is it.

    Returns:
        A row for each folder: `name`, `n`, and the number read exactly by each of `WAYS`.
    """
    digits, reader = model.load(folder), sequence.load(folder)
    rows = []
    for source, labels in held.items():
        counts = dict.fromkeys(WAYS, 0)
        for row in labels:
            grey = images.to_grey(source / "images" / row["file"])
            found = ink_page.find_page(grey)
            numbers = [number for line in layout.find_lines(found.ink) for number in line.numbers]
            ways = _ways(numbers, digits, reader, "latin", grey, found.scale)
            for way, values in ways.items():
                texts = ["".join(str(value) for value in own) for own in values]
                whole = "boxes_digit_x_y_w_h" in row
                counts[way] += "".join(texts) == row["text"] if whole else row["text"] in texts
        if labels:
            rows.append({"name": source.name, "n": len(labels), **counts})
    return rows


def measure_composed(folder: Path, letters: Alphabet, count: int, seed: int = 1) -> list[dict]:
    """As `measure`, of `count` numbers that are written anew and seen as ink, a script that `letters` can write."""
    digits, reader = model.load(folder), sequence.load(folder)
    rows = []
    for script in (script for script in digits.card.scripts if letters.writes(script)):
        rng = np.random.default_rng(seed)
        counts = dict.fromkeys(WAYS, 0)
        for _ in range(count):
            composed = compose.number(compose.random_text(rng), letters, script, rng)
            lines = layout.find_lines(composed.ink, dotted=script == DOTTED)
            numbers = [number for line in lines for number in line.numbers]
            for way, values in _ways(numbers, digits, reader, script).items():
                counts[way] += "".join(str(value) for own in values for value in own) == composed.text
        rows.append({"name": f"{figures.COMPOSED}{script}", "n": count, **counts})
    return rows


def _ways(numbers, digits, reader, script, grey=None, scale=1.0):
    """The digits of each number by each of `WAYS`."""
    chosen = digits.card.indices(script)
    ways = {"pieces": read_pieces(numbers, digits, script)}
    for prefix, shown in (("", None), ("page: ", grey)):
        cuts = reader.read(numbers, script, shown, scale)
        told = [[one.probabilities[chosen] for one in own] for own in cuts]
        looked = [read_digits([one.ink for one in own], digits, script) for own in cuts]
        both = [
            [sequence.combined(a, b, one.whole) for a, b, one in zip(*parts, strict=True)]
            for parts in zip(told, looked, cuts, strict=True)
        ]
        for name, values in (("reader", told), ("both", both)):
            ways[prefix + name] = [[int(one.argmax()) for one in own] for own in values]
    return ways


# -- write it into the model folder -----------------------------------------------------------------------------------


def export(network, folder: Path, classes: Sequence[ClassLabel], configuration: Configuration, curves: dict) -> None:
    """Writes `reader.keras` and `reader.tflite` (half-precision weights) and names them in the folder's card.

    Args:
        network: from `build_network`, trained.
        folder: a model folder with a card.
        classes: outputs of the network after blank.
        configuration: how it was trained.
        curves: from `fit`.
    """
    import keras

    final = build_network(len(classes), configuration.normalization)
    final.set_weights(network.get_weights())
    final.save(folder / KERAS)
    probabilities = keras.layers.Softmax(name="probabilities")(final.output)
    (folder / TFLITE).write_bytes(exporting.as_tflite(keras.Model(final.input, probabilities, name="reader")))
    (folder / CHECKPOINT).unlink(missing_ok=True)
    settings = {key: value for key, value in asdict(configuration).items() if key != "normalization"}
    entry = {
        "classes": [asdict(label) for label in classes],
        "normalization": configuration.normalization.as_dict(),
        "test_sets": [],
        "training": {**settings, "curves": curves},
    }
    describe(folder, entry)


def describe(folder: Path, entry: dict) -> None:
    """Adds the reader to the card of a model folder, or replaces it there; everything else in the card stays.

    Args:
        folder: holds the card, `reader.keras` and `reader.tflite`.
        entry: what the card says under "reader": `classes`, `normalization` and whatever is worth knowing.
    """
    card = dict(model.read_card(folder).raw)
    files = {name: told for name, told in card.get("files", {}).items() if name not in (KERAS, TFLITE)}
    for name in (KERAS, TFLITE):
        files[name] = model_folder.described((folder / name).read_bytes())
    exporting.write_card(folder, {**card, "files": files, "reader": entry})


def report(folder: Path, rows: list[dict]) -> None:
    """Writes what `measure` and `measure_composed` found into the reader's entry in the card."""
    describe(folder, {**model.read_card(folder).raw["reader"], "test_sets": rows})
