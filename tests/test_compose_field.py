"""A number on the paper of a form is where it is said to be."""

import numpy as np
from drawn_sets import drawn_letters

from lekh import compose, compose_field


def test_a_field_is_dark_where_its_digits_are():
    letters, darker = drawn_letters(), []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        made = compose_field.field(compose.number("4711", letters, "latin", rng, clutter=False), rng)
        assert made.grey.dtype == np.uint8
        (written,) = made.lines[0]
        assert written.text == "4711"
        inside = np.zeros(made.grey.shape, bool)
        for x, y, w, h in written.boxes:
            assert x >= 0 and y >= 0 and x + w <= made.grey.shape[1] + 1 and y + h <= made.grey.shape[0] + 1
            inside[y : y + h, x : x + w] = True
        darker.append(made.grey[inside].mean() < made.grey[~inside].mean())
    assert np.mean(darker) > 0.8
