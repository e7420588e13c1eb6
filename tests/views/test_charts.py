import pytest

from views import charts
from views.strings import text

LABELS = [f"{numeral} ({place})" for place, numeral in enumerate("០១២៣៤៥៦៧៨៩")]


@pytest.mark.parametrize(
    ("probability", "written"),
    [(1.0, "> 99.9 %"), (0.9991, "> 99.9 %"), (0.998, "99.8 %"), (0.05, "5.0 %"), (0.0004, "< 0.1 %"), (0, "< 0.1 %")],
)
def test_percent_promises_no_more_than_is_known(probability, written):
    assert charts.percent(probability) == written


def test_every_class_has_a_bar_in_its_place_and_the_answer_stands_out():
    chart = charts.probability_bars((0.02, *[0.01] * 6, 0.9, 0.01, 0.01), LABELS, best=7).to_dict()
    rows = next(iter(chart["datasets"].values()))
    assert [row["label"] for row in rows] == LABELS
    assert [row["kind"] == text("chart.best") for row in rows] == [place == 7 for place in range(10)]
    assert (rows[7]["probability"], rows[7]["written"]) == (0.9, "90.0 %")
    bars, numbers = chart["layer"]
    assert (bars["mark"]["type"], numbers["mark"]["type"]) == ("bar", "text")
    assert all("tooltip" in layer["encoding"] for layer in chart["layer"])


def test_no_bar_stands_out_when_there_is_no_answer():
    chart = charts.probability_bars((0.1,) * 10, LABELS, best=None).to_dict()
    assert {row["kind"] for row in next(iter(chart["datasets"].values()))} == {text("chart.other")}


def test_a_model_of_other_shapes_has_as_many_bars_as_classes():
    chart = charts.probability_bars((0.5, 0.5), ["circle", "cross"], best=0)
    bars = chart.to_dict()["layer"][0]["mark"]["height"]
    assert chart.height - charts.MARGIN >= 2 * (bars + 2)  # they do not touch
