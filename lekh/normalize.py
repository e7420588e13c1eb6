"""The ink of one box -> network input. The only place where a digit's size, stroke and position are decided."""

from dataclasses import asdict, dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Normalization:
    """How a digit is brought to the network; kept in the card, in pixels of the network's input.

    Attributes:
        size: side S of the input.
        fit: the longer side of the ink's box after scaling.
        min_stroke: thinner strokes are thickened to this width before shrinking, so that no pen vanishes.
        max_stroke: the scale is bounded so that no stroke becomes wider; a dot stays a dot.
    """

    size: int = 32
    fit: float = 26.0
    min_stroke: float = 2.6
    max_stroke: float = 9.0

    def __post_init__(self):
        if not 8 <= self.size <= 256 or not 4 <= self.fit <= self.size:
            raise ValueError(f"Input size {self.size} with fit {self.fit} makes no sense; expected 8..256 and fit <= size.")
        if not 0 <= self.min_stroke <= self.max_stroke:
            raise ValueError("min_stroke must lie between 0 and max_stroke.")

    def as_dict(self) -> dict:
        """The parameters as the card keeps them."""
        return asdict(self)
