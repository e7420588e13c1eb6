"""What a set of digits may be, and parts of it."""

import numpy as np
import pytest
from stored_sets import class_folders, drawn_set

from lekh import datasets
from lekh.labelled import Strokes


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param((), id="none"),
        pytest.param((np.zeros((0, 2), np.float32),), id="no point"),
        pytest.param((np.zeros((2, 3), np.float32),), id="three coordinates"),
        pytest.param((np.zeros((2, 2)),), id="float64"),
        pytest.param((np.full((2, 2), np.nan, np.float32),), id="not finite"),
    ],
)
def test_strokes_that_are_none_are_refused(strokes):
    with pytest.raises(ValueError, match=r"stroke"):
        Strokes(strokes)


def test_take_keeps_order_and_writers():
    part = drawn_set(writers=np.arange(20)).take([5, 3])
    assert (part.labels.tolist(), part.writers.tolist(), len(part)) == ([5, 3], [5, 3], 2)


def test_take_of_paths(tmp_path):
    dataset = datasets.load(class_folders(tmp_path, ["0", "1"]), "latin")
    assert dataset.take([2]).images == (dataset.images[2],)
