"""Which of what is dark on a page are strokes, how dark each pen is, and where its strokes end.

Grain, stains, what shows through, crumbs of rules, the edges of things and of shadows are none.
"""

import cv2
import numpy as np

from lekh.connected import components, weighted_median, weighted_quantile
from lekh.ground import FIELD

STROKE_LEVEL = 0.35  # of a stroke's own contrast: where it ends
SURPLUS, GRAIN_AREA = 0.5, 100  # over the threshold, for a few pixels; how many are a few
WEAK_SPECK, WEAK = 0.5, 0.25  # of the usual contrast of the ink: what is fainter is none, small things and others
MUCH_WRITTEN = 40  # pieces
FAINTEST, ONE_PEN = 0.1, 0.6  # share of the ink that is as faint; if it reaches so much of the usual, one pen wrote all
OTHER = 0.45  # of that: fainter is no writing where one pen wrote all
SEEN, MANY_SEEN, TEXTURE = 20, 15, 1.9  # pixels; pieces; times its threshold the writing reaches, or all is texture
AS_INK, DARK = 0.6, 0.22  # of a stroke's contrast, and of the paper: what is as dark beside it is no paper
DARK_BESIDE, SOME_BESIDE = 0.12, 0.04  # of what surrounds a stroke is as dark: it is the edge of that
SOFT, SOFT_AT = 0.09, 1200  # of its contrast a pixel, how the outline of a blurred stroke rises; on a page of that side
SOFT_IN_FIELD, RATHER_SOFT = 0.07, 1.25  # the same in a field; times this it is rather soft
ON_RULE, ON_CLIFF = 0.65, 0.5  # of what hangs together lies there: then it is a crumb of that, no writing


