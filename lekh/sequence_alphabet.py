"""Sets of single digits -> the alphabet to write numbers with, by the road of an upload."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from lekh import augment, images, ink
from lekh.alphabet import Alphabet
from lekh.datasets import Dataset, Strokes
from lekh.sequence_settings import Configuration


def alphabet(sets: Sequence[Dataset], configuration: Configuration, workers: ProcessPoolExecutor) -> Alphabet:
    """Single digits, by the road of an upload, for composing; installed fonts are writers too.

    Args:
        sets: training sets of single digits.
        configuration: how many of each.
        workers: processes that share the work.
    """
    rng = np.random.default_rng(configuration.seed)
    rows = []
    for dataset in map(_as_in_numbers, sets):
        chosen = _some(dataset, configuration.alphabet, rng)
        parts = np.array_split(chosen, len(chosen) // 300 + 1)
        jobs = [([dataset.images[i] for i in part], int(rng.integers(2**31))) for part in parts]
        for part, (squares, owners) in zip(parts, workers.map(_squares, jobs), strict=True):
            own = part[owners]
            writers = [""] * len(own) if dataset.writers is None else dataset.writers[own]
            rows += zip(squares, [dataset.script] * len(own), dataset.labels[own], [dataset.name] * len(own), writers,
                        strict=True)  # fmt: skip
    for script in dict.fromkeys(dataset.script for dataset in sets):
        shapes = augment.font_digits(script, configuration.fonts) if configuration.fonts else ()
        for index, (digit, shape) in enumerate(shapes):
            rows.append((augment.to_square(shape), script, digit, "fonts", str(index // 10)))
    squares, scripts, digits, sources, writers = zip(*rows, strict=True) if rows else ((),) * 5
    side = augment.INK_SIDE
    return Alphabet(
        np.array(squares, np.uint8).reshape(-1, side, side), np.array(scripts, str), np.array(digits, np.int64),
        np.array(sources, str), np.array(writers, str),
    )  # fmt: skip


def _some(dataset, most, rng):
    """Indices of at most so many digits, whole writers where they are known."""
    if len(dataset) <= most:
        return np.arange(len(dataset))
    if dataset.writers is None:
        return np.sort(rng.choice(len(dataset), most, replace=False))
    ids, codes, sizes = np.unique(dataset.writers, return_inverse=True, return_counts=True)
    order = rng.permutation(len(ids))
    kept = order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), most)))]
    return np.flatnonzero(np.isin(codes, kept))


def _as_in_numbers(dataset):
    """Without Arabic dots and strokes that were stretched to fill a frame: in a number they never are."""
    if dataset.script == "arabic" and dataset.stretched:
        return dataset.take(np.flatnonzero(dataset.labels > 1))
    return dataset


def _squares(job):
    """uint8 squares, and the place in the part of the digit that each shows; runs in a worker process."""
    items, seed = job
    rng = np.random.default_rng(seed)
    squares, owners = [], []
    for index, item in enumerate(items):
        grey = augment.draw(item, rng) if isinstance(item, Strokes) else images.to_grey(item)
        found = ink.find_digit(grey)
        if found is not None:
            squares.append(augment.to_square(found.ink))
            owners.append(index)
    return squares, owners
