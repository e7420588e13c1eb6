"""What surrounds a drawing."""

import numpy as np
import pytest

from lekh.ground import is_bare_around


def drawing(paper: int = 255, ink: int = 0) -> np.ndarray:
    page = np.full((200, 300), paper, np.uint8)
    page[60:140, 100:110] = page[130:140, 100:150] = ink
    return page


@pytest.mark.parametrize(
    "page, expected",
    [
        (drawing(), True),
        (drawing(200, 30), True),
        (drawing(0, 255), False),
        (drawing()[50:, :], False),
        (drawing()[:, 90:], False),
        (np.zeros((1, 1), np.uint8), False),
    ],
    ids=["a drawing", "on grey", "light ink", "near the top", "near the left", "a pixel"],
)
def test_a_drawing_is_bare_around(page, expected):
    assert is_bare_around(page, 0.1) == expected


@pytest.mark.parametrize("place", [(0, 0), (-1, 150), (100, 0), (100, -1), (19, 150)])
def test_one_other_pixel_near_the_border_is_something(place):
    page = drawing()
    page[place] = 254
    assert not is_bare_around(page, 0.1)
