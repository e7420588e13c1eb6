"""Statistics of data sets: known answers on digits made on the spot."""

from pathlib import Path

import numpy as np
import pytest
from drawn import draw

from lekh import exploration
from lekh.datasets import Dataset, Strokes
from lekh.errors import LekhError

SAMPLES = Path(__file__).resolve().parent.parent / "dataset" / "samples"


def _drawn(copies: int = 4, script: str = "latin") -> Dataset:
    labels = np.repeat(np.arange(10), copies).astype(np.int64)
    pages = np.stack([draw(script, int(label), seed, 96) for seed, label in enumerate(labels)])
    return Dataset("drawn", script, pages, labels)


def test_counts_sizes_and_inputs():
    found = exploration.explore(_drawn())
    assert found.counts.tolist() == [4] * 10
    assert (found.sizes_wh == 96).all()
    assert found.inked.all()
    assert found.inputs.shape == (40, 32, 32)
    assert found.mean_digits().shape == (10, 32, 32)


def test_levels_equal_those_of_the_pixels():
    dataset = _drawn()
    found = exploration.explore(dataset)
    pixels = dataset.images[dataset.labels == 3]
    assert found.levels[3] == pytest.approx([pixels.mean(), np.median(pixels), pixels.std()])


def test_an_empty_class_has_no_levels():
    dataset = _drawn().take(np.arange(8))
    found = exploration.explore(dataset)
    assert np.isnan(found.levels[2:]).all()
    assert np.isnan(found.mean_digits()[2:]).all()
    assert found.counts.tolist() == [4, 4, *[0] * 8]


@pytest.mark.parametrize("digit", range(10))
def test_polarity(digit):
    page = draw("khmer", digit, digit)
    assert exploration.is_dark_on_light(page)
    assert not exploration.is_dark_on_light(255 - page)


def test_the_odd_one_out_is_the_farthest_outlier():
    dataset = _drawn(6)
    dataset.images[13] = draw("latin", 8, 99, 96)  # an 8 among the 2s
    found = exploration.explore(dataset)
    assert found.outliers(1)[0][:2] == (13, 2)


def test_a_blank_page_is_counted_and_is_no_outlier():
    dataset = _drawn(4)
    dataset.images[5] = 255
    found = exploration.explore(dataset)
    assert (~found.inked).sum() == 1
    assert np.isnan(found.distances()[5])
    assert 5 not in [index for index, _, _ in found.outliers(40)]


def test_only_a_part_takes_the_whole_road():
    found = exploration.explore(_drawn(), most=7)
    assert len(found.picked) == len(found.inputs) == len(found.dark_on_light) == 7
    assert len(found.sizes_wh) == 40


def test_strokes_are_measured_in_their_own_units():
    hook = np.array([[0, 0], [30, 0], [30, 500]], np.float32)
    labels = np.zeros(3, np.int64)
    found = exploration.explore(Dataset("pen", "latin", (Strokes((hook,)),) * 3, labels))
    assert (found.sizes_wh == [30, 500]).all()
    assert found.inked.all()


@pytest.mark.parametrize("script", ["latin", "khmer"])
def test_samples_of_the_repository(script):
    dataset = exploration.named_samples(SAMPLES, script)
    assert len(dataset) >= 6
    assert all(
        path.name.startswith(f"{script}_{label}_") for path, label in zip(dataset.images, dataset.labels, strict=True)
    )
    found = exploration.explore(dataset)
    assert found.inked.all()


def test_no_samples(tmp_path):
    with pytest.raises(LekhError):
        exploration.named_samples(tmp_path, "latin")


def test_numerals_of_known_scripts_and_names_of_others():
    labels = np.zeros(1, np.int64)
    page = np.full((1, 8, 8), 255, np.uint8)
    assert "".join(exploration.numerals(Dataset("a", "khmer", page, labels))) == "០១២៣៤៥៦៧៨៩"
    assert exploration.numerals(Dataset("a", "shapes", page, labels, class_names=("ring", "star"))) == ("ring", "star")


def test_summary_has_a_row_a_set():
    rows = exploration.summary([exploration.explore(_drawn()), exploration.explore(_drawn(script="khmer"))])
    assert [row["digits"] for row in rows] == [40, 40]
    assert rows[0]["width"] == "96"
    assert rows[0]["dark on light"] == "100.0%"
