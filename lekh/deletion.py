"""The deletion test: do the strokes that an explanation names matter more than others?

The fifth of a digit's ink that spoke most for the answer is erased, and what is left is read again as a picture of its
own would be. Beside it as much ink is erased at random, in connected pieces of the same sizes.

`python -m lekh.deletion` measures it on digits that were held out of training. Of 1,071 in twelve scripts 38 % are read
as another one without the strokes named, 11 % without as much at random; in each script the first are more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from lekh import explain, images, ink, normalize, preparation
from lekh.datasets import Dataset
from lekh.model import Model, load
from lekh.splits import SPLIT

EACH = 60  # digits of a data set
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True)
class Deletion:
    """What the test found.

    Attributes:
        n: digits that were looked at.
        named: how many of them are read as another digit once the strongest strokes are erased.
        chance: the same for strokes at random.
    """

    n: int
    named: int
    chance: int

    def __str__(self) -> str:
        if not self.n:
            return "no digits"
        return f"{self.n} digits: named {self.named / self.n:.1%}, at random {self.chance / self.n:.1%} change"


def deletion_test(
    inputs: np.ndarray, scripts: Sequence[str], model: Model, share: float = explain.NAMED, seed: int = 0
) -> Deletion:
    """Erases the strokes that explanations name, and others at random.

    Args:
        inputs: float32 `(N, S, S, 1)`, what the network saw of each digit.
        scripts: of each digit.
        model: a loaded model folder.
        share: of the ink that is erased.
        seed: of what is left to chance.

    Returns:
        A `Deletion`; digits without ink are left out.
    """
    rng = np.random.default_rng(seed)
    changed = []
    for seen, script in zip(inputs, scripts, strict=True):
        told = explain.explain(seen, model, script)
        if told.without is None:
            continue
        named = explain.strongest(told.evidence, told.seen, share)
        erased = [told.seen * ~mask for mask in (named, at_random(named, told.seen, rng))]
        again = np.stack([normalize.to_input(left, model.card.normalization) for left in erased])
        changed.append(model.predict(again)[:, model.card.indices(script)].argmax(axis=1) != told.answer)
    named, chance = np.sum(changed, axis=0) if changed else (0, 0)
    return Deletion(len(changed), int(named), int(chance))


def at_random(named: np.ndarray, digit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As much ink as in `named`, elsewhere: each of its pieces regrown from a pixel of ink drawn at random.

    Args:
        named: bool `(S, S)`.
        digit: float32 `(S, S)`, its ink.
        rng: source of chance.

    Returns:
        bool `(S, S)`.
    """
    free = digit > explain.INKED
    taken = np.zeros_like(free)
    count, labels = cv2.connectedComponents(named.astype(np.uint8), connectivity=8)
    for piece in range(1, count):
        wanted = float(digit[labels == piece].sum())
        while wanted > explain.INKED and free.any():  # a stroke that ends too early goes on elsewhere
            grown = _grown(free, digit, wanted, rng)
            wanted -= float(digit[grown].sum())
            taken |= grown
            free &= ~grown
    return taken


def _grown(free, digit, wanted, rng):
    """A connected part of `free` with about `wanted` ink, or all that hangs together with where it began."""
    starts = np.argwhere(free)
    grown = np.zeros_like(free)
    grown[tuple(starts[rng.integers(len(starts))])] = True
    total = float(digit[grown].sum())
    while total < wanted:
        edge = np.argwhere(cv2.dilate(grown.astype(np.uint8), _CROSS).astype(bool) & free & ~grown)
        if not len(edge):
            break
        for y, x in rng.permutation(edge):
            if total >= wanted:
                break
            grown[y, x] = True
            total += float(digit[y, x])
    return grown


def held_out(sets: Iterable[Dataset], model: Model) -> tuple[np.ndarray, list[str]]:
    """Some digits of each training set, `EACH` at most, of those that training held out.

    Returns:
        float32 `(N, S, S, 1)`, as the model's network sees them, and the N scripts; N at least 1.
    """
    inputs, scripts = [], []
    for dataset in sets:
        _, held = preparation.split(dataset)
        if held is None:
            continue
        chosen = np.random.default_rng(SPLIT).permutation(len(held))[:EACH]
        for picture in (held.images[place] for place in chosen):
            found = ink.find_digit(images.to_grey(picture))
            if found is not None:
                inputs.append(normalize.to_input(found.ink, model.card.normalization))
                scripts.append(held.script)
    return np.stack(inputs), scripts


def main() -> None:
    """Prints the figure for each script, on the training sets that are on this machine."""
    loaded = load()
    digits = preparation.open_sources()[0]
    sets = [each for each in digits if each.script in loaded.card.scripts and not each.has_strokes]
    inputs, scripts = held_out(sets, loaded)
    every = []
    for script in dict.fromkeys(scripts):
        own = [place for place, other in enumerate(scripts) if other == script]
        every.append(deletion_test(inputs[own], [script] * len(own), loaded))
        print(f"{script:12}", every[-1], flush=True)
    sums = (sum(getattr(found, name) for found in every) for name in ("n", "named", "chance"))
    print(f"{'all':12}", Deletion(*sums))


if __name__ == "__main__":
    main()
