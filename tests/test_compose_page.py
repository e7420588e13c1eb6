"""A page of numbers has its lines where it is said to have them."""

import numpy as np
from drawn_sets import drawn_letters

from lekh import compose_page


def test_a_page_has_its_lines_in_order():
    rows = [["12", "345"], ["6"], ["78", "9", "0"]]
    made = compose_page.page(rows, drawn_letters(), "latin", np.random.default_rng(5), digit_height=30)
    assert [[written.text for written in line] for line in made.lines] == rows
    tops = [min(y for written in line for _, y, _, _ in written.boxes) for line in made.lines]
    assert tops == sorted(tops)
    heights = [h for line in made.lines for written in line for _, _, _, h in written.boxes]
    assert 20 < np.median(heights) < 42
