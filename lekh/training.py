"""Digits that were prepared -> a network in a model folder. TensorFlow is imported here, never on the way to an answer.

LEKH_DATA=... python -m lekh train --out model        (`make train`) writes the folder that is in the repository.
"""

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from lekh import datasets, rehearsal
from lekh.calibration import calibrate
from lekh.collection_names import check_meaning
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.exporting import CHECKPOINT, export, make_card
from lekh.measuring import evaluate_scripts, evaluate_test_sets, report
from lekh.model import NO_DIGIT, ClassLabel
from lekh.muon import muon_class
from lekh.normalize import Normalization
from lekh.numerals import SCRIPTS, SIGNS
from lekh.preparation import Configuration, Pool, batches, open_sources, prepare

# -- build and train the networks -------------------------------------------------------------------------------------


def build_networks(classes: int, configuration: Configuration, precision: str = "float32") -> list:
    """The networks of a model folder, untrained: one, or two that err elsewhere.

    The second begins with other weights and takes its last convolution at the fourth resolution, too, which is slower;
    but it is asked of few digits.
    """
    import keras

    keras.utils.set_random_seed(configuration.seed)
    shapes = {"first": 5, "second": 4} if configuration.second else {"first": 5}
    return [build_network(classes, configuration.normalization, precision, *shape) for shape in shapes.items()]


def build_network(
    classes: int, parameters: Normalization, precision: str = "float32", name: str = "lekh", resolutions: int = 5
):
    """A small network, `(N, S, S, 1)` -> softmax `(N, classes)`; 442 thousand parameters at 20 classes.

    Five resolutions, pooled by their maxima, or four: one convolution at the first, two at each of the next three, and
    one more at the last. The second of two, and that one, add to what was found, and begin by adding nothing.
    """
    import keras
    from keras import layers

    given = {"dtype": precision}

    def convolution(x, filters, gamma="ones"):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal", **given)(x)
        return layers.BatchNormalization(momentum=0.98, gamma_initializer=gamma, **given)(x)

    def positive(x):
        return layers.Activation("relu", **given)(x)

    def adding(x, filters):  # a residual, zero at first
        return positive(layers.Add(**given)([x, convolution(x, filters, gamma="zeros")]))

    inputs = keras.Input((parameters.size, parameters.size, 1), name="digit")
    x = positive(convolution(inputs, 16))
    for filters in (32, 64, 128):
        x = adding(positive(convolution(layers.MaxPooling2D(2, **given)(x), filters)), filters)
    if resolutions == 5:
        x = layers.MaxPooling2D(2, padding="same", **given)(x)
    x = adding(x, filters)
    x = layers.Dropout(0.2, **given)(layers.GlobalAveragePooling2D(**given)(x))
    return keras.Model(inputs, layers.Dense(classes, activation="softmax", name="probabilities")(x), name=name)


def fit(
    networks: Sequence, train: Pool, held_out: Pool, configuration: Configuration, checkpoint: Path | None = None
) -> list[dict]:
    """Trains networks side by side, on the same batches, and leaves the averaged weights in them.

    Args:
        networks: from `build_networks`.
        train: what they learn from.
        held_out: what they are validated on after each epoch; may be empty.
        configuration: how.
        checkpoint: a `.keras` file with all of them, written after each epoch.

    Returns:
        Of each network the curves `loss`, `accuracy`, `val_loss`, `val_accuracy`, one number an epoch.
    """
    precision = fast_precision() if configuration.precision == "auto" else configuration.precision
    rough = build_networks(networks[0].output_shape[-1], configuration, precision)
    _hand_over(networks, rough)
    curves = _fit_round(rough, train, held_out, configuration, checkpoint)
    _hand_over(rough, networks)
    if configuration.settling:  # a small rate, mild distortions, for the finer shapes
        milder = replace(
            configuration, seed=configuration.seed + 1, epochs=configuration.settling,
            learning_rate=configuration.settling_rate, strength=configuration.settling_strength,
        )  # fmt: skip
        more = _fit_round(networks, train, held_out, milder, checkpoint)
        curves = [{name: values + ended[name] for name, values in begun.items()}
                  for begun, ended in zip(curves, more, strict=True)]  # fmt: skip
    return curves


def _hand_over(old, new):
    for one, other in zip(old, new, strict=True):
        other.set_weights(one.get_weights())


