"""How even the ground is that a digit stands on: paper, or anything else that a camera saw.

Strokes stand out from paper, which is even beside them. In a picture of a face, a machine or a tablecloth some shapes
look like digits, too, but the ground beside them varies by nearly as much as they stand out.
"""

import cv2
import numpy as np

from lekh.normalize import box_of

SIDE = 32  # pixels of the longer side of what is looked at
BESIDE = 4  # pixels around the strokes, the first of which still holds their blurred edge
STROKE, TRACE = 0.5, 0.2  # ink that is surely stroke; more than paper has
FEWEST = 12  # pixels; fewer say nothing of the ground
ANOTHER = 1.5  # times as rough as it is another, the ground that strokes surround: a 0 is on one paper, no cup is
BY = 5  # pixels beside a stroke, the ground that tells the light on it
FOLLOWS = 0.75  # correlation of the strokes' brightness with that of the ground by them: both lie in one light
EVENLY_LIT = 0.01  # of the light, what it varies by; less says nothing
LEAST = 0.5  # grey levels; nothing stands out by less
FAINT, TEXTURE = 15, 0.15  # grey levels; on ground rougher than this what stands out by less is no ink of a cut-out
OF_NORMAL = 1.4826  # standard deviation over median absolute deviation, where these are normal


def roughness(grey: np.ndarray, ink: np.ndarray, box: tuple[int, int, int, int], faintest: float = np.inf) -> float:
    """How much the ground close beside a digit's strokes varies, as a share of how far they stand out from it.

    Pages with a printed pattern reach 0.2; light that falls off evenly adds nothing, nor does the edge of a shadow that
    darkens ink and paper alike. Where the ground that strokes surround is lighter or darker than that around them, by
    this too.

    Args:
        grey: uint8 `(H, W)`, the page.
        ink: float32 `(h, w)`, 0 paper .. 1 ink, of all that is on the page, at any scale.
        box: left, top, width and height of the digit in pixels of the page.
        faintest: grey levels; of a digit that stands out by more nothing is said.

    Returns:
        A share, 0 where nothing of the ground is seen, or said.
    """
    x, y, w, h = box
    margin = (BESIDE + 1) / SIDE * max(w, h) + 1
    left, top, right, bottom = max(0, x - margin), max(0, y - margin), x + w + margin, y + h + margin
    seen = _cut(grey, left, top, right, bottom, 1.0).astype(np.float32)
    strokes = _cut(ink, left, top, right, bottom, ink.shape[1] / grey.shape[1])
    factor = SIDE / max(seen.shape)
    size = tuple(max(3, round(side * factor)) for side in seen.shape[::-1])
    seen, strokes = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (seen, strokes))
    stroke = strokes > min(STROKE, 0.9 * strokes.max())
    ground = _within(stroke, BESIDE) & ~_within(strokes > TRACE, 1)
    if np.count_nonzero(ground) < FEWEST or not stroke.any():
        return 0.0
    rest = seen - _plane(seen, ground)
    level = np.median(rest[ground])
    apart = max(LEAST, abs(float(np.median(rest[stroke]) - level)))
    if apart > faintest:
        return 0.0
    uneven = OF_NORMAL * float(np.median(np.abs(rest[ground] - level))) / apart
    by, known = _ground_by(seen, ground)
    if _follows(seen, by, stroke & known):
        return OF_NORMAL * float(np.median(np.abs((seen - by)[ground]))) / apart
    enclosed = _enclosed(stroke)
    within, around = rest[ground & enclosed], rest[ground & ~enclosed]
    if min(len(within), len(around)) < FEWEST:
        return uneven
    middle, (low, high) = np.median(within), np.quantile(around, (0.25, 0.75))  # a shadow's edge makes these differ
    return max(uneven, ANOTHER * float(max(low - middle, middle - high)) / apart)


def _ground_by(seen, ground):
    """float32 `(h, w)`: the mean of the ground by each pixel; and bool, where enough of it is there."""
    size = (2 * BY + 1, 2 * BY + 1)
    count = cv2.boxFilter(ground.astype(np.float32), -1, size, normalize=False)
    return cv2.boxFilter(seen * ground, -1, size, normalize=False) / np.maximum(count, 1), count > 3


def _follows(seen, by, stroke):
    """Whether strokes are dark where the ground by them is: what shades both is light, no pattern of a thing."""
    if np.count_nonzero(stroke) < FEWEST:
        return False
    strokes, grounds = (np.log(np.maximum(one[stroke], 1)) for one in (seen, by))
    if min(strokes.std(), grounds.std()) < EVENLY_LIT:
        return False
    return float(np.corrcoef(strokes, grounds)[0, 1]) > FOLLOWS


def _enclosed(stroke):
    """bool like `stroke`: what it surrounds."""
    outside = np.pad((~stroke).astype(np.uint8), 1, constant_values=1)
    cv2.floodFill(outside, None, (0, 0), 2)
    return outside[1:-1, 1:-1] == 1


def roughness_of_one(
    grey: np.ndarray, ink: np.ndarray, box: tuple[int, int, int, int], faintest: float = np.inf
) -> float:
    """The same, where nothing but the ink of that digit is known.

    Args:
        grey: uint8 `(H, W)`, the page.
        ink: float32 `(h, w)`, as `lekh.ink.find_digit` found it, at any scale.
        box: left, top, width and height of this ink in pixels of the page.
        faintest: grey levels; of a digit that stands out by more nothing is said.
    """
    x, y, w, h = box
    own_x, own_y, own_w, own_h = box_of(ink)
    left, top = max(0, x - max(w, h)), max(0, y - max(w, h))
    around = grey[top : y + h + max(w, h), left : x + w + max(w, h)]
    strokes = np.zeros(around.shape, np.float32)
    own = ink[own_y : own_y + own_h, own_x : own_x + own_w]
    strokes[y - top : y - top + h, x - left : x - left + w] = cv2.resize(own, (w, h), interpolation=cv2.INTER_AREA)
    return roughness(around, strokes, (x - left, y - top, w, h), faintest)


def _cut(page, left, top, right, bottom, scale):
    """What lies between these sides, in pixels of a page `scale` times smaller; at least one pixel of it."""
    y, x = int(top * scale), int(left * scale)
    return page[y : max(y + 1, round(bottom * scale)), x : max(x + 1, round(right * scale))]


def _within(mask, radius):
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


def _plane(seen, where):
    """The plane that fits grey levels best at some places, everywhere."""
    y, x = np.indices(seen.shape, np.float32) / SIDE
    axes = np.stack([np.ones_like(x), x, y], axis=-1)
    fitted, *_ = np.linalg.lstsq(axes[where], seen[where], rcond=None)
    return axes @ fitted
