"""What the repository's model promises on test sets, where they are at hand: floors, and the figures of its card."""

from functools import cache

import numpy as np
import pytest

from lekh import datasets, evaluation, model
from lekh.errors import LekhError

SUBSET = 2000  # of sets larger than this, drawn once and for all
# What the model must reach on all of a set, and the room that chance leaves a subset of it.
FLOORS = {
    "mnist_test": (0.9955, 0.0035),
    "paint_strokes": (0.99, 0.0),
    "khmer_report_test": (0.99, 0.0),
    "devanagari_cmaterdb_test": (0.975, 0.0),
    "bangla_cmaterdb_test": (0.985, 0.0),
    "telugu_cmaterdb_test": (0.985, 0.0),
    "gurmukhi_test": (0.98, 0.0),
    "madbase_test": (0.985, 0.006),
}
UNTOUCHED = 500  # the first digits of mnist_corrupted are not corrupted
READ = model.read_card(model.DEFAULT_FOLDER).scripts
TESTS = [key for key, source in datasets.SOURCES.items() if source.role == "test" and source.script in READ]


def opened(key):
    """The set, or a skipped test where it is not at hand."""
    try:
        return datasets.open_source(key)
    except LekhError as error:
        pytest.skip(error.problem)


@cache
def measured(key):
    """`(evaluation, subset)`: what the repository's model makes of the set, or of a fixed part of it."""
    dataset = opened(key)
    if len(dataset) > SUBSET:
        chosen = np.sort(np.random.default_rng(11).choice(len(dataset), SUBSET, replace=False))
        return evaluation.evaluate(dataset.take(chosen), model.load()), True
    return evaluation.evaluate(dataset, model.load()), False


@pytest.mark.parametrize("key", FLOORS)
def test_the_floor_holds(key):
    found, subset = measured(key)
    floor, room = FLOORS[key]
    assert found.accuracy >= floor - room * subset, found.misses


def test_the_floor_holds_for_untouched_digits_beside_corrupted_ones():
    found = evaluation.evaluate(opened("mnist_corrupted").take(np.arange(UNTOUCHED)), model.load())
    assert found.accuracy >= 0.99, found.misses


def test_the_floor_holds_for_another_collection():
    """Digits squeezed sideways, of writers and a scanner that nothing was learnt from."""
    found, _ = measured("dig_mnist")
    assert found.accuracy >= 0.9
    assert found.ece < 0.03


@pytest.mark.parametrize("key", FLOORS)
def test_confidence_means_what_it_says(key):
    found, _ = measured(key)
    assert found.ece < 0.03
    assert found.rejected <= 0.01 * found.n


@pytest.mark.parametrize("key", FLOORS)
def test_no_digit_is_left_behind(key):
    found, _ = measured(key)
    worst = min(scores["f1"] for scores in found.per_class.values())
    assert worst >= 0.93, found.per_class


@pytest.mark.parametrize("key", FLOORS)
def test_the_card_says_what_is_measured(key):
    found, subset = measured(key)
    rows = {row["name"]: row for row in model.read_card(model.DEFAULT_FOLDER).raw["test_sets"]}
    assert key in rows, "The card lacks this test set: run `make train`, or report it"
    assert rows[key]["n"] == len(opened(key))
    assert rows[key]["correct"] / rows[key]["n"] == pytest.approx(rows[key]["accuracy"], abs=1e-5)
    share = rows[key]["accuracy"]
    chance = 3 * (share * (1 - share) / found.n) ** 0.5  # three standard deviations
    assert found.accuracy == pytest.approx(share, abs=chance if subset else 0.0001)


def test_the_card_has_a_row_for_every_test_set():
    """Needs no data."""
    rows = [row["name"] for row in model.read_card(model.DEFAULT_FOLDER).raw["test_sets"]]
    assert sorted(rows) == sorted(TESTS)
