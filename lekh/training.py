"""Data sets -> model folder. Every training image takes the road of an upload; TensorFlow is imported only here.

LEKH_DATA=... python -m lekh train --out model        (`make train`) writes the folder that is in the repository.
"""

import hashlib
import json
import multiprocessing
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from tqdm import tqdm

from lekh import augment, datasets, evaluation, figures, images, ink, model, nondigits, operators, rehearsal, sequence
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.model import CARD, CARD_FORMAT, KERAS, NO_DIGIT, TFLITE, ClassLabel
from lekh.normalize import Normalization, cropped, to_input, to_views
from lekh.numerals import OPERATORS, SCRIPTS, SIGNS

PACKAGES = ("tensorflow", "keras", "ai-edge-litert", "numpy", "opencv-python-headless", "pillow")
CHECKPOINT = "checkpoint.keras"  # written after each epoch, gone when the model folder is complete
LEAST_TO_CALIBRATE = 100  # held-out digits; fewer say nothing of confidence
# Held-out digits are of the sets that were learnt from; other pens and cameras are read less surely than they are.
TEMPERATURES = (0.7, 3.0)
SCRIPT_TEMPERATURES = (0.7, 1.5)  # a few hundred digits all read right must not make it sure of everything
FEW_MISSES = 10  # of a script, held out; fewer, of which some are slips of the label, say little of its temperature
CHUNK = 2048  # distorted digits that travel from the augmenting process at a time
# The scripts that the page is made for, those of which few digits were collected, and those whose held-out writers were
# read worst.
_EMPHASIS = {
    "latin": 1.3, "khmer": 2.0, "telugu": 1.5, "odia": 1.5, "gujarati": 1.5, "gurmukhi": 1.5, "arabic": 1.5,
    "devanagari": 1.3,
}  # fmt: skip


@dataclass(frozen=True)
class Configuration:
    """Everything that decides a training run; kept in the card.

    Attributes:
        seed: of every random choice.
        epochs: how often the network sees `epoch_digits` digits; 0: only the settling epochs, after a start.
        epoch_digits: digits an epoch, drawn from all sources, each distorted anew.
        batch_size: digits a step.
        learning_rate: the highest of the cosine schedule.
        strength: of the distortions, drawn evenly between these two for each digit.
        settling: epochs at the end, with a schedule of their own, in which digits are seen nearly as they are.
        settling_rate: the highest learning rate of those epochs.
        settling_strength: of the distortions in those epochs.
        again: epochs of a second round, which goes on from there at half the rates, and of its settling; the weights
            kept are the mean of both rounds', which reads strange hands better than the first's.
        precision: of the arithmetic in epochs that do not settle, `"float32"`, `"mixed_bfloat16"`, or `"auto"`: the
            second where the processor has it, for it is half as fast again. The weights are float32 in any case.
        weight_decay: of AdamW.
        label_smoothing: share of the target spread over all classes.
        average: momentum of the moving average of the weights, which are the ones kept.
        flatness: a source of n digits gives a share of each epoch that grows with n to this power.
        emphasis: by how much that share is larger for the sources of a script, its fonts included; 1 where none is
            named. These keep a third of each epoch for the scripts that the page is made for, and help the small sets.
        most_digits: of a source, drawn at random where it has more.
        whole: the sources of which all digits are taken, and four times the photographs.
        drawings: how often a set of strokes is drawn, each time with another pen, size and place.
        natural: narrower copies of each digit that was stretched to fill its frame, beside it.
        narrowest: how far these are squeezed at the most.
        photographs: pictures of each digit on synthetic paper beside its original; at most `most_photographs` a source.
        most_photographs: see above.
        fonts: number of fonts a script that serve as extra writers.
        signs: drawings of each sign of arithmetic, where the network reads them.
        nondigits: drawings of what is no digit, for a class of their own; 0: no such class.
        held_out: share of each source, by writer where they are known, that only validates and calibrates.
        start: SHA-256 of the `digits.keras` whose weights it began with; `None`: it began with nothing.
        normalization: how digits are brought to the network.
    """

    seed: int = 7
    epochs: int = 42
    epoch_digits: int = 120_000
    batch_size: int = 128
    learning_rate: float = 2e-3
    strength: tuple[float, float] = (0.5, 1.3)
    settling: int = 18
    settling_rate: float = 5e-4
    settling_strength: tuple[float, float] = (0.0, 0.9)
    again: tuple[int, int] = (8, 10)
    precision: str = "auto"
    weight_decay: float = 2e-3
    label_smoothing: float = 0.05
    average: float = 0.999
    flatness: float = 0.5
    emphasis: dict[str, float] = field(default_factory=lambda: dict(_EMPHASIS))
    most_digits: int = 12_000
    whole: tuple[str, ...] = ("mnist_train",)
    drawings: int = 3
    natural: int = 1
    narrowest: float = 0.45
    photographs: int = 4
    most_photographs: int = 4_000
    fonts: int = 60
    signs: int = 500
    nondigits: int = 12_000
    held_out: float = 0.06
    start: str | None = None
    normalization: Normalization = field(default_factory=Normalization)


