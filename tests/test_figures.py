"""The reports of a model folder: what is written is read again, and what is damaged or of another network is not."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lekh import datasets, figures
from lekh.evaluation import NOTHING, Evaluation
from lekh.figures import Result, TrainingSet
from lekh.model import Card, ClassLabel
from lekh.normalize import Normalization

CARD = Card((), Normalization(), 1.0, 0.4, {}, {"files": {"digits.tflite": {"sha256": "abc"}}})
FOUND = Evaluation(
    tuple("abc"),
    np.array([0, 0, 0, 1, 1, 2, 2]),
    np.array([0, 0, 1, 1, NOTHING, 0, 0]),
    np.array([0.9, 0.9, 0.6, 0.7, 0.0, 0.8, 0.3]),
    np.array([False, False, False, False, True, False, True]),
)
SOURCE = datasets.SOURCES["mnist_test"]


def with_raw(**raw) -> Card:
    return replace(CARD, raw={**CARD.raw, **raw})


@pytest.fixture
def folder(tmp_path):
    figures.write_evaluation(tmp_path, CARD, [(SOURCE, FOUND)], {"mnist_train": np.array([3, 4, 5])})
    return tmp_path


def test_an_evaluation_is_read_as_it_was_measured(folder):
    (tested,), counts = figures.read_evaluation(folder, CARD)
    assert (tested.name, tested.title, tested.script) == (SOURCE.key, SOURCE.title, "latin")
    assert (tested.n, tested.correct, tested.rejected, tested.accuracy) == (7, 3, 2, 3 / 7)
    assert tested.confusion.dtype == np.int64 and tested.confusion.tolist() == FOUND.confusion.tolist()
    assert tested.ece == pytest.approx(FOUND.ece, abs=1e-5)
    for name, scores in FOUND.per_class.items():
        assert tested.per_class[name] == pytest.approx(scores, abs=1e-4)
    assert [bin["n"] for bin in tested.reliability] == [bin["n"] for bin in FOUND.reliability]
    assert tested.mistakes() == [(2, 0, 2), (0, 1, 1)]
    assert counts == {"mnist_train": [3, 4, 5]}


def test_a_report_is_compact_and_ends_in_a_line_feed(folder):
    written = (folder / "reports" / "evaluation.json").read_text("utf-8")
    assert written.endswith("}\n") and json.loads(written)["network"] == "abc"
    assert '"training_sets": {\n  "mnist_train": [3, 4, 5]\n }' in written
    assert len(written.splitlines()) < 50


def _other_network(report):
    return {**report, "network": "def"}


def _other_format(report):
    return {**report, "format": 99}


def _wrong_shape(report):
    return {**report, "test_sets": [{**report["test_sets"][0], "confusion": [[1]]}]}


def _no_sets(report):
    del report["test_sets"]
    return report


@pytest.mark.parametrize("spoil", [_other_network, _other_format, _wrong_shape, _no_sets, lambda _: [], lambda _: 3])
def test_a_report_of_another_network_or_a_damaged_one_is_none(folder, spoil):
    path = folder / "reports" / "evaluation.json"
    path.write_text(json.dumps(spoil(json.loads(path.read_text("utf-8")))), "utf-8")
    assert figures.read_evaluation(folder, CARD) == ([], {})


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe\x00"])
def test_without_a_readable_file_there_is_no_report(tmp_path, content):
    if content is not None:
        (tmp_path / "reports").mkdir()
        for name in (figures.EVALUATION, figures.REPRODUCED):
            (tmp_path / "reports" / name).write_bytes(content)
    assert figures.read_evaluation(tmp_path, CARD) == ([], {})
    assert figures.read_reproduced(tmp_path) == []
    assert figures.read_others(tmp_path) == {}


def test_a_card_without_files_has_no_report(folder):
    assert figures.read_evaluation(folder, replace(CARD, raw={})) == ([], {})


def test_counts_are_of_sets_that_are_there(tmp_path, monkeypatch):
    monkeypatch.setenv("LEKH_DATA", str(tmp_path))
    path = tmp_path / datasets.SOURCES["mnist_train"].path
    path.parent.mkdir(parents=True)
    np.savez(path, images=np.zeros((4, 5, 5), np.uint8), labels=np.array([0, 9, 9, 3], np.uint8))
    counts = figures.class_counts(["mnist_train", "usps_train", "somebody's own"])
    assert counts == {"mnist_train": [1, 0, 0, 1, 0, 0, 0, 0, 0, 2]}
    monkeypatch.delenv("LEKH_DATA")
    assert figures.class_counts(["mnist_train"]) == {}


PROPER = {"name": "a", "title": "A", "script": "latin", "n": 10, "correct": 9, "auto": {"together": 0.5}}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([PROPER], [Result("a", "A", "latin", 10, 9, 0.5)], id="proper"),
        pytest.param(
            [{"name": "a", "script": "s", "n": 2, "correct": 1}], [Result("a", "a", "s", 2, 1)], id="the least"
        ),
        pytest.param([{**PROPER, "n": 0, "correct": 0}], [], id="empty"),
        pytest.param([{**PROPER, "correct": 11}], [], id="more right than there are"),
        pytest.param([{**PROPER, "n": "many"}], [], id="no number"),
        pytest.param(["a", None, {}], [], id="no rows"),
        pytest.param("a", [], id="no list"),
        pytest.param(None, [], id="nothing"),
    ],
)
def test_results_of_a_card_that_may_be_somebody_elses(rows, expected):
    assert figures.results(with_raw(test_sets=rows)) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param({"name": "own", "script": "s", "n": 7}, TrainingSet("own", "s", 7), id="the least"),
        pytest.param({"name": "own", "script": "s"}, TrainingSet("own", "s", None), id="not counted"),
        pytest.param(
            {"name": "own", "script": "s", "per_class": [3, 4]}, TrainingSet("own", "s", 7, (3, 4)), id="by class"
        ),
        pytest.param(
            {"name": "known", "script": "s", "n": 3, "licence": "MIT"},
            TrainingSet("known", "s", 3, (1, 2), "MIT"),
            id="counted in the report",
        ),
    ],
)
def test_training_sets_of_a_card(row, expected):
    assert figures.training_sets(with_raw(training_sets=[row, 3]), {"known": [1, 2]}) == [expected]


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ("https://a.b/c", "https://a.b/c"),
        ("keras.datasets (writers: https://a.b/c)", "https://a.b/c"),
        ("a shelf", None),
        ("javascript:alert(1)", None),
    ],
)
def test_the_link_of_a_source(source, link):
    assert TrainingSet("a", "s", 1, source=source).link == link


def test_curves_are_drawn_only_where_they_are_numbers():
    curve = {"accuracy": [0.9, 0.95], "val_accuracy": [0.8, 0.9]}
    assert figures.curves(with_raw(training={"curves": curve})) == curve
    assert figures.curves(with_raw(training={"curves": {"accuracy": "high"}})) == {}
    assert figures.curves(CARD) == figures.curves(with_raw(training=3)) == {}


ROW = {
    "report": "R", "method": "M", "dataset": "D", "n": 2, "reported": None, "reproduced": 50.0, "lekh": 100.0,
    "note": "n", "test_set": "mnist_test",
}  # fmt: skip


def test_reproduced_rows_and_what_others_reach(tmp_path):
    others = {"mnist_test": {"percent": 99.8, "whose": "them"}, "b": {"percent": "high", "whose": "x"}, "c": 3}
    figures.write(tmp_path, figures.REPRODUCED, {"format": 1, "rows": [ROW], "others": others})
    assert figures.read_reproduced(tmp_path) == [ROW]
    assert figures.read_others(tmp_path) == {"mnist_test": {"percent": 99.8, "whose": "them"}}
    figures.write(tmp_path, figures.REPRODUCED, {"format": 1, "rows": [{"report": "R"}], "others": 3})
    assert figures.read_reproduced(tmp_path) == []
    assert figures.read_others(tmp_path) == {}


def test_bins_of_several_sets_are_put_together_by_their_range(folder):
    (tested,), _ = figures.read_evaluation(folder, CARD)
    one = replace(tested, ece=0.1, reliability=[{"low": 0.8, "n": 3, "confidence": 0.9, "accuracy": 1.0}])
    other = replace(tested, n=21, ece=0.3, reliability=[
        {"low": 0.2, "n": 2, "confidence": 0.25, "accuracy": 0.5},
        {"low": 0.8, "n": 1, "confidence": 0.85, "accuracy": 0.0},
    ])  # fmt: skip
    first, second = figures.reliability([one, other])
    assert first == {"n": 2, "confidence": 0.25, "accuracy": 0.5}
    assert (second["n"], second["accuracy"]) == (4, 0.75)
    assert second["confidence"] == pytest.approx((2.7 + 0.85) / 4)
    assert figures.calibration_error([one, other]) == pytest.approx((7 * 0.1 + 21 * 0.3) / 28)


def test_whole_numbers_of_a_card():
    good = {"name": "composed_khmer", "page: both": 8, "both": 9, "n": 10}
    rows = [good, {"name": "cheques", "both": 4, "n": 5}, {"name": "x", "both": 3, "n": 0}, {"name": "y", "n": 2}, 3]
    composed, real = figures.numbers(with_raw(reader={"test_sets": rows}))
    assert (composed.composed_of, composed.correct, composed.n) == ("khmer", 8, 10)
    assert (real.composed_of, real.correct, real.n) == (None, 4, 5)
    assert figures.numbers(CARD) == figures.numbers(with_raw(reader=3)) == []


def test_the_digits_of_each_class_are_added_up():
    classes = tuple(ClassLabel("latin", digit, str(digit)) for digit in range(3))
    sets = [
        TrainingSet("a", "latin", 6, (1, 2, 3)),
        TrainingSet("b", "latin", 2, (1, 1)),
        TrainingSet("c", "thai", 1, (1,)),
    ]
    assert figures.learnt_classes(replace(CARD, classes=classes), sets) == {"latin": [2, 3, 3]}
