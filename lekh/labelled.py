"""Digits with their labels: pictures, or strokes as the pen went."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lekh.errors import LekhError
from lekh.numerals import DIGITS

# The remedy wherever no digits are found.
LAYOUTS = "Give a folder with one folder a digit (0 to 9), an .npz file, an idx file or a .json file of strokes"


@dataclass(frozen=True, eq=False)
class Strokes:
    """A digit as the pen went.

    Attributes:
        strokes: one float32 `(n, 2)` array a stroke, n >= 1: x to the right, y **down**, in any unit.
    """

    strokes: tuple[np.ndarray, ...]

    def __post_init__(self):
        if not self.strokes:
            raise ValueError("A drawn digit has at least one stroke.")
        for stroke in self.strokes:
            if stroke.ndim != 2 or stroke.shape[1] != 2 or len(stroke) == 0 or stroke.dtype != np.float32:
                raise ValueError(f"A stroke is float32 (n, 2) with n >= 1; got {stroke.dtype} {stroke.shape}.")
            if not np.isfinite(stroke).all():
                raise ValueError("The points of a stroke are finite.")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Digits of one script with their labels.

    Attributes:
        name: how a person tells this set from others.
        script: a name in `lekh.numerals.SCRIPTS`, or any other for shapes of one's own.
        images: N items that `lekh.images.to_grey` takes (a tuple of paths, or uint8 `(N, H, W)` or `(N, H, W, 3 or
            4)`), or a tuple of N `Strokes`.
        labels: int64 `(N,)`, places in `class_names`.
        writers: `(N,)`, one id a writer, or `None` when nobody wrote it down.
        class_names: what each label stands for; the ten digits unless the set has classes of its own.
        stretched: whether each digit was stretched to fill its picture, so that nobody knows how wide it was.
    """

    name: str
    script: str
    images: Sequence = field(repr=False)
    labels: np.ndarray = field(repr=False)
    writers: np.ndarray | None = field(default=None, repr=False)
    class_names: tuple[str, ...] = DIGITS
    stretched: bool = False

    def __post_init__(self):
        if self.labels.dtype != np.int64 or self.labels.ndim != 1:
            raise ValueError(f"labels must be int64 (N,); got {self.labels.dtype} {self.labels.shape}.")
        if len(self.images) != len(self.labels):
            raise LekhError(
                f"{self.name} has {len(self.images)} images but {len(self.labels)} labels",
                "Give one label to each image",
            )
        if len(self.labels) == 0:
            raise LekhError(f"{self.name} holds no digit", LAYOUTS)
        if self.labels.min() < 0 or self.labels.max() >= len(self.class_names):
            raise LekhError(
                f"{self.name} has labels from {self.labels.min()} to {self.labels.max()}",
                f"Use labels from 0 to {len(self.class_names) - 1}",
            )
        if self.writers is not None and self.writers.shape != self.labels.shape:
            raise LekhError(
                f"{self.name} has {len(self.labels)} labels but {self.writers.size} writers",
                "Give one writer to each image, or none at all",
            )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def has_strokes(self) -> bool:
        """Whether the items are `Strokes`, which must be drawn before they can be read."""
        return isinstance(self.images[0], Strokes)

    def take(self, indices: Sequence[int] | np.ndarray) -> "Dataset":
        """The digits at `indices` (whole numbers `(M,)`, M >= 1), in that order."""
        indices = np.asarray(indices, np.int64)
        images = self.images
        images = images[indices] if isinstance(images, np.ndarray) else tuple(images[index] for index in indices)
        writers = None if self.writers is None else self.writers[indices]
        return replace(self, images=images, labels=self.labels[indices], writers=writers)
