"""Whose digits stand on a page: digits that training held out, as lines of a pen, of one writer or of few."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from lekh import images, ink, preparation
from lekh.datasets import Dataset
from lekh.errors import LekhError
from strange_pages.tracing import Traced, as_dot, from_strokes, traced

SCRIPTS = ("latin", "khmer", "devanagari", "bangla", "arabic", "thai", "kannada")
# Pictures of 16 x 16, amounts on patterned paper, and zeros enlarged until they are no dots tell no lines.
LEFT_OUT = ("usps_train", "cheque_digits", "madbase_train")
LEAST_SIDE = 13  # pixels of the digit's longer side; of fewer no line can be told
LEAST_DOT = 5  # the same of a dot
LIKE_EACH = 5  # samples of a digit that a hand has to choose from
DOTTED = "arabic"  # its zero is a dot
CRUMB = 0.06  # of a digit's ink
DOT = 0.16, 0.3  # of a digit's height


@dataclass(frozen=True)
class Hand:
    """One writer's way.

    Attributes:
        script: what is written.
        samples: ten tuples of `Traced`, those of each digit.
        values: the digits that this hand writes; those without a sample are left out.
        slant: of all digits, to the right, as a share of their height.
        steadiness: 1 for an even hand; by so much more does everything vary.
        spacing: paper between two digits, in shares of their height.
    """

    script: str
    samples: tuple[tuple[Traced, ...], ...]
    values: tuple[int, ...]
    slant: float
    steadiness: float
    spacing: float

    def digit(self, value: int, rng: np.random.Generator) -> Traced:
        """One of the samples of a digit."""
        of_value = self.samples[value]
        return of_value[int(rng.integers(len(of_value)))]


def hand(script: str, rng: np.random.Generator, zeros: bool = False) -> Hand:
    """A hand of this script.

    Args:
        script: a script of which digits were held out that nobody stretched.
        rng: chooses the writer.
        zeros: whether an Arabic hand writes zeros.

    Raises:
        LekhError: no such digits are there.
    """
    sources = _sources(script)
    sizes = np.sqrt([len(source) for source in sources])
    source = sources[int(rng.choice(len(sources), p=sizes / sizes.sum()))]
    place = rng.random()
    writer = None if source.writers is None else rng.choice(np.unique(source.writers))
    samples = tuple(_samples(source, digit, place, writer, rng) for digit in range(10))
    for other in sources:
        samples = tuple(
            found or _samples(other, digit, place, None, rng) for digit, found in zip(range(10), samples, strict=True)
        )
    values = tuple(digit for digit in range(10) if samples[digit] and (digit or zeros or script != DOTTED))
    return Hand(script, samples, values, rng.normal(0.03, 0.07), rng.uniform(0.6, 1.5), rng.uniform(0.14, 0.36))


@cache
def _sources(script):
    """What training held out of each set of a script, but those whose pictures tell no lines."""
    sets = [one for one in preparation.open_sources(script)[0] if not one.stretched and one.name not in LEFT_OUT]
    held = [part for part in (preparation.split(one)[1] for one in sets) if part is not None]
    if not held:
        raise LekhError(
            f"No digits of {script} were held out that are not stretched", f"Choose of: {', '.join(SCRIPTS)}"
        )
    return held


def _samples(source, digit, place, writer, rng):
    """Up to `LIKE_EACH` samples of one digit by one writer or, where nobody wrote writers down, of the same part of the
    set, which often is the same writer."""
    members = np.flatnonzero(source.labels == digit)
    if writer is not None:
        members = rng.permutation(members[source.writers[members] == writer])
    elif len(members):
        members = np.roll(members, -int(place * len(members)))
    found = []
    for looked_at, index in enumerate(members):
        if looked_at >= 4 * LIKE_EACH and found:
            break
        one = _traced(source, int(index))
        if one is not None:
            found.append(one)
        if len(found) == LIKE_EACH:
            break
    return tuple(found)


_KNOWN: dict[tuple[str, int], Traced | None] = {}


def _traced(source: Dataset, index: int) -> Traced | None:
    key = source.name, index
    if key not in _KNOWN:
        _KNOWN[key] = _trace(source, index)
    return _KNOWN[key]


def _trace(source, index):
    if source.has_strokes:
        return from_strokes(source.images[index].strokes)
    grey = images.to_grey(source.images[index])
    dotted = source.script == DOTTED
    is_dot = dotted and source.labels[index] == 0
    found = ink.find_digit(grey)
    if found is None or max(found.box_xywh[2:]) < (LEAST_DOT if is_dot else LEAST_SIDE):
        return None
    shape = _alone(found.ink) if dotted else found.ink
    if shape is None:
        return None
    rows, columns = np.nonzero(shape > 0.35)
    if not len(rows):
        return None
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    if is_dot:
        return as_dot(shape, max(high, wide) / np.random.default_rng(index).uniform(*DOT))
    return traced(shape, max(high, 0.8 * wide), high / found.box_xywh[3])


def _alone(shape):
    """The ink's largest piece; `None` where another one is no crumb, but a piece of a form's cell or of the digit."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((shape > 0.35).astype(np.uint8), connectivity=8)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    if count < 2 or (sizes > CRUMB * sizes.max()).sum() > 1:
        return None
    return shape * (labels == 1 + sizes.argmax())
