"""What hangs together, as OpenCV has it, and weighted medians."""

import cv2
import numpy as np
import pytest

from lekh.connected import components, weighted_median
from tests.composed import compose

DIGITS = (compose(["120 3457 98", "6 52 7301"])[0] > 0.5).astype(np.uint8)


def test_the_weighted_median_is_where_half_of_the_weight_is_reached():
    assert weighted_median(np.array([1, 2, 50]), np.array([1.0, 1.0, 10.0])) == 50
    assert weighted_median(np.array([50, 1, 2]), np.array([1.0, 5.0, 5.0])) == 2


@pytest.mark.parametrize(
    "mask", [DIGITS, np.zeros((3, 4), np.uint8), np.ones((5, 2), np.uint8)], ids=["page", "0", "1"]
)
def test_components_are_those_of_opencv(mask):
    labels, stats = components(mask)
    _, expected, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    assert np.array_equal(labels, expected)
    assert np.array_equal(stats[1:], boxes[1:]) and stats[0, cv2.CC_STAT_AREA] == 0