def soft_strokes(
    contrast: np.ndarray, threshold: np.ndarray, mask: np.ndarray, rules: np.ndarray, cliffs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """float32 ink: each stroke with the level of its own pen, soft at its edge; and the labels of the mask.

    Args:
        contrast: uint8 `(h, w)`, how much of the paper's light the ink takes, 255 all of it.
        threshold: uint8 `(h, w)`, the contrast that the grain of the paper does not reach.
        mask: uint8 `(h, w)`, 1 where the contrast exceeds it and no rule was taken out.
        rules: uint8 `(h, w)`, 1 on rules and beside them.
        cliffs: uint8 `(h, w)`, 1 where the paper ends.

    Returns:
        float32 `(h, w)`, 0 paper .. 1 ink, and int32 `(h, w)`, 0 the ground.
    """
    ink = np.zeros(mask.shape, np.float32)
    labels, stats = components(np.ascontiguousarray(mask))
    count, inside = len(stats), np.flatnonzero(mask > 0)
    if len(inside) == 0:
        return ink, labels
    label, value = labels.ravel()[inside], contrast.ravel()[inside].astype(np.float32)
    # The mean of what is inked, the darker the heavier: an outline's soft edge does not pull it down.
    level = (np.bincount(label, value**3, count) / np.maximum(np.bincount(label, value**2, count), 1)).astype(
        np.float32
    )
    area = stats[:, cv2.CC_STAT_AREA]
    limit = np.bincount(label, threshold.ravel()[inside], count) / np.maximum(area, 1)
    # A few pixels of grain may stand out together; the more there are, the less they need to.
    certain = level > (1.1 + SURPLUS * np.exp(-area / GRAIN_AREA)) * limit
    keep = certain & ~_is_weak(np.where(certain, level, 0), stats)
    # What is left on a rule, or lies where the paper ends, is a crumb of it.
    keep &= np.bincount(label, rules.ravel()[inside], count) < ON_RULE * area
    keep &= np.bincount(label, cliffs.ravel()[inside], count) < ON_CLIFF * area
    if max(mask.shape) >= FIELD and _is_texture((level / np.maximum(limit, 1))[keep & (area > SEEN)]):
        return ink, labels
    inside, label, value = (values[keep[label]] for values in (inside, label, value))
    level = level[label]
    edge = np.maximum(STROKE_LEVEL * level, threshold.ravel()[inside])
    ink.ravel()[inside] = np.clip((value - 0.5 * edge) / np.maximum(0.65 * level - 0.5 * edge, 1), 0, 1)
    return ink, labels


def without_edges(
    ink: np.ndarray,
    labels: np.ndarray,
    page: np.ndarray,
    paper: np.ndarray,
    contrast: np.ndarray,
    rules: np.ndarray,
    is_field: bool,
) -> np.ndarray:
    """The ink without what is no stroke: the edge of a thing, dark on one side of it, or of a shadow, which is soft.

    Args:
        ink: float32 `(h, w)`, 0 paper .. 1 ink; changed in place.
        labels: int32 `(h, w)`, to what each pixel belongs, 0 the ground; as `soft_strokes` gives both.
        page: uint8 `(h, w)`, dark on light.
        paper: uint8 `(h, w)`, the page without its strokes.
        contrast: uint8 `(h, w)`, how much of the paper's light the ink takes, 255 all of it.
        rules: uint8 `(h, w)`, 1 where rules were taken out.
        is_field: whether the page shows a few digits only, which fill it.

    Returns:
        `ink`.
    """
    inside = np.flatnonzero(ink > 0.5)
    if len(inside) == 0:
        return ink
    label, count = labels.ravel()[inside], int(labels.max()) + 1
    area = np.maximum(np.bincount(label, minlength=count), 1)
    around = np.bincount(label, paper.ravel()[inside], count) / area
    level = np.bincount(label, contrast.ravel()[inside], count) / area
    beside = _dark_beside(labels, page, around * (1 - np.maximum(AS_INK * level / 255, DARK)), rules)
    sharp = _sharpness(ink, labels, contrast, count) / np.maximum(level, 1)
    soft = SOFT_IN_FIELD if is_field else SOFT * min(1, SOFT_AT / max(ink.shape))
    edges = (beside > DARK_BESIDE) | (sharp < soft) | ((beside > SOME_BESIDE) & (sharp < RATHER_SOFT * soft))
    edges[0] = False
    if edges.any():
        ink[edges[labels]] = 0
    return ink


def _dark_beside(labels, page, limits, rules):
    """float array: for each label, the share of what surrounds it, other ink and rules left out, under its limit."""
    if len(limits) > np.iinfo(np.uint16).max:
        return np.zeros(len(limits))
    owner = cv2.dilate(labels.astype(np.uint16), np.ones((11, 11), np.uint8))
    busy = cv2.dilate((labels > 0).astype(np.uint8) | rules, np.ones((5, 5), np.uint8))
    ring = np.flatnonzero((owner > 0) & (busy == 0))
    owner = owner.ravel()[ring]
    dark = page.ravel()[ring] < limits[owner]
    return np.bincount(owner[dark], minlength=len(limits)) / np.maximum(np.bincount(owner, minlength=len(limits)), 10)


def _sharpness(ink, labels, contrast, count):
    """float array: for each label, how much the contrast changes from pixel to pixel along its outline."""
    across, down = cv2.spatialGradient(cv2.GaussianBlur(contrast, (0, 0), 1))
    outline = cv2.morphologyEx((ink > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    outline = np.flatnonzero(outline & (labels > 0))
    label = labels.ravel()[outline]
    slope = np.hypot(across.ravel()[outline], down.ravel()[outline]) / 8
    length = np.bincount(label, minlength=count)
    return np.where(length > 0, np.bincount(label, slope, count) / np.maximum(length, 1), np.inf)


def _is_texture(surplus):
    """Whether nothing on a page stands out far: grain coarser than the measure of it foresees, in many places."""
    return len(surplus) >= MANY_SEEN and float(np.quantile(surplus, 0.9)) < TEXTURE


def _is_weak(level, stats):
    """Which components are fainter than what else is written, for their size: grain, stains, what shows through."""
    height, area = stats[:, cv2.CC_STAT_HEIGHT].astype(np.float32), stats[:, cv2.CC_STAT_AREA].astype(np.float32)
    area[0] = 0  # the paper
    if not (area * level).any():
        return np.ones(len(level), bool)
    weight = area * level
    usual = weighted_median(level, weight)
    # A ring or a frame has more ink than what it is drawn around, and is taller.
    tall = weighted_median(height, np.sqrt(weight) if np.count_nonzero(weight) >= MUCH_WRITTEN else weight)
    weak = level < usual * np.where(height < 0.5 * tall, WEAK_SPECK, WEAK)
    written = (level > 0) & (height > 0.5 * tall) & (height < 2 * tall)
    if np.count_nonzero(written) >= MUCH_WRITTEN:
        faint = weighted_quantile(level[written], (area * level)[written], FAINTEST)
        if faint > ONE_PEN * usual:
            weak |= level < OTHER * faint
    return weak
