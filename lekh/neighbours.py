"""Drawings of the project's own that look most like a digit to a network.

They come from `dataset/samples/`, whose digits `dataset/samples.csv` names: nobody's handwriting is shown to others.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from lekh import images, ink, ink_page, layers, layout, normalize
from lekh.errors import LekhError
from lekh.model import Model
from lekh.normalize import Normalization

FOLDER = Path(__file__).resolve().parent.parent / "dataset" / "samples"
TEXTS = FOLDER.with_suffix(".csv")  # file, text: as `evaluate-lines` takes it


@dataclass(frozen=True, eq=False)
class Drawing:
    """One digit of the samples.

    Attributes:
        file: name of the picture that it is on.
        script, digit: what it is.
        seen: float32 `(S, S, 1)`, as a network sees it.
    """

    file: str
    script: str
    digit: int
    seen: np.ndarray


@dataclass(frozen=True, eq=False)
class Album:
    """All drawings with what a network makes of them; made once a model.

    Attributes:
        drawings: N of them.
        features: float32 `(N, F)`, each row of length 1.
    """

    drawings: tuple[Drawing, ...]
    features: np.ndarray

    def nearest(self, seen: np.ndarray, model: Model, count: int) -> list[tuple[Drawing, float]]:
        """The drawings that are most alike to the network, and how much, 1 for the same; the most alike first.

        Args:
            seen: float32 `(S, S, 1)`, what the network saw of the digit.
            model: the one that the album was made with.
            count: how many at most.

        Raises:
            LekhError: the network's file is gone or was replaced.
        """
        if not self.drawings:
            return []
        alike = self.features @ layers.features(seen[np.newaxis], model)[0]
        return [(self.drawings[place], float(alike[place])) for place in np.argsort(-alike, kind="stable")[:count]]


def album(model: Model) -> Album:
    """The album for a model; takes about a second.

    Raises:
        LekhError: the network's file is gone.
    """
    drawings = _drawings(model.card.normalization)
    if not drawings:
        return Album((), np.zeros((0, 0), np.float32))
    return Album(drawings, layers.features(np.stack([drawing.seen for drawing in drawings]), model))


@lru_cache(maxsize=2)
def _drawings(parameters: Normalization) -> tuple[Drawing, ...]:
    """Every digit of the samples whose picture has as many pieces of ink as digits; no network decides here."""
    if not TEXTS.exists():
        return ()
    with TEXTS.open(encoding="utf-8", newline="") as lines:
        rows = [(row["file"], row["text"]) for row in csv.DictReader(lines)]
    found = []
    for file, text in rows:
        script, digits = file.partition("_")[0], [int(character) for character in text if character.isdigit()]
        try:
            grey = images.to_grey(FOLDER / file)
        except LekhError:  # a folder of fewer samples is one, too
            continue
        shapes = _one(grey) if len(digits) == 1 else _many(grey)
        if len(shapes) == len(digits):
            found += [
                Drawing(file, script, digit, normalize.to_input(shape, parameters))
                for digit, shape in zip(digits, shapes, strict=True)
            ]
    return tuple(found)


def _one(grey):
    found = ink.find_digit(grey)
    return [] if found is None else [found.ink]


def _many(grey):
    lines = layout.find_lines(ink_page.find_page(grey).ink)
    return [piece.ink for line in lines for number in line.numbers for piece in number.pieces]
