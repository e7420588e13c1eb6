"""The closing brackets of a numbered list, 1) 2) 3): the networks know no bracket, and read a 1 where that is a stroke.

One alone may be a 1 of an odd hand. Several on a page that stand behind digits, thin strokes whose middle is further
to the right than that of any 1, are brackets.
"""

from collections.abc import Sequence

import numpy as np

BOW = 0.09  # of its height, how far the middle of a bracket is to the right of its ends; of 144 ones 0.086 at most
THIN = 0.5  # of its height, the width of one
SEVERAL = 3  # on a page
LEAST = 8  # pixels, the height of ink whose shape tells something
END = 0.125  # of its height: its ends, and its middle


def closing_brackets(inks: Sequence[np.ndarray], behind: np.ndarray) -> np.ndarray:
    """Which pieces of ink are brackets.

    Args:
        inks: float32 `(h, w)` each, 0 paper .. 1 ink, of what is read as a 1.
        behind: bool `(N,)`, which stand behind another digit of their number.

    Returns:
        bool `(N,)`; nothing but False where they are fewer than three.
    """
    found = np.array([bool(after) and _is_bowed(ink) for ink, after in zip(inks, behind, strict=True)], bool)
    return found if found.sum() >= SEVERAL else np.zeros_like(found)


def _is_bowed(ink):
    rows = np.flatnonzero((ink > 0.5).any(axis=1))
    columns = np.flatnonzero((ink > 0.5).any(axis=0))
    if len(rows) == 0 or np.ptp(rows) + 1 < max(LEAST, (np.ptp(columns) + 1) / THIN):
        return False
    stroke = ink[rows[0] : rows[-1] + 1]
    middles = stroke @ np.arange(stroke.shape[1], dtype=np.float32) / np.maximum(stroke.sum(axis=1), 1e-6)
    height, end = len(middles), max(1, round(END * len(middles)))
    between = middles[(height - end) // 2 : (height + end + 1) // 2].mean()
    return bool(between - (middles[:end].mean() + middles[-end:].mean()) / 2 > BOW * height)
