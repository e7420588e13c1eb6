"""How good, without a browser: every section, with everything there and with hardly anything."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import altair as alt
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lekh import figures, model, reproduced
from lekh.baselines import row
from lekh.datasets import SOURCES
from lekh.evaluation import Evaluation
from views import model_charts, model_results
from views.model import of_hundred
from views.strings import CATALOGUES, text

SECTIONS = ("results", "mistakes", "confidence", "learning", "reports", "limits")
CHEQUES = {"name": "cheque_amounts", "n": 10, "both": 8, "page: both": 9}
CURVES = {"accuracy": [0.5, 0.8, 0.9], "val_accuracy": [0.6, 0.85, 0.92], "loss": [2, 1, 0.5]}


def app() -> None:
    from views import model

    model.page()


def evaluation(seed: int = 0) -> Evaluation:
    """100 digits, ten of each; 1 is read as 7 five times, 4 is read as 9 once, one 3 is not found."""
    truth = np.repeat(np.arange(10), 10)
    read = truth.copy()
    read[[10, 11, 12, 13, 14]], read[40], read[30] = 7, 9, -1
    confidence = np.clip(np.random.default_rng(seed).uniform(0.6, 1, 100), 0, 1)
    confidence[30] = 0
    return Evaluation(tuple("0123456789"), truth, read, confidence, confidence < 0.3)


def write_card(folder, **more) -> None:
    path = folder / model.CARD
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **more}), "utf-8")


@pytest.fixture
def bare(tiny_model_folder, tmp_path, monkeypatch):
    """A copy of the tiny model, whose card says nothing of tests and training."""
    shutil.copytree(tiny_model_folder, tmp_path / "model")
    monkeypatch.setenv("LEKH_MODEL", str(tmp_path / "model"))
    return tmp_path / "model"


@pytest.fixture
def full(bare):
    """The same with all that a card and reports can say."""
    names = ("mnist_test", "khmer_report_test")
    write_card(
        bare,
        created="2026-01-02",
        test_sets=[
            {"name": name, "title": SOURCES[name].title, "script": SOURCES[name].script, "n": 100, "correct": 94,
             "auto": {"together": 0.99}}
            for name in names
        ],
        training_sets=[
            {"name": "mnist_train", "title": "MNIST", "script": "latin", "n": 55, "licence": "CC BY-SA 3.0",
             "source": "https://example.org/mnist"},
            {"name": "signs", "script": "operators", "n": 3},
        ],
        training={"curves": CURVES, "seed": 7, "packages": {"keras": "3"}},
    )  # fmt: skip
    card = model.read_card(bare)
    results = [(SOURCES[name], evaluation(seed)) for seed, name in enumerate(names)]
    figures.write_evaluation(bare, card, results, {"mnist_train": list(range(1, 11))})
    lines = [
        row("Report one", "CNN", "MNIST", 100, 99.15, [90], 50.0, "a cause", "mnist_test"),
        row("Report one", "CNN, other", "MNIST", 100, None, [80], 50.0, "another cause", "mnist_test"),
        row("Report two", "SVM", "A part", 20, None, [10], 75.0, "no cause"),
    ]
    reproduced.write(bare, lines)
    return bare


def opened(section: str | None = None, **session) -> AppTest:
    page = AppTest.from_function(app, default_timeout=60)
    if section:
        page.session_state["model-section"] = section
    for key, value in session.items():
        page.session_state[key.replace("_", "-")] = value
    page.run()
    assert not page.exception
    return page


def offered(page: AppTest) -> list[str]:
    return page.segmented_control(key="model-section").options


def titles(*names: str) -> list[str]:
    return [text(f"model.{name}") for name in names]


def test_it_begins_with_four_plain_sentences(full):
    lead = opened().markdown[0].value
    assert text("model.lead", n=2, scripts="Latin, Khmer") in lead
    assert text("model.lead_learnt", n=58, sets=2) in lead
    assert text("model.lead_right", n=200, low="94", high="94") in lead
    gap = sum(evaluation(seed).ece for seed in (0, 1)) / 2
    assert lead.endswith(text("model.lead_confidence", points=f"{100 * gap:.1f}"))


def test_all_sections_are_offered_and_the_first_is_open(full):
    page = opened()
    assert offered(page) == titles(*SECTIONS)
    assert page.segmented_control(key="model-section").value == "results"


def test_a_bare_model_shows_its_limits_and_nothing_that_was_not_measured(bare):
    page = opened()
    assert offered(page) == titles("limits")
    assert page.markdown[0].value.endswith(text("model.lead_check"))
    assert text("model.limit.shape") in page.markdown[-1].value
    assert not page.dataframe


def test_a_section_that_a_model_lacks_is_not_opened(bare):
    assert opened("reports").segmented_control(key="model-section").value == "limits"


@pytest.mark.parametrize(
    ("section", "spoilt"), [("results", [3, {}]), ("learning", {"a": 1}), ("learning", [{"name": 3}]), ("limits", [3])]
)
def test_a_strange_card_is_no_traceback(full, section, spoilt):
    write_card(full, test_sets=spoilt, training_sets=spoilt, training=spoilt, created=spoilt)
    opened(section)


def test_without_a_model_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("LEKH_MODEL", str(tmp_path))
    page = opened()
    assert "No model was found" in page.error[0].value
    assert not page.markdown


def test_results_stand_beside_what_others_reach(full):
    table = opened("results").dataframe[0].value
    assert list(table["script"]) == ["Latin", "Khmer"]
    assert list(table["right"]) == [94.0, 94.0]
    assert list(table["others"]) == [99.83, 95.0]
    assert list(table["together"]) == [99.0, 99.0]


def test_a_card_alone_gives_a_smaller_table(full):
    (full / "reports" / "reproduced.json").unlink()
    write_card(full, test_sets=[{"name": "own", "script": "latin", "n": 4, "correct": 3}])
    table = opened("results").dataframe[0].value
    assert table.loc[0, ["script", "right", "digits", "set"]].tolist() == ["Latin", 75.0, 4, "own"]


def test_whole_numbers_are_named_for_people(full, monkeypatch):
    composed = [{"name": f"composed_{script}", "n": 3, "both": 2} for script in ("latin", "thai", "elvish")]
    rows = [CHEQUES, 3, {}, {"name": "x", "n": 1}, *composed]
    card = replace(model.read_card(full), raw={"reader": {"test_sets": rows}})
    said = []
    monkeypatch.setattr(st, "markdown", said.append)
    model_results._numbers(SimpleNamespace(card=card))
    composed = text("model.composed", shares="Latin 67 %, Thai 67 %")
    assert said == [f"- {text('model.fields.cheque_amounts')}: 9 of 10 right\n- {composed}"]


def test_mistakes_of_the_chosen_set(full):
    page = opened("mistakes", model_set="mnist_test")
    said = page.markdown[1].value
    assert text("model.summary", correct=93, n=100) in said
    assert text("model.pair", written=1, read=7, count=5) in said
    assert text("model.unread", n=1) in said
    table = page.dataframe[0].value
    assert table.loc[1, ["n", "recall"]].tolist() == [10, 50.0]
    assert table.loc[7, "precision"] == pytest.approx(100 * 10 / 15, abs=0.01)
    page.selectbox(key="model-set").select("khmer_report_test").run()
    assert not page.exception
    assert "១" in page.markdown[1].value and list(page.dataframe[0].value["digit"]) == list("០១២៣៤៥៦៧៨៩")


@pytest.mark.parametrize("chosen", ["all", "mnist_test"])
def test_confidence_of_all_sets_together_and_of_one(full, chosen):
    page = opened("confidence", model_set=chosen)
    assert page.selectbox(key="model-set").value == chosen
    if chosen == "mnist_test":
        assert f"{100 * evaluation().ece:.1f} points" in page.markdown[1].value


def test_learning_names_collections_licences_and_pictures_of_each_digit(full):
    page = opened("learning")
    table = page.dataframe[0].value
    assert table.loc[0, ["script", "pictures", "licence", "source"]].tolist() == [
        "Latin", 55, "CC BY-SA 3.0", "https://example.org/mnist",
    ]  # fmt: skip
    assert table.loc[1, "script"] == text("model.signs")
    assert page.selectbox(key="model-script").options == ["Latin"]
    assert "`seed`: `7`" in page.expander[0].markdown[0].value


def test_ones_own_training_without_curves(bare):
    write_card(bare, training_sets=[{"name": "own", "script": "khmer", "n": 6, "per_class": [3, 3]}], training={})
    page = opened("learning")
    assert page.dataframe[0].value.loc[0, "collection"] == "own"
    assert not page.expander


def test_reports_have_their_figure_ours_and_the_newest_of_the_card(full):
    page = opened("reports")
    first, second = (table.value for table in page.dataframe)
    assert first.loc[0, ["method", "reported", "reproduced", "lekh"]].tolist() == ["CNN", 99.15, 90.0, 94.0]
    assert second.loc[0, "lekh"] == 75.0
    assert [sub.value for sub in page.subheader] == ["Report one", "Report two"]
    assert "a cause" in page.expander[0].markdown[0].value


def test_limits_say_size_and_the_speed_of_this_machine(full):
    said = opened("limits").markdown[1].value
    size = sum(file.stat().st_size for file in full.glob("*.tflite"))
    assert text("model.size", megabytes=f"{size / 1e6:.1f}") in said
    assert "2026-01-02" in said and " ms." in said


def test_every_section_speaks_khmer(full):
    for section in SECTIONS:
        page = AppTest.from_function(app, default_timeout=60)
        page.query_params["lang"] = "km"
        page.session_state["model-section"] = section
        page.run()
        assert not page.exception
        assert page.markdown[0].value.startswith(CATALOGUES["km"]["model.lead"].partition("{")[0])
        assert page.segmented_control(key="model-section").value == section


def test_another_section_is_opened(full):
    page = opened()
    page.segmented_control(key="model-section").set_value("limits").run()
    assert not page.exception
    assert text("model.limit.shape") in page.markdown[-1].value


@pytest.mark.parametrize(("share", "written"), [(1.0, "100"), (0.9996, "99.9"), (0.94, "94"), (0.9963, "99.6")])
def test_only_all_of_them_are_a_hundred(share, written):
    assert of_hundred(share) == written


def test_a_mistake_is_coloured_and_numbered_and_what_is_right_is_grey(full):
    tested = figures.read_evaluation(full, model.read_card(full))[0][0]
    cells = {
        (cell["written"], cell["read"]): cell
        for cell in next(iter(model_charts.confusion(tested, list("0123456789")).to_dict()["datasets"].values()))
    }
    assert len(cells) == 100
    assert (cells["1", "7"]["shown"], cells["1", "7"]["kind"]) == ("5", text("chart.best"))
    assert (cells["1", "1"]["shown"], cells["1", "1"]["kind"]) == ("", text("chart.other"))
    assert cells["1", "7"]["strength"] > cells["4", "9"]["strength"] > cells["0", "1"]["strength"] == 0


def test_curves_show_misses_by_epoch():
    chart = model_charts.learning(CURVES)
    rows = next(iter(chart.to_dict()["datasets"].values()))
    learnt = [(row["epoch"], round(row["misses"])) for row in rows if row["kind"] == text("model.curve_training")]
    assert learnt == [(1, 50), (2, 20), (3, 10)]
    assert model_charts.learning({"loss": [1, 2]}) is None


def test_charts_are_drawn_as_text():
    chart = model_charts.reliability([{"n": 2, "confidence": 0.9, "accuracy": 0.5}])
    assert isinstance(chart, alt.LayerChart)
    assert chart.to_dict()["usermeta"]["embedOptions"]["renderer"] == "svg"
