"""Data sets -> digits that a network can learn from, and batches of them. Every one takes the road of an upload."""

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from tqdm import tqdm

from lekh import augment, datasets, images, ink, nondigits, operators, photo, splits
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.model import NO_DIGIT, ClassLabel
from lekh.normalize import Normalization, cropped, to_input
from lekh.numerals import OPERATORS, SCRIPTS, SIGNS

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
        seed: of every random choice but that of what is held out, `splits.SPLIT`.
        epochs: how often a network sees `epoch_digits` digits.
        epoch_digits: digits an epoch, drawn from all sources, each distorted anew.
        batch_size: digits a step.
        learning_rate: the highest of the cosine schedule.
        strength: of the distortions, drawn evenly between these two for each digit.
        settling: epochs at the end, with a schedule of their own, in which digits are seen nearly as they are.
        settling_rate: the highest learning rate of those epochs.
        settling_strength: of the distortions in those epochs.
        second: whether another network learns beside the first, on the same batches but from other weights, which will
            be asked of digits that the first is in doubt about.
        precision: of the arithmetic in epochs that do not settle, `"float32"`, `"mixed_bfloat16"`, or `"auto"`: the
            second where the processor has it, for it is half as fast again. The weights are float32 in any case.
        weight_decay: of Muon and AdamW, see `lekh.muon`.
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
        normalization: how digits are brought to the network.
    """

    seed: int = 7
    epochs: int = 22
    epoch_digits: int = 120_000
    batch_size: int = 128
    learning_rate: float = 6e-3
    strength: tuple[float, float] = (0.5, 1.3)
    settling: int = 8
    settling_rate: float = 1.5e-3
    settling_strength: tuple[float, float] = (0.0, 0.9)
    second: bool = True
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


# -- the training sets -------------------------------------------------------------------------------------------------


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


# -- their digits by the road of an upload -----------------------------------------------------------------------------


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
    with processes(os.cpu_count() or 1) as workers:
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


def split(dataset: Dataset, configuration: Configuration | None = None) -> tuple[Dataset, Dataset | None]:
    """The digits of a training set that the network learns from, and those held out, all of either.

    Of a single writer, or a very small set, nothing can be held out: `None`.
    """
    mask = _held_out_mask(dataset, configuration or Configuration())
    if not mask.any():
        return dataset, None
    return dataset.take(np.flatnonzero(~mask)), dataset.take(np.flatnonzero(mask))


def _held_out_mask(dataset, configuration):
    mask = np.zeros(len(dataset), bool)
    if configuration.held_out <= 0 or len(dataset) < 20:
        return mask
    marked = replace(dataset, images=tuple(range(len(dataset))))
    try:
        _, held = splits.split_by_writer(marked, configuration.held_out, splits.SPLIT)
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
            found = photo.find_digit(page)
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


def processes(count: int, begin: Callable | None = None, *values) -> ProcessPoolExecutor:
    """So many processes, each of which calls `begin(*values)` first; TensorFlow's threads do not survive a fork."""
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), begin, values)


# -- batches -----------------------------------------------------------------------------------------------------------


def batches(pool: Pool, configuration: Configuration) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless training batches; distortion happens in another process while the network learns.

    Yields:
        float32 `(B, S, S, 1)` inputs and int64 `(B,)` classes.
    """
    rng = np.random.default_rng(configuration.seed)
    chances = pool.chances(configuration.flatness, configuration.emphasis)
    size = configuration.batch_size
    with tempfile.TemporaryDirectory() as folder, processes(1) as worker:
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
