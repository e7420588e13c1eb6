"""Splits that share no writer."""

from dataclasses import replace

import numpy as np
import pytest
from stored_sets import drawn_set

from lekh.errors import LekhError
from lekh.splits import split_by_writer


class TestSplit:
    @pytest.mark.parametrize("seed", range(5))
    def test_no_writer_on_both_sides(self, seed):
        writers = np.random.default_rng(1).integers(0, 12, 200)
        train, held = split_by_writer(drawn_set(200, writers), 0.25, seed)
        assert not set(train.writers.tolist()) & set(held.writers.tolist())
        assert len(train) + len(held) == 200
        assert 30 <= len(held) <= 70

    def test_the_seed_decides(self):
        dataset = drawn_set(200, np.arange(200) // 10)
        first, again, other = (split_by_writer(dataset, 0.2, seed)[1] for seed in (1, 1, 2))
        assert first.writers.tolist() == again.writers.tolist()
        assert first.writers.tolist() != other.writers.tolist()

    def test_large_writers_only(self):
        train, held = split_by_writer(drawn_set(20, np.arange(20) // 12), 0.1, 0)
        assert (len(train), len(held)) == (12, 8)

    def test_unknown_writers_are_split_within_each_class(self):
        train, held = split_by_writer(drawn_set(100), 0.2, 0)
        assert np.bincount(held.labels).tolist() == [2] * 10
        assert np.bincount(train.labels).tolist() == [8] * 10

    def test_of_unknown_writers_neighbours_are_held_out_at_the_same_place_of_each_class(self):
        whole = drawn_set(1000)
        _, held = split_by_writer(replace(whole, images=tuple(range(1000))), 0.12, 3)
        places = np.array(held.images)
        places = [places[held.labels == label] // 10 for label in range(10)]
        assert all((place == places[0]).all() for place in places)
        assert (np.diff(places[0]) > 1).sum() == 2, "three runs"

    @pytest.mark.parametrize("dataset", [drawn_set(20, np.zeros(20)), drawn_set(1)], ids=["one writer", "one digit"])
    def test_nothing_to_split(self, dataset):
        with pytest.raises(LekhError, match="cannot be split"):
            split_by_writer(dataset, 0.3, 0)
