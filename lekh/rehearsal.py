"""What a network saw in the digits it learnt from, class by class, as a few numbers: rehearsed when it learns more.

A network that learns twenty digits of a new hand forgets others unless it sees them too, and whoever teaches it has
not the training sets. So the model folder has, for each class, the mean of the features before the last layer, the
directions in which they vary most, and how much they vary besides: enough to draw features like them, no picture among
them. They hold for every network with the same layers below.

LEKH_DATA=... python -m lekh.rehearsal model          writes them there, in about three minutes.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lekh import augment, datasets, head, images, ink, litert, nondigits, operators, preparation
from lekh.datasets_files import UNREADABLE
from lekh.errors import LekhError
from lekh.model import DEFAULT_FOLDER, NO_DIGIT, SECOND_TFLITE, TFLITE, read_card
from lekh.normalize import Normalization, to_input
from lekh.numerals import OPERATORS, SCRIPTS, SIGNS

FILE, SECOND_FILE = "rehearsal.npz", "rehearsal_second.npz"  # of the two networks for single digits
DIRECTIONS = 12  # of the largest variance; 0 forgets three times as much, 32 no less
LEAST = 10  # digits of a class whose features are worth describing
MOST = 60  # digits of a class from one source
STRENGTH = (0.3, 1.5)  # of the distortions, each digit twice: what is far from the usual is forgotten first
LARGEST = 16_000_000  # bytes of a file that is opened


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of K classes.

    Attributes:
        classes: which.
        means: float32 `(K, F)`.
        directions: float32 `(K, F, R)`, each as long as the deviation along it.
        spreads: float32 `(K, F)`, the deviation that these leave.
    """

    classes: tuple[tuple[str, str], ...]  # script and symbol
    means: np.ndarray = field(repr=False)
    directions: np.ndarray = field(repr=False)
    spreads: np.ndarray = field(repr=False)

    def only(self, mask: np.ndarray) -> "Statistics":
        """The classes where bool `(K,)` `mask` holds."""
        classes = tuple(name for name, kept in zip(self.classes, mask, strict=True) if kept)
        return Statistics(classes, self.means[mask], self.directions[mask], self.spreads[mask])

    def draw(self, each: int, rng: np.random.Generator, wider: float = 1.4) -> np.ndarray:
        """float32 `(K * each, F)`: features like the classes', spread `wider`, so that odd ones are among them."""
        classes, width, directions = self.directions.shape
        along = rng.normal(size=(classes, each, directions)).astype(np.float32) @ self.directions.transpose(0, 2, 1)
        besides = rng.normal(size=(classes, each, width)).astype(np.float32) * self.spreads[:, None]
        features = self.means[:, None] + np.float32(wider) * (along + besides)
        # Features are what a rectifier leaves, or a mean of it, wherever the means are all positive.
        return np.maximum(features, 0 if (self.means >= 0).all() else -np.inf).reshape(-1, width).astype(np.float32)


def described(features: np.ndarray, labels: np.ndarray, classes: Sequence[tuple[str, str]]) -> Statistics:
    """The statistics of features.

    Args:
        features: float32 `(N, F)`.
        labels: int `(N,)`, places in `classes`; a class with fewer than `LEAST` is left out.
        classes: script and symbol of each.
    """
    kept, found = [], []
    for place, name in enumerate(classes):
        mine = features[labels == place].astype(np.float64)
        if len(mine) < LEAST:
            continue
        mean = mine.mean(axis=0)
        _, lengths, axes = np.linalg.svd(mine - mean, full_matrices=False)
        directions = (axes * (lengths / np.sqrt(len(mine)))[:, None])[:DIRECTIONS].T
        directions = np.pad(directions, ((0, 0), (0, DIRECTIONS - directions.shape[1])))
        rest = np.sqrt(np.maximum(mine.var(axis=0) - (directions**2).sum(axis=1), 0))
        kept.append(tuple(name))
        found.append((mean, directions, rest))
    if not found:
        raise LekhError("There are too few digits to rehearse", f"Give at least {LEAST} of a class")
    means, directions, spreads = (np.stack(values).astype(np.float32) for values in zip(*found, strict=True))
    return Statistics(tuple(kept), means, directions, spreads)