@dataclass(frozen=True, eq=False)
class Pool:
    """Digits after the road of an upload, before distortion.

    Attributes:
        squares: uint8 `(N, INK_SIDE, INK_SIDE)`.
        classes: int64 `(N,)`, outputs of the network.
        sources: int64 `(N,)`, places in `names`.
        names: the sources.
        sizes: how many different digits each source had, before they were drawn and photographed several times.
        scripts: what script each source is written in.
    """

    squares: np.ndarray
    classes: np.ndarray
    sources: np.ndarray
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    scripts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.classes)

    def chances(self, flatness: float, emphasis: Mapping[str, float] | None = None) -> np.ndarray:
        """float64 `(N,)`: how likely each digit is drawn.

        A source weighs by its size to the power of `flatness`, times what `emphasis` has for its script, if anything.
        """
        rows = np.bincount(self.sources, minlength=len(self.names))
        factors = np.array([(emphasis or {}).get(script, 1.0) for script in self.scripts])
        weights = factors * np.array(self.sizes, np.float64) ** flatness / np.maximum(rows, 1)
        chances = weights[self.sources]
        return chances / chances.sum()

    def only(self, mask: np.ndarray) -> "Pool":
        """The digits where bool `(N,)` `mask` holds."""
        return replace(self, squares=self.squares[mask], classes=self.classes[mask], sources=self.sources[mask])

    def inputs(self, parameters: Normalization) -> np.ndarray:
        """float32 `(N, S, S, 1)`: the digits as they are, normalised."""
        return np.stack([to_input(square.astype(np.float32) / 255, parameters) for square in self.squares])


# -- prepare the data -------------------------------------------------------------------------------------------------


