"""The ink of one box -> network input. The only place where a digit's size, stroke and position are decided."""

from dataclasses import asdict, dataclass

import cv2
import numpy as np

EDGE = 0.3  # where a stroke begins


@dataclass(frozen=True)
class Normalization:
    """How a digit is brought to the network; kept in the card, in pixels of the network's input.

    Attributes:
        size: side S of the input.
        fit: the longer side of the ink's box after scaling.
        min_stroke: thinner strokes are thickened to this width before shrinking, so that no pen vanishes.
        max_stroke: the scale is bounded so that no stroke becomes wider; a dot stays a dot.
        turn: the network is also shown a doubtful digit turned by this many degrees to either side, ...
        squeeze: ... narrower to this share and wider by as much, ...
        slant: ... and leaning this much (sideways over height) to either side; the answers are averaged, which saved a
            quarter of the misses on held-out writers, a tenth on bent ones. Without these (0, 1, 0) it is shown once.
    """

    size: int = 32
    fit: float = 26.0
    min_stroke: float = 2.6
    max_stroke: float = 9.0
    turn: float = 12.0
    squeeze: float = 0.67
    slant: float = 0.0

    def __post_init__(self):
        if not isinstance(self.size, int) or not 8 <= self.size <= 256 or not 4 <= self.fit <= self.size:
            raise ValueError(
                f"Input size {self.size} with fit {self.fit} makes no sense; expected 8..256 and fit <= size."
            )
        if not 0 <= self.min_stroke <= self.max_stroke <= 256 or not self.max_stroke:
            raise ValueError("min_stroke must lie between 0 and max_stroke, and that be at most 256, and not 0.")
        if not 0 <= self.slant <= 1:
            raise ValueError("slant must lie between 0 and 1.")
        if not 0 <= self.turn <= 45 or not 0.1 <= self.squeeze <= 1:
            raise ValueError("turn must lie between 0 and 45 degrees, squeeze between 0.1 and 1.")

    def as_dict(self) -> dict:
        """The parameters as the card keeps them."""
        return asdict(self)


def to_input(ink: np.ndarray, parameters: Normalization) -> np.ndarray:
    """One digit's ink, cropped, its thin strokes thickened, scaled with its aspect kept and centred by mass.

    Args:
        ink: float32 `(h, w)`, 0 paper .. 1 ink; other digits already removed.
        parameters: from the card.

    Returns:
        float32 `(S, S, 1)`, 0 .. 1, ink = 1; all zeros when there is no ink.
    """
    size = parameters.size
    crop = cropped(ink)
    if crop is None:
        return np.zeros((size, size, 1), np.float32)
    stroke = stroke_width(crop)
    scale = min(parameters.fit / max(crop.shape), parameters.max_stroke / stroke)
    crop = _thicken(crop, parameters.min_stroke / scale - stroke)
    return _centred(crop, scale, size)[..., np.newaxis]


def to_views(ink: np.ndarray, parameters: Normalization) -> np.ndarray:
    """One digit as `to_input` shows it, as it is first, then turned and leaning to either side, narrower and wider.

    Args:
        ink: as for `to_input`.
        parameters: from the card.

    Returns:
        float32 `(V, S, S, 1)`, V = 5 as the parameters are by default.
    """
    small = shrunk(ink, 2 * parameters.size)
    views = (bent(small, matrix) for matrix in _bends(parameters))
    return np.stack([to_input(view, parameters) for view in (ink, *views)])


def shrunk(ink: np.ndarray, side: int) -> np.ndarray:
    """The inked part of float32 `(h, w)`, no larger than `side`: to bend more pixels than are shown takes time only."""
    crop = cropped(ink)
    if crop is None or max(crop.shape) <= side:
        return ink if crop is None else crop
    scale = side / max(crop.shape)
    size = max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale))
    return cv2.resize(crop, size, interpolation=cv2.INTER_AREA)


def _bends(parameters):
    """A 2x2 matrix, of x and y, for each view but the first."""
    sides = np.array([1, -1])
    angles = [angle for angle in sides * np.deg2rad(parameters.turn) if angle]
    turned = [np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) for angle in angles]
    leaning = [np.array([[1, slant], [0, 1]]) for slant in sides * parameters.slant if slant]
    widths = (parameters.squeeze, 1 / parameters.squeeze) if parameters.squeeze < 1 else ()
    return [*turned, *leaning, *(np.diag([width, 1.0]) for width in widths)]


def bent(ink: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Ink, float32 `(h, w)`, under a `(2, 2)` matrix of x and y, about its middle, in a frame wide enough for it."""
    shape = np.array(ink.shape[::-1])
    room = np.ceil(np.abs(matrix) @ shape).astype(int) + 2
    shift = (room - 1) / 2 - matrix @ ((shape - 1) / 2)
    warp = np.hstack([matrix, shift[:, np.newaxis]]).astype(np.float32)
    return cv2.warpAffine(ink, warp, tuple(room.tolist()))


def box_of(ink: np.ndarray) -> tuple[int, int, int, int] | None:
    """Left, top, width and height in pixels of what is inked in a float32 `(h, w)`, or None where nothing is."""
    rows, columns = np.flatnonzero(ink.max(axis=1) > EDGE), np.flatnonzero(ink.max(axis=0) > EDGE)
    if len(rows) == 0:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1] + 1 - columns[0]), int(rows[-1] + 1 - rows[0])


def cropped(ink: np.ndarray) -> np.ndarray | None:
    """The part of float32 `(h, w)` that `box_of` names, contiguous, or None."""
    box = box_of(ink)
    if box is None:
        return None
    x, y, w, h = box
    return np.ascontiguousarray(ink[y : y + h, x : x + w])


def stroke_width(ink: np.ndarray) -> float:
    """Typical width of the strokes in pixels, from the mean distance to paper (a quarter of a stroke's width)."""
    mask = cv2.copyMakeBorder((ink > 0.5).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    inside = distance[mask > 0]
    if len(inside) == 0:
        return 1.0
    return max(1.0, 4.0 * float(inside.mean()) - 1.5)


def _thicken(ink, missing):
    """Strokes wider by `missing` pixels, in a frame that has room for it."""
    if missing < 0.5:
        return ink
    reach = int(np.ceil(missing / 2))
    padded = cv2.copyMakeBorder(ink, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cv2.dilate(padded, kernel)


def _centred(ink, scale, size):
    """float32 `(size, size)`: `ink` scaled, its centre of mass in the middle unless that would cut it off."""
    shape = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = cv2.resize(ink, shape, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    moments = cv2.moments(small)
    mass = max(moments["m00"], 1e-6)
    offset = []
    for length, moment in ((small.shape[1], moments["m10"]), (small.shape[0], moments["m01"])):
        start = round(size / 2 - 0.5 - moment / mass)
        offset.append(int(np.clip(start, min(0, size - length), max(0, size - length))))
    canvas = np.zeros((size, size), np.float32)
    x, y = offset
    y0, x0 = max(0, -y), max(0, -x)
    part = small[y0 : y0 + size, x0 : x0 + size]
    canvas[max(0, y) : max(0, y) + part.shape[0], max(0, x) : max(0, x) + part.shape[1]] = part
    return np.clip(canvas, 0, 1)
