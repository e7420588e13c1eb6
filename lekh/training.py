"""Digits that were prepared -> a network in a model folder. TensorFlow is imported here, never on the way to an answer.

LEKH_DATA=... python -m lekh train --out model        (`make train`) writes the folder that is in the repository.
"""

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime, timezone
from functools import partial
from importlib import metadata
from pathlib import Path

import numpy as np

from lekh import datasets, evaluation, figures, head, model, model_folder, rehearsal, sequence
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.model import CARD, CARD_FORMAT, FILES, KERAS, NO_DIGIT, ClassLabel
from lekh.muon import muon_class
from lekh.normalize import Normalization, to_views
from lekh.numerals import SCRIPTS, SIGNS
from lekh.preparation import Configuration, Pool, batches, open_sources, prepare

PACKAGES = ("tensorflow", "keras", "ai-edge-litert", "numpy", "opencv-python-headless", "pillow")
CHECKPOINT = "checkpoint.keras"  # written after each epoch, gone when the model folder is complete
LEAST_TO_CALIBRATE = 100  # held-out digits; fewer say nothing of confidence
# Held-out digits are of the sets that were learnt from; other pens and cameras are read less surely than they are.
TEMPERATURES = (0.7, 3.0)
SCRIPT_TEMPERATURES = (0.7, 1.5)  # a few hundred digits all read right must not make it sure of everything
FEW_MISSES = 10  # of a script, held out; fewer, of which some are slips of the label, say little of its temperature


# -- build and train the network --------------------------------------------------------------------------------------


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


def calibrate(
    network, held_out: Pool, classes: Sequence[ClassLabel], parameters: Normalization
) -> tuple[float, dict[str, float]]:
    """Makes the confidences fit the held-out digits.

    Returns:
        The temperature at which the probabilities of all classes fit best; and for each script with enough digits, the
        further temperature at which those of a reading, within the script, do, nearer to 1 the fewer misses speak for
        it.
    """
    scripts = np.array([label.script for label in classes])
    written = np.isin(scripts, [NO_DIGIT, SIGNS], invert=True)[held_out.classes]
    if written.sum() < LEAST_TO_CALIBRATE:
        return 1.0, {}
    held_out = held_out.only(written)
    views = [to_views(square.astype(np.float32) / 255, parameters) for square in held_out.squares]
    outputs = network.predict(np.concatenate(views), batch_size=512, verbose=0)
    logits = np.log(np.maximum(outputs, 1e-12)).reshape(len(held_out), -1, outputs.shape[1])  # (N, V, C)
    own = scripts[held_out.classes][:, None] == scripts[None, :]
    chances = held_out.chances(0.5)  # every source has its say
    temperature = _best_temperature(lambda at: _answers(np.where(own[:, None], logits, -1e9), at), held_out, chances)
    answers = _answers(logits, temperature)
    further = {}
    for script in dict.fromkeys(scripts[held_out.classes]):
        mine = scripts[held_out.classes] == script
        if mine.sum() >= LEAST_TO_CALIBRATE:
            shares = np.log(np.where(own, answers, 1e-30)[mine] + 1e-30)[:, None]
            some = held_out.only(mine)
            best = _best_temperature(
                partial(_answers, shares), some, chances[mine] / chances[mine].sum(), SCRIPT_TEMPERATURES
            )
            misses = int((shares[:, 0].argmax(axis=1) != some.classes).sum())
            further[str(script)] = round(best ** (misses / (misses + FEW_MISSES)), 4)
    return temperature, further


def _answers(logits, temperature):
    """`(N, C)`: the mean over views `(N, V, C)` at a temperature."""
    scaled = np.exp((logits - logits.max(axis=2, keepdims=True)) / temperature)
    return (scaled / scaled.sum(axis=2, keepdims=True)).mean(axis=1)


def _best_temperature(answers_at, held_out, chances, limits=TEMPERATURES):
    def loss(temperature):
        right = answers_at(temperature)[np.arange(len(held_out)), held_out.classes]
        return -(np.log(right + 1e-12) * chances).sum()

    return round(float(min(np.geomspace(*limits, 120), key=loss)), 4)


# -- write the model folder -------------------------------------------------------------------------------------------