def prepare(sets: Sequence[Dataset], classes: Sequence[ClassLabel], configuration: Configuration) -> tuple[Pool, Pool]:
    """Brings all digits through the road of an upload, photographs and fonts included.

    Args:
        sets: training sets; strokes are drawn first.
        classes: the network's outputs.
        configuration: what to make of them.

    Returns:
        `(train, held_out)`; the second holds only originals of writers that the first lacks (where writers are known).
    """
    place = {(label.script, label.digit): index for index, label in enumerate(classes)}
    scripts = tuple(dict.fromkeys(dataset.script for dataset in sets))
    train, held = [], []
    with _workers(os.cpu_count() or 1) as workers:
        for number, dataset in enumerate(sets):
            targets = np.array([place[dataset.script, int(label)] for label in dataset.labels])
            for pool, indices in zip((train, held), _split(dataset, configuration), strict=True):
                squares, owners = _walk(dataset, indices, configuration, number, workers, copies=pool is train)
                pool.append(_Part(dataset.name, dataset.script, squares, targets[owners], len(indices)))
        for script in scripts:
            if script in SCRIPTS and configuration.fonts:
                found = list(augment.font_digits(script, configuration.fonts))
                squares, owners = _photograph_all([shape for _, shape in found], configuration, workers)
                targets = np.array([place[script, found[owner][0]] for owner in owners], int)
                train.append(_Part(f"fonts_{script}", script, squares, targets, len(found)))
        if SIGNS in scripts and configuration.signs:
            for pool, copies, seed in ((train, configuration.signs, 2), (held, configuration.signs // 16, 3)):
                pool.append(_signs(copies, place, configuration, seed, workers))
        if (NO_DIGIT, 0) in place:
            for pool, count, seed in ((train, configuration.nondigits, 0), (held, configuration.nondigits // 16, 1)):
                squares = _nondigits(_digits(train), count, configuration, seed, workers)
                targets = np.full(len(squares), place[NO_DIGIT, 0])
                pool.append(_Part("nondigits", NO_DIGIT, squares, targets, len(squares)))
    return _pool(train), _pool(held)


class _Part(NamedTuple):
    """What one source gives to a pool."""

    name: str
    script: str
    squares: np.ndarray
    targets: np.ndarray
    size: int


def _signs(copies, place, configuration, seed, workers):
    """Signs of arithmetic as hands and fonts write them."""
    rng = np.random.default_rng((configuration.seed, seed))
    drawn = [(sign, operators.draw(sign, rng)) for sign in range(len(OPERATORS)) for _ in range(copies)]
    squares, owners = _photograph_all([shape for _, shape in drawn], replace(configuration, photographs=1), workers)
    targets = np.array([place[SIGNS, drawn[owner][0]] for owner in owners], int)
    return _Part("signs", SIGNS, squares, targets, len(drawn))


def _digits(parts, most=2000):
    """Squares of digits, at most so many of a source, for what is made of two of them."""
    some = [part.squares[:: max(1, -(-len(part.squares) // most))] for part in parts if part.script in SCRIPTS]
    return np.concatenate(some)


def _nondigits(digits, count, configuration, seed, workers):
    """Squares of shapes, scribbles, letters, pairs of digits, and of whatever blank paper was taken for ink."""
    rng = np.random.default_rng((configuration.seed, seed))
    jobs = [(digits[rng.choice(len(digits), 60)], int(rng.integers(2**31)), min(100, count - start))
            for start in range(0, count, 100)]  # fmt: skip
    return _collect(workers.map(_nondigits_part, jobs), len(jobs), "what is no digit")[0]


def _pool(parts):
    names, scripts, squares, targets, sizes = zip(*parts, strict=True)
    sources = np.repeat(np.arange(len(parts)), [len(part) for part in targets])
    return Pool(np.concatenate(squares), np.concatenate(targets).astype(np.int64), sources, names, sizes, scripts)


def _split(dataset, configuration):
    """Places of the digits to learn from and of those held out, no more of either than are wanted of a source."""
    mask = _held_out_mask(dataset, configuration)
    parts = np.flatnonzero(~mask), np.flatnonzero(mask)
    if dataset.name in configuration.whole:
        return parts
    rng = np.random.default_rng(configuration.seed)
    limits = configuration.most_digits, max(1, round(configuration.held_out * configuration.most_digits))
    return [
        part if len(part) <= limit else np.sort(rng.choice(part, limit, replace=False))
        for part, limit in zip(parts, limits, strict=True)
    ]


def split(dataset: Dataset, configuration: Configuration | None = None) -> tuple[Dataset, Dataset]:
    """The digits of a training set that the network learns from, and those held out, maybe none; all of either."""
    mask = _held_out_mask(dataset, configuration or Configuration())
    return dataset.take(np.flatnonzero(~mask)), dataset.take(np.flatnonzero(mask))


def _held_out_mask(dataset, configuration):
    mask = np.zeros(len(dataset), bool)
    if configuration.held_out <= 0 or len(dataset) < 20:
        return mask
    marked = replace(dataset, images=tuple(range(len(dataset))))
    try:
        _, held = datasets.split_by_writer(marked, configuration.held_out, datasets.SPLIT)
    except LekhError:  # a single writer: nothing honest can be held out
        return mask
    mask[list(held.images)] = True
    return mask


def _walk(dataset, indices, configuration, number, workers, copies):
    """Squares and the index of the digit that each shows."""
    photographs = 0.0
    if copies and len(indices):
        most = configuration.most_photographs * (4 if dataset.name in configuration.whole else 1)
        photographs = min(configuration.photographs, most / len(indices))
    drawings = configuration.drawings if copies else 1
    natural = configuration.natural if copies and dataset.stretched else 0
    jobs = [
        ([(int(i), dataset.images[i]) for i in part], configuration.seed * 1_000_003 + number * 10_007 + int(part[0]),
         drawings, photographs, natural, configuration.narrowest)
        for part in np.array_split(indices, max(1, len(indices) // 250)) if len(part)
    ]  # fmt: skip
    return _collect(workers.map(_walk_part, jobs), len(jobs), dataset.name if copies else f"{dataset.name}, held out")


def _photograph_all(shapes, configuration, workers):
    jobs = [(list(enumerate(shapes))[i : i + 50], configuration.seed + i, configuration.photographs)
            for i in range(0, len(shapes), 50)]  # fmt: skip
    return _collect(workers.map(_photograph_part, jobs), len(jobs), "fonts")


def _collect(parts, total, title):
    squares, owners = [], []
    for part, indices in tqdm(parts, title, total, unit="part", leave=False, disable=None):
        squares.append(part)
        owners.extend(indices)
    empty = np.zeros((0, augment.INK_SIDE, augment.INK_SIDE), np.uint8)
    return np.concatenate([empty, *squares]), np.array(owners, np.int64)


def _walk_part(job):
    """A part of a data set through the road of an upload; runs in a worker process."""
    items, seed, drawings, photographs, natural, narrowest = job
    rng = np.random.default_rng(seed)
    squares, owners = [], []
    for index, item in items:
        drawn = isinstance(item, datasets.Strokes)
        pages = [augment.draw(item, rng) for _ in range(drawings)] if drawn else [images.to_grey(item)]
        for page in pages:
            found = ink.find_digit(page)
            if found is None:
                continue
            shapes = [found.ink, *(_narrowed(found.ink, rng.uniform(narrowest, 1)) for _ in range(natural))]
            made = [augment.to_square(shape) for shape in shapes]
            copies = (photographs / len(pages)) if drawn else photographs
            for _ in range(int(copies + rng.random())):
                choice = int(rng.integers(len(shapes))) if natural else 0
                made.extend(_photographed(shapes[choice], made[choice], rng))
            squares.extend(made)
            owners.extend([index] * len(made))
    return _stacked(squares), owners


def _narrowed(shape, share):
    """The ink at this share of its width."""
    return cv2.resize(shape, (max(1, round(share * shape.shape[1])), shape.shape[0]), interpolation=cv2.INTER_AREA)


def _photograph_part(job):
    """Renderings of fonts on paper; runs in a worker process."""
    items, seed, photographs = job
    rng = np.random.default_rng(seed)
    squares, owners = [], []
    for index, shape in items:
        made = [augment.to_square(shape)]
        for _ in range(photographs):
            made.extend(_photographed(shape, made[0], rng))
        squares.extend(made)
        owners.extend([index] * len(made))
    return _stacked(squares), owners


def _nondigits_part(job):
    """What is no digit, as drawn and from paper; runs in a worker process."""
    digits, seed, count = job
    rng = np.random.default_rng(seed)
    squares = []
    for _ in range(count):
        kind = rng.random()
        if kind < 0.1:  # paper on which nothing was written
            found = ink.find_digit(augment.photograph(np.zeros((64, 64), np.float32), rng))
            if found is not None and found.box_xywh[3] < 2 * found.box_xywh[2]:  # an upright fold may be a 1
                squares.append(augment.to_square(found.ink))
            continue
        if kind < 0.3:
            first, second = (cropped(digits[i].astype(np.float32) / 255) for i in rng.choice(len(digits), 2))
            shape = nondigits.pair(first, second, rng)
        else:
            shape = nondigits.shape(rng)
        squares.append(augment.to_square(shape))
        if rng.random() < 0.4:
            squares.extend(_photographed(shape, squares[-1], rng))
    return _stacked(squares), range(len(squares))


def _photographed(shape, square, rng):
    """The digit as it comes back from a photograph, in a list; an empty one where it drowned in its paper."""
    page = augment.photograph(cropped(shape), rng)
    found = ink.find_digit(page)
    if found is None:
        return []
    back = augment.to_square(found.ink)
    kept = np.ones((7, 7), np.uint8)  # strokes may move a little, not vanish, and no stain may cover them
    lost = ((square > 127) & (cv2.dilate(back, kept) < 127)).sum() / max(1, (square > 127).sum())
    added = ((back > 127) & (cv2.dilate(square, kept) < 127)).sum() / max(1, (back > 127).sum())
    return [back] if lost < 0.35 and added < 0.35 else []


def _stacked(squares):
    return np.stack(squares) if squares else np.zeros((0, augment.INK_SIDE, augment.INK_SIDE), np.uint8)


def _workers(count):
    # spawn: TensorFlow's threads do not survive a fork
    return ProcessPoolExecutor(
        count, multiprocessing.get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,)
    )


def batches(pool: Pool, configuration: Configuration) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless training batches; distortion happens in another process while the network learns.

    Yields:
        float32 `(B, S, S, 1)` inputs and int64 `(B,)` classes.
    """
    rng = np.random.default_rng(configuration.seed)
    chances = pool.chances(configuration.flatness, configuration.emphasis)
    size = configuration.batch_size
    with tempfile.TemporaryDirectory() as folder, _workers(1) as worker:
        path = Path(folder) / "squares.npy"
        np.save(path, pool.squares)
        waiting = []
        while True:
            while len(waiting) < 3:
                chosen = rng.choice(len(pool), max(size, CHUNK // size * size), p=chances)
                seed = int(rng.integers(2**31))
                settings = configuration.strength, configuration.normalization
                job = worker.submit(_distorted, str(path), chosen, seed, *settings)
                waiting.append((job, pool.classes[chosen]))
            job, classes = waiting.pop(0)
            inputs = job.result().astype(np.float32)[..., np.newaxis] / 255
            for start in range(0, len(inputs), size):
                yield inputs[start : start + size], classes[start : start + size]


def _distorted(path, chosen, seed, strength, parameters):
    """uint8 `(n, S, S)`; runs in a worker process."""
    squares, rng = _mapped(path), np.random.default_rng(seed)
    made = np.empty((len(chosen), parameters.size, parameters.size), np.uint8)
    for row, index in enumerate(chosen):
        bent = augment.distort(squares[index], rng, strength=rng.uniform(*strength))
        value = to_input(bent, parameters)[..., 0]
        made[row] = np.clip(value * 255 + 0.5, 0, 255)
    return made


@cache
def _mapped(path):
    return np.load(path, mmap_mode="r")


# -- build and train the network --------------------------------------------------------------------------------------


def build_network(classes: int, parameters: Normalization, precision: str = "float32"):
    """A small network, `(N, S, S, 1)` -> softmax `(N, classes)`; 442 thousand parameters at 20 classes.

    Four resolutions, pooled by their maxima: two convolutions each after the first, three at the last, which sees the
    whole digit. From the second on they add to what the first found, and begin by adding nothing there.
    """
    import keras
    from keras import layers

    given = {"dtype": precision}

    def convolution(x, filters, gamma="ones"):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal", **given)(x)
        return layers.BatchNormalization(momentum=0.98, gamma_initializer=gamma, **given)(x)

    def positive(x):
        return layers.Activation("relu", **given)(x)

    def adding(x, filters):  # a residual, zero at first: a network that is made deeper goes on from where it stood
        return positive(layers.Add(**given)([x, convolution(x, filters, gamma="zeros")]))

    inputs = keras.Input((parameters.size, parameters.size, 1), name="digit")
    x = positive(convolution(inputs, 16))
    for filters in (32, 64, 128):
        x = adding(positive(convolution(layers.MaxPooling2D(2, **given)(x), filters)), filters)
    x = adding(x, filters)
    x = layers.Dropout(0.2, **given)(layers.GlobalAveragePooling2D(**given)(x))
    return keras.Model(inputs, layers.Dense(classes, activation="softmax", name="probabilities")(x), name="lekh")


def warm_start(network, classes: Sequence[ClassLabel], folder: Path) -> int:
    """Begins with what another network of the same build learnt; the classes and depth that it lacks begin anew.

    Args:
        network: from `build_network`, changed in place.
        classes: its outputs.
        folder: the model folder of the other.

    Returns:
        How many classes both know.

    Raises:
        LekhError: there is no model, or it is built otherwise.
    """
    import keras

    known = {(label.script, label.symbol): index for index, label in enumerate(model.read_card(folder).classes)}
    try:
        learnt = keras.models.load_model(folder / KERAS, compile=False).get_weights()
    except (OSError, ValueError) as error:
        raise LekhError(f"{folder.name}/{KERAS} does not load", "Copy a complete model folder there") from error
    weights, same = network.get_weights(), len(learnt) - 2  # those before the last layer; this one may go on from there
    if [value.shape for value in weights[:same]] != [value.shape for value in learnt[:same]]:
        raise LekhError(f"The network in {folder.name}/ is built otherwise", "Start from one that this version trained")
    shared = [(index, known[label.script, label.symbol]) for index, label in enumerate(classes)
              if (label.script, label.symbol) in known]  # fmt: skip
    for index, old in shared:
        for own, others in zip(weights[-2:], learnt[-2:], strict=True):  # the last layer: one column a class
            own[..., index] = others[..., old]
    network.set_weights([*learnt[:same], *weights[same:]])
    return len(shared)


def fit(network, train: Pool, held_out: Pool, configuration: Configuration, checkpoint: Path | None = None) -> dict:
    """Trains in place and leaves the averaged weights in the network.

    Args:
        network: from `build_network`.
        train: what it learns from.
        held_out: what it is validated on after each epoch; may be empty.
        configuration: how.
        checkpoint: a `.keras` file that is written after each epoch.

    Returns:
        Curves: `loss`, `accuracy`, `val_loss`, `val_accuracy`, one number an epoch.
    """
    curves = _fit_round(network, train, held_out, configuration, checkpoint)
    return _and_again(network, train, held_out, configuration, checkpoint, curves)


def _and_again(network, train, held_out, configuration, checkpoint, curves):
    """The second round; the mean of both is left in the network ("Robust fine-tuning", Wortsman et al., 2022)."""
    if not any(configuration.again):
        return curves
    first = network.get_weights()
    epochs, settling = configuration.again
    second = replace(
        configuration, seed=configuration.seed + 2, epochs=epochs, settling=settling,
        learning_rate=configuration.learning_rate / 2, settling_rate=configuration.settling_rate / 2,
    )  # fmt: skip
    more = _fit_round(network, train, held_out, second, checkpoint)
    network.set_weights([(a + b) / 2 for a, b in zip(first, network.get_weights(), strict=True)])
    return {name: values + more[name] for name, values in curves.items()}


def _fit_round(network, train, held_out, configuration, checkpoint):
    precision = fast_precision() if configuration.precision == "auto" else configuration.precision
    if configuration.epochs == 0:
        return settle(network, train, held_out, configuration, checkpoint)
    if precision == "float32":
        curves = _fit_once(network, train, held_out, configuration, checkpoint)
    else:
        rough = build_network(network.output_shape[-1], configuration.normalization, precision)
        rough.set_weights(network.get_weights())
        curves = _fit_once(rough, train, held_out, configuration, checkpoint)
        network.set_weights(rough.get_weights())
    if configuration.settling:
        more = settle(network, train, held_out, configuration, checkpoint)
        curves = {name: values + more[name] for name, values in curves.items()}
    return curves


def fast_precision() -> str:
    """`"mixed_bfloat16"` where the processor computes in it, else `"float32"`."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return "float32"
    return "mixed_bfloat16" if "avx512_bf16" in flags or "amx_bf16" in flags else "float32"


def settle(network, train: Pool, held_out: Pool, configuration: Configuration, checkpoint: Path | None = None) -> dict:
    """The last epochs of a round, with the arguments of `fit`: a small rate, mild distortions, for the finer shapes."""
    milder = replace(
        configuration, seed=configuration.seed + 1, epochs=configuration.settling,
        learning_rate=configuration.settling_rate, strength=configuration.settling_strength,
    )  # fmt: skip
    return _fit_once(network, train, held_out, milder, checkpoint)


def _fit_once(network, train, held_out, configuration, checkpoint):
    import keras

    keras.utils.set_random_seed(configuration.seed)
    steps = max(1, configuration.epoch_digits // configuration.batch_size)
    total = steps * configuration.epochs
    warmup = min(500, total // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        configuration.learning_rate / 20, total - warmup, alpha=0.002,
        warmup_target=configuration.learning_rate, warmup_steps=warmup,
    )  # fmt: skip
    outputs = network.output_shape[-1]
    average = min(configuration.average, 1 - 1 / max(2, total // 20))
    network.compile(
        optimizer=keras.optimizers.AdamW(
            schedule, weight_decay=configuration.weight_decay, use_ema=True, ema_momentum=average
        ),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=configuration.label_smoothing),
        metrics=["accuracy"],
    )
    targets = np.eye(outputs, dtype=np.float32)
    validation = (held_out.inputs(configuration.normalization), targets[held_out.classes]) if len(held_out) else None
    callbacks = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)]
    if checkpoint is not None:
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        callbacks.append(keras.callbacks.ModelCheckpoint(checkpoint))
    with closing(batches(train, configuration)) as digits:  # ends the augmenting process
        stream = ((inputs, targets[classes]) for inputs, classes in digits)
        history = network.fit(
            stream, steps_per_epoch=steps, epochs=configuration.epochs, validation_data=validation,
            callbacks=callbacks, verbose=2 if os.environ.get("CI") or not os.isatty(1) else 1,
        )  # fmt: skip
    return {name: [round(float(value), 5) for value in values] for name, values in history.history.items()}


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


def export(network, folder: Path, classes: Sequence[ClassLabel], card: dict) -> None:
    """Writes `digits.keras`, `digits.tflite` and `card.json`; the network for numbers that the folder has is kept.

    Args:
        network: a trained Keras model.
        folder: made if need be.
        classes: the network's outputs.
        card: the card's other fields, see `make_card`.
    """
    import keras

    folder.mkdir(parents=True, exist_ok=True)
    reader, files = _reader_in(folder)
    bare = keras.Model.from_config(network.get_config())  # without its optimizer, which is three times as large
    bare.set_weights(network.get_weights())
    bare.save(folder / KERAS)
    (folder / TFLITE).write_bytes(_as_tflite(network))
    card = {"format": CARD_FORMAT, "classes": [asdict(label) for label in classes], **card, **reader}
    (folder / CHECKPOINT).unlink(missing_ok=True)
    card["files"] = {name: _described(folder / name) for name in (KERAS, TFLITE)} | files
    write_card(folder, card)


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


def _as_tflite(network) -> bytes:
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        network.export(folder, verbose=False)
        return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


def _described(path: Path) -> dict:
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def make_card(
    configuration: Configuration,
    temperatures: tuple[float, dict[str, float]],
    history: dict,
    training_sets: list[dict],
    start: Path | None = None,
) -> dict:
    """The card's fields beside classes and files; `report` fills `test_sets`.

    Args:
        configuration: how the network was trained.
        temperatures: from `calibrate`.
        history: the curves of `fit`.
        training_sets: what it learnt from.
        start: the folder of the model that it began with, whose training is kept under `before`.
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
            **({} if start is None else {"before": model.read_card(start).raw.get("training")}),
        },
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
    """Measures the model in `folder` on every test set under LEKH_DATA, and reports; says what it found.

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
    sets: Sequence[Dataset],
    out: Path,
    configuration: Configuration,
    training_sets: list[dict] | None = None,
    start: Path | None = None,
):
    """Prepares, trains, calibrates, exports and, where test sets are at hand, reports.

    Args:
        sets: training sets, of one script or several.
        out: the model folder.
        configuration: how.
        training_sets: what the card says of the sets; by default their names and sizes.
        start: the folder of a model to begin from, instead of from nothing.

    Returns:
        The curves of `fit`.
    """
    # Somebody's own shapes may well be among those that are no digit here.
    scripts = {dataset.script for dataset in sets}
    digits_only = bool(scripts & set(SCRIPTS)) and scripts <= {*SCRIPTS, SIGNS}
    classes = classes_of(sets, no_digit=bool(configuration.nondigits) and digits_only)
    learn, held = prepare(sets, classes, configuration)
    print(f"{len(learn)} training digits from {len(learn.names)} sources, {len(held)} held out")
    network = build_network(len(classes), configuration.normalization)
    if start is not None:
        print(f"{warm_start(network, classes, start)} of {len(classes)} classes begin with what {start}/ learnt")
        configuration = replace(configuration, start=model.read_card(start).raw["files"][KERAS]["sha256"])
    curves = fit(network, learn, held, configuration, checkpoint=out / CHECKPOINT)
    temperatures = calibrate(network, held, classes, configuration.normalization)
    described = training_sets or [
        {"name": d.name, "script": d.script, "n": len(d), "per_class": np.bincount(d.labels).tolist()} for d in sets
    ]
    export(network, out, classes, make_card(configuration, temperatures, curves, described, start))
    return curves


def open_sources(script: str | None = None) -> tuple[list[Dataset], list[dict]]:
    """The training sets of the repository's model that are under LEKH_DATA, and what the card says of each.

    Args:
        script: only sets of this script.

    Raises:
        LekhError: the data root is not set, or none of the sets is there.
    """
    sets, described = [], []
    for source in datasets.SOURCES.values():
        if source.role != "train" or script not in (None, source.script):
            continue
        path = datasets.root() / source.path
        if not path.exists():
            print(f"{source.title}: not here, left out")
            continue
        sets.append(datasets.open_source(source.key))
        described.append(
            {"name": source.key, "title": source.title, "script": source.script, "source": source.origin,
             "licence": source.licence, "n": len(sets[-1]), "sha256": datasets.fingerprint(path)}
        )  # fmt: skip
    if not sets:
        raise LekhError("No training set was found under LEKH_DATA", "See dataset/README.md for where they come from")
    return sets, described


def main(
    data: Sequence[str] = (),
    script: str | None = None,
    out: str = "model",
    epochs: int | None = None,
    start: str | None = None,
) -> None:
    """The command `train`: the sources of the repository's model when `data` is empty, else somebody's own digits."""
    configuration = Configuration()
    if data:
        if script is None:
            raise LekhError("The script of the digits is not given", "Add --script, for instance --script khmer")
        sets, described = [datasets.load(path, script) for path in data], None
        configuration = replace(configuration, epoch_digits=min(configuration.epoch_digits, 40 * sum(map(len, sets))))
    else:
        sets, described = open_sources(script)
    if epochs is not None:
        configuration = replace(configuration, epochs=epochs, again=(0, 0))
    train(sets, Path(out), configuration, described, None if start is None else Path(start))
    if not data:
        rehearsal.remember(Path(out))
    if os.environ.get("LEKH_DATA"):
        results = evaluate_test_sets(Path(out))
        report(Path(out), results, evaluate_scripts(Path(out)))
        for source, found in results:
            print(f"{source.title}: {found.correct} of {found.n}, {found.accuracy:.2%}")