def save(statistics: Statistics, path: Path, trunk: str) -> None:
    """Writes them, for the network whose layers below the last have the fingerprint `trunk`."""
    arrays = {name: getattr(statistics, name).astype(np.float16) for name in ("means", "directions", "spreads")}
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as stream:
        np.savez_compressed(stream, trunk=trunk, classes=np.array(statistics.classes), **arrays)
    beside.replace(path)


def find(folder: Path, trunk: str) -> Statistics | None:
    """The statistics in a model folder, else in the repository's own, that hold for the layers `trunk`, or `None`."""
    for path in (place / name for place in (folder, DEFAULT_FOLDER) for name in (FILE, SECOND_FILE)):
        try:
            if path.stat().st_size > LARGEST:
                continue
            with np.load(path, allow_pickle=False) as stored:
                if str(stored["trunk"]) == trunk:
                    classes = tuple((str(script), str(symbol)) for script, symbol in stored["classes"])
                    arrays = (stored[name].astype(np.float32) for name in ("means", "directions", "spreads"))
                    return Statistics(classes, *arrays)
        except UNREADABLE:  # or none is there
            continue
    return None


def from_fonts(script: str, network: litert.Network, parameters: Normalization, rng: np.random.Generator) -> np.ndarray:
    """Features `(N, F)` of the installed fonts' digits, distorted: where there are no statistics; perhaps none."""
    shapes = [shape for _, shape in augment.font_digits(script, 12)] if script in SCRIPTS else []
    squares = [augment.to_square(shape) for shape in shapes]
    inputs = [_distorted(square, parameters, rng) for square in squares for _ in range(5)]
    return network(np.stack(inputs)) if inputs else np.zeros((0, 0), np.float32)


def _distorted(square, parameters, rng):
    return to_input(augment.distort(square, rng, rng.uniform(*STRENGTH)), parameters)


# -- from the training sets -------------------------------------------------------------------------------------------


def remember(folder: Path, seed: int = 7) -> Statistics:
    """Writes a model folder's statistics, from the training sets under LEKH_DATA and from what is drawn.

    Returns:
        Those of its first network.

    Raises:
        LekhError: there is no model, or no training set.
    """
    card = read_card(folder)
    place = {(label.script, label.digit): index for index, label in enumerate(card.classes)}
    rng = np.random.default_rng(seed)
    squares, labels = [], []
    for square, script, digit in _squares(card, rng):
        if (script, digit) in place:
            squares.append(square)
            labels.append(place[script, digit])
    inputs = np.stack([_distorted(square, card.normalization, rng) for square in squares for _ in range(2)])
    names = [(label.script, label.symbol) for label in card.classes]
    found = []
    for name, file in ((TFLITE, FILE), (SECOND_TFLITE, SECOND_FILE)):
        if (folder / name).exists():
            network = (folder / name).read_bytes()
            features = litert.Network(head.taken_off(network)[0])(inputs)
            found.append(described(features, np.repeat(labels, 2), names))
            save(found[-1], folder / file, head.fingerprint(network))
    return found[0]


def _squares(card, rng):
    """Squares for `augment.distort`, script and digit: of each class some from each training set, and drawn ones."""
    scripts = {label.script for label in card.classes}
    for source in datasets.SOURCES.values():
        if source.role != "train" or source.script not in scripts or not (datasets.root() / source.path).exists():
            continue
        dataset = _learnt_from(datasets.open_source(source.key), card)
        for label in np.unique(dataset.labels):
            members = np.flatnonzero(dataset.labels == label)
            for index in rng.permutation(members)[:MOST]:
                item = dataset.images[index]
                page = augment.draw(item, rng) if dataset.has_strokes else images.to_grey(item)
                found = ink.find_digit(page)
                if found is not None:
                    yield augment.to_square(found.ink), source.script, int(label)
    if SIGNS in scripts:
        for sign in range(len(OPERATORS)):
            for _ in range(MOST):
                yield augment.to_square(operators.draw(sign, rng)), SIGNS, sign
    if NO_DIGIT in scripts:
        for _ in range(10 * MOST):
            yield augment.to_square(nondigits.shape(rng)), NO_DIGIT, 0


def _learnt_from(dataset, card):
    """The set without the writers that its network never saw, so that they stay new to what is taught after it."""
    share = card.raw.get("training", {}).get("held_out", preparation.Configuration.held_out)
    return preparation.split(dataset, preparation.Configuration(held_out=share))[0]


if __name__ == "__main__":
    written = remember(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER)
    print(f"{len(written.classes)} classes")