def fast_precision() -> str:
    """`"mixed_bfloat16"` where the processor computes in it, else `"float32"`."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return "float32"
    return "mixed_bfloat16" if "avx512_bf16" in flags or "amx_bf16" in flags else "float32"


def optimizer(configuration, steps: int, warmup: int):
    """Muon that also averages the weights; the rate rises for `warmup` of the `steps`, then falls as a cosine.

    Args:
        configuration: with `learning_rate`, `weight_decay` and `average`, of this network or of that for numbers.
        steps: of the whole run.
        warmup: a tenth of the run at most.
    """
    import keras

    warmup = min(warmup, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        configuration.learning_rate / 20, steps - warmup, alpha=0.002,
        warmup_target=configuration.learning_rate, warmup_steps=warmup,
    )  # fmt: skip
    average = min(configuration.average, 1 - 1 / max(2, steps // 20))
    return muon_class()(schedule, weight_decay=configuration.weight_decay, use_ema=True, ema_momentum=average)


def callbacks(checkpoint: Path | None) -> list:
    """After each epoch the averaged weights are in place, and kept in the file `checkpoint`, where one is named."""
    import keras

    averaged = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    if checkpoint is None:
        return [averaged]
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    return [averaged, keras.callbacks.ModelCheckpoint(checkpoint)]


def _fit_round(networks, train, held_out, configuration, checkpoint):
    import keras

    keras.utils.set_random_seed(configuration.seed)
    steps = max(1, configuration.epoch_digits // configuration.batch_size)
    inputs = keras.Input(networks[0].input_shape[1:])
    together = keras.Model(inputs, [network(inputs) for network in networks])
    together.compile(
        optimizer=optimizer(configuration, steps * configuration.epochs, warmup=500),
        loss=[keras.losses.CategoricalCrossentropy(label_smoothing=configuration.label_smoothing) for _ in networks],
        metrics=["accuracy"] * len(networks),
    )
    one_hot = np.eye(networks[0].output_shape[-1], dtype=np.float32)

    def targets(classes):
        return (one_hot[classes],) * len(networks)

    validation = (held_out.inputs(configuration.normalization), targets(held_out.classes)) if len(held_out) else None
    with closing(batches(train, configuration)) as digits:  # ends the augmenting process
        stream = ((inputs, targets(classes)) for inputs, classes in digits)
        history = together.fit(
            stream, steps_per_epoch=steps, epochs=configuration.epochs, validation_data=validation,
            callbacks=callbacks(checkpoint), verbose=2 if os.environ.get("CI") or not os.isatty(1) else 1,
        ).history  # fmt: skip
    return [_curves_of(network, history) for network in networks]


def _curves_of(network, history):
    """What Keras calls `val_second_loss` is the `val_loss` of the network `second`; with one network it has no name."""
    named = {name: f"{network.name}_{name}" for name in ("loss", "accuracy")}
    found = {prefix + name: history.get(prefix + long, history.get(prefix + name))
             for prefix in ("", "val_") for name, long in named.items()}  # fmt: skip
    return {name: [round(float(value), 5) for value in values] for name, values in found.items() if values is not None}


# -- all of it --------------------------------------------------------------------------------------------------------


def classes_of(sets: Sequence[Dataset], no_digit: bool = False) -> tuple[ClassLabel, ...]:
    """The outputs of a network for these sets: script by script, digit by digit; *not a digit* last, if asked for."""
    names = {}
    for dataset in sets:
        if names.setdefault(dataset.script, dataset.class_names) != dataset.class_names:
            raise LekhError(
                f"The sets of the script {dataset.script} have different classes",
                "Name the class folders of all of them alike",
            )
    digits = tuple(
        ClassLabel(script, digit, SCRIPTS[script].digits[digit] if script in SCRIPTS else name)
        for script, class_names in names.items()
        for digit, name in enumerate(class_names)
    )
    return (*digits, ClassLabel(NO_DIGIT, 0, "not a digit")) if no_digit else digits


def train(
    sets: Sequence[Dataset], out: Path, configuration: Configuration, training_sets: list[dict] | None = None
) -> None:
    """Prepares, trains, calibrates and exports.

    Args:
        sets: training sets, of one script or several.
        out: the model folder.
        configuration: how.
        training_sets: what the card says of the sets; by default their names and sizes.
    """
    # Somebody's own shapes may well be among those that are no digit here.
    scripts = {dataset.script for dataset in sets}
    digits_only = bool(scripts & set(SCRIPTS)) and scripts <= {*SCRIPTS, SIGNS}
    classes = classes_of(sets, no_digit=bool(configuration.nondigits) and digits_only)
    learn, held = prepare(sets, classes, configuration)
    print(f"{len(learn)} training digits from {len(learn.names)} sources, {len(held)} held out")
    networks = build_networks(len(classes), configuration)
    curves = fit(networks, learn, held, configuration, checkpoint=out / CHECKPOINT)
    described = training_sets or [
        {"name": d.name, "script": d.script, "n": len(d), "per_class": np.bincount(d.labels).tolist()} for d in sets
    ]
    write(networks, curves, held, out, classes, configuration, described)


def write(
    networks: Sequence,
    curves: Sequence[dict],
    held_out: Pool,
    out: Path,
    classes: Sequence[ClassLabel],
    configuration: Configuration,
    training_sets: list[dict],
) -> None:
    """Calibrates the networks that `fit` trained, each on the held-out digits, and writes the model folder."""
    first, *others = [calibrate(network, held_out, classes, configuration.normalization) for network in networks]
    told = {"temperature": others[0][0], "curves": curves[1]} if others else None
    export(networks, out, classes, make_card(configuration, first, curves[0], training_sets, told))


def main(
    data: Sequence[str] = (),
    script: str | None = None,
    out: str = "model",
    epochs: int | None = None,
) -> None:
    """The command `train`: the sources of the repository's model when `data` is empty, else somebody's own digits."""
    configuration = Configuration()
    if data:
        if script is None:
            raise LekhError("The script of the digits is not given", "Add --script, for instance --script khmer")
        check_meaning(script)  # a model of a script that cannot be asked for would be of no use
        sets, described = [datasets.load(path, script) for path in data], None
        epoch_digits = min(configuration.epoch_digits, 40 * sum(map(len, sets)))
        configuration = replace(configuration, epoch_digits=epoch_digits, second=False)
    else:
        sets, described = open_sources(script)
    if epochs is not None:
        configuration = replace(configuration, epochs=epochs)
    train(sets, Path(out), configuration, described)
    if not data:
        rehearsal.remember(Path(out))
    if os.environ.get("LEKH_DATA"):
        results = evaluate_test_sets(Path(out))
        report(Path(out), results, evaluate_scripts(Path(out)))
        for source, found in results:
            print(f"{source.title}: {found.correct} of {found.n}, {found.accuracy:.2%}")
