"""Real numbers: what is held out, and where their digits are."""

import cv2
import numpy as np

from lekh import sequence_real


def test_pages_of_a_register_are_held_out_whole(tmp_path):
    rows = [{"file": f"book_{page}_row_{row}.jpg", "text": "1"} for page in range(20) for row in range(3)]
    kept, held = sequence_real.split(rows, 0.2, seed=1)
    assert len(held) == 12 and len(kept) == 48
    assert not {r["file"][:8] for r in kept} & {r["file"][:8] for r in held}
    assert sequence_real.split(rows, 0.2, seed=1) == (kept, held)
    assert sequence_real.labels_of(tmp_path) == []


def test_a_marked_field_tells_where_its_digits_are(tmp_path):
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.png"), np.full((40, 90), 200, np.uint8))
    row = {"file": "a.png", "text": "42", "boxes_digit_x_y_w_h": "[[2, 50, 5, 20, 30], [4, 10, 5, 20, 30]]"}
    page = sequence_real.marked_field(tmp_path, row)
    assert page.grey.shape == (40, 90)
    assert page.lines[0][0].text == "42" and page.lines[0][0].boxes[0] == (10, 5, 20, 30)
