"""The confidences fit what was held out."""

import numpy as np
import pytest
from drawn_sets import digits, pool

from lekh.calibration import calibrate
from lekh.normalize import Normalization
from lekh.preparation import Pool
from lekh.training import classes_of


class Boaster:
    """A network that answers with prepared probabilities."""

    def __init__(self, outputs):
        self.outputs = outputs

    def predict(self, inputs, **_):
        assert len(inputs) == len(self.outputs)
        return self.outputs


@pytest.mark.parametrize("boast", [0.8, 1.0, 2.0])
def test_the_temperature_undoes_overconfidence(boast):
    rng = np.random.default_rng(0)
    classes = classes_of([digits(copies=1), digits("khmer", 1)])
    honest = rng.normal(0, 2, (4000, 20))
    latin = np.exp(honest[:, :10]) / np.exp(honest[:, :10]).sum(axis=1, keepdims=True)
    truth = (latin.cumsum(axis=1) > rng.random((4000, 1))).argmax(axis=1)
    outputs = np.exp(boast * honest)
    held = Pool(np.zeros((4000, 64, 64), np.uint8), truth, np.zeros(4000, np.int64), ("drawn",), (4000,), ("latin",))
    seen_once = Normalization(size=8, fit=8, turn=0, squeeze=1)
    found = calibrate(Boaster(outputs / outputs.sum(axis=1, keepdims=True)), held, classes, seen_once)
    assert found[0] == pytest.approx(boast, rel=0.1)
    assert found[1] == {"latin": pytest.approx(1, rel=0.1)}


def test_the_temperature_is_that_of_the_averaged_views():
    rng = np.random.default_rng(1)
    classes = classes_of([digits(copies=1)])
    truth = rng.integers(0, 10, 3000)
    sure = np.full((3000, 5, 10), 1e-4)  # each view is sure, one in three is wrong: together they are not
    for view in range(5):
        sure[np.arange(3000), view, (truth + (rng.random(3000) < 1 / 3)) % 10] = 1
    outputs = (sure / sure.sum(axis=2, keepdims=True)).reshape(-1, 10)
    held = Pool(np.zeros((3000, 64, 64), np.uint8), truth, np.zeros(3000, np.int64), ("drawn",), (3000,), ("latin",))
    five_views = Normalization(size=8, fit=8)
    assert calibrate(Boaster(outputs), held, classes, five_views)[0] > 1.1


def test_with_few_digits_there_is_nothing_to_calibrate():
    held = pool((99,), (99,))
    assert calibrate(Boaster(None), held, classes_of([digits(copies=1)]), Normalization()) == (1.0, {})