def export(networks: Sequence, folder: Path, classes: Sequence[ClassLabel], card: dict) -> None:
    """Writes the networks and `card.json`; the network for numbers that the folder has is kept.

    Args:
        networks: one or two trained Keras models; their weights are rounded to half precision, that of the files.
        folder: made if need be.
        classes: the outputs of each.
        card: the card's other fields, see `make_card`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reader, files = _reader_in(folder)
    contents = {}
    for names, network in zip(FILES, networks, strict=False):  # the second may be lacking
        contents |= zip(names, _as_files(network), strict=True)
    for left in {CHECKPOINT, *sum(FILES, ())} - contents.keys():
        (folder / left).unlink(missing_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    files = {name: model_folder.described(content) for name, content in contents.items()} | files
    classes = [asdict(label) for label in classes]
    write_card(folder, {"format": CARD_FORMAT, "classes": classes, **card, **reader, "files": files})


def _reader_in(folder):
    """What the card there says of a network for numbers, and of its files; nothing where there is none."""
    try:
        raw = model.read_card(folder).raw
        files = {name: raw["files"][name] for name in (sequence.KERAS, sequence.TFLITE)}
        return {"reader": raw["reader"]}, files
    except (LekhError, KeyError, TypeError):
        return {}, {}


def write_card(folder: Path, card: dict) -> None:
    """Writes `card.json`, readable by people."""
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def round_to_half(network) -> None:
    """Rounds the weights of a network from `build_network` to half precision, so that both of its files are equal.

    What the batch normalization behind a convolution multiplies by goes into the convolution first, as the converter
    would have it; the running mean and variance follow, so that the network says the same as before, and goes on
    learning from nearly there.
    """
    import keras

    for layer in network.layers:
        if not isinstance(layer, keras.layers.BatchNormalization):
            continue
        convolution = layer._inbound_nodes[0].parent_nodes[0].operation
        (kernel,), (gamma, beta, mean, variance) = convolution.get_weights(), layer.get_weights()
        factor = gamma / np.sqrt(variance + layer.epsilon)
        mean, variance = mean * factor, variance * factor**2
        bias = _half(beta - mean)
        convolution.set_weights([_half(kernel * factor)])
        layer.set_weights([np.sqrt(variance + layer.epsilon), bias + mean, mean, variance])
    network.layers[-1].set_weights([_half(values) for values in network.layers[-1].get_weights()])


def _half(values):
    return values.astype(np.float16).astype(np.float32)


def _as_files(network) -> tuple[bytes, bytes]:
    """Content of the `.keras` and the `.tflite` file, the second in half precision but for its last layer."""
    import keras

    round_to_half(network)
    bare = keras.Model.from_config(network.get_config())  # without its optimizer, which is three times as large
    bare.set_weights(network.get_weights())
    with tempfile.TemporaryDirectory() as folder:
        bare.save(Path(folder, KERAS))
        source = Path(folder, KERAS).read_bytes()
    return source, head.in_float32(as_tflite(network), head.Head(*network.layers[-1].get_weights()))


def as_tflite(network) -> bytes:
    """Content of a `.tflite` file with a Keras model, its weights in half precision."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        network.export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        return converter.convert()


def make_card(
    configuration: Configuration,
    temperatures: tuple[float, dict[str, float]],
    history: dict,
    training_sets: list[dict],
    second: dict | None = None,
) -> dict:
    """The card's fields beside classes and files; `report` fills `test_sets`.

    Args:
        configuration: how the network was trained.
        temperatures: from `calibrate`.
        history: the curves of `fit`.
        training_sets: what it learnt from.
        second: what it says of the second network: its `temperature` and `curves`.
    """
    settings = asdict(configuration)
    normalization = settings.pop("normalization")
    return {
        "name": "lekh-digits",
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "input_size": configuration.normalization.size,
        "normalization": normalization,
        "temperature": temperatures[0],
        "script_temperatures": temperatures[1],
        "rejection_threshold": 0.4,
        "test_sets": [],
        "training_sets": training_sets,
        "training": {
            **settings,
            "curves": history,
            "python": platform.python_version(),
            "packages": {name: metadata.version(name) for name in PACKAGES},
            "source_commit": _commit(),
        },
        **({} if second is None else {"second": second}),
    }


def _commit() -> str | None:
    """The commit of the sources that trained, when they come from a checkout."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()


def evaluate_test_sets(folder: Path) -> list[tuple[datasets.Source, evaluation.Evaluation]]:
    """What the model in `folder` makes of every test set under LEKH_DATA whose script it reads."""
    loaded = model.load(folder)
    results = []
    for source in datasets.SOURCES.values():
        if source.role != "test" or source.script not in loaded.card.scripts:
            continue
        if not (datasets.root() / source.path).exists():
            print(f"{source.title}: not here, left out")
            continue
        results.append((source, evaluation.evaluate(datasets.open_source(source.key), loaded)))
    return results


def evaluate_scripts(folder: Path) -> dict[str, evaluation.ScriptEvaluation]:
    """How often the script of each test set under LEKH_DATA is found, by the source's key."""
    loaded = model.load(folder)
    return {
        source.key: evaluation.evaluate_script(datasets.open_source(source.key), loaded)
        for source in datasets.SOURCES.values()
        if source.role == "test" and source.script in loaded.card.scripts and (datasets.root() / source.path).exists()
    }


def report(
    folder: Path,
    results: Sequence[tuple[datasets.Source, evaluation.Evaluation]],
    scripts: Mapping[str, evaluation.ScriptEvaluation] | None = None,
) -> None:
    """Writes the results of the test sets into the card of `folder`, where the README's figures come from.

    What the page shows of them besides, and the digits of each class that were learnt from, go into
    `reports/evaluation.json`, see `lekh.figures`.
    """
    rows = [
        {"name": source.key, "title": source.title, "script": source.script, "n": found.n, "correct": found.correct,
         "accuracy": round(found.accuracy, 5), "rejected": found.rejected, "ece": round(found.ece, 5),
         **({"auto": _rounded(scripts[source.key])} if scripts and source.key in scripts else {})}
        for source, found in results
    ]  # fmt: skip
    write_card(folder, {**model.read_card(folder).raw, "test_sets": rows})
    card = model.read_card(folder)
    known = figures.read_evaluation(folder, card)[1]
    figures.write_evaluation(folder, card, results, {**known, **figures.class_counts(_names(card))})


def _names(card):
    return [row["name"] for row in card.raw.get("training_sets", []) if "name" in row]


def measure(folder: Path) -> list[tuple[datasets.Source, evaluation.Evaluation]]:
    """Measures the model in `folder` on every test set under LEKH_DATA, and writes its reports.

    Raises:
        LekhError: no model is there, LEKH_DATA is not set, or it holds no test set of the model's scripts.
    """
    results = evaluate_test_sets(folder)
    if not results:
        raise LekhError("No test set was found under LEKH_DATA", "See dataset/README.md for where they come from")
    report(folder, results, evaluate_scripts(folder))
    return results


def _rounded(found):
    return {name: round(value, 4) for name, value in asdict(found).items()}


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
