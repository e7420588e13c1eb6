"""What is written beside the digits of a number."""

import numpy as np

from lekh.compose_sheet import Marks


def test_no_dot_is_written_where_that_is_a_zero():
    for seed in range(40):
        signs = Marks("123456", np.random.default_rng(seed), dotted=True)
        assert not set(signs.between(3) + signs.after()) & set(".:")
