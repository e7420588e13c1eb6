"""When the network for numbers is asked, and what of its answer counts."""

import numpy as np

from lekh import touching
from lekh.looking import Found
from lekh.sequence import Cut


def test_a_bracket_beside_a_digit_is_none_of_it():
    def seen(box, share):
        looked = np.array([1 - share, share], np.float32)
        return Found(np.ones((2, 2), np.float32), box, np.zeros((28, 28, 1), np.float32), looked)

    whole, digit, bracket = seen((0, 0, 60, 50), 0.4), seen((0, 0, 40, 50), 0.9), seen((44, 0, 16, 50), 0.95)
    told = Cut((0, 0, 30, 25), np.ones((25, 30), np.float32), np.array([0.1, 0.9], np.float32), middle=11)
    assert touching._or_piece(whole, told, [digit, bracket], scale=2) is digit
    assert touching._or_piece(digit, told, [digit, bracket], scale=2) is digit
    assert touching._or_piece(seen((0, 0, 60, 50), 0.95), told, [digit, bracket], scale=2) is not digit
