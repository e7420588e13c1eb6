"""Train on yours without a browser: what is offered, a training from its start to its use, and what is cleaned up."""

import os
import time
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from drawn import draw
from streamlit.testing.v1 import AppTest

from lekh import model_folder, teaching
from lekh.collection import Collection
from lekh.errors import LekhError
from lekh.teaching import Job
from views import own_models
from views.strings import text
from views.teach_train import JOB, RESULT

PATIENCE = 120  # seconds


def app() -> None:
    import streamlit as st

    from views import answers, teach_train

    model = answers.current_model()
    st.markdown(f"reads: {model.folder}")
    teach_train.section(st.session_state["given"], model)


def collected(script="latin", each=1, classes=(), slant=0.0):
    """A collection with so many digits of each class, which lean to the right by `slant`."""
    made = Collection(script, classes)
    for place, label in enumerate(made.classes):
        for copy in range(each):
            page = draw("latin", place, seed=500 + copy)
            shear = np.float32([[1, -slant, slant * page.shape[0] / 2], [0, 1, 0]])
            page = cv2.warpAffine(page, shear, page.shape[::-1], borderValue=255)
            made.add(label, page, "drawn", True)
    return made


def pictures():
    return [(str(digit), cv2.imencode(".png", draw("latin", digit, seed=500))[1].tobytes()) for digit in range(10)]


@pytest.fixture
def opened(tiny_model_folder, monkeypatch):
    """A function that opens the part of the page with a collection."""
    monkeypatch.setenv("LEKH_MODEL", str(tiny_model_folder))

    def open_page(collection) -> AppTest:
        made = AppTest.from_function(app, default_timeout=60)
        made.session_state["given"] = collection
        made.run()
        assert not made.exception
        return made

    return open_page


def waited(job) -> str:
    until = time.monotonic() + PATIENCE
    while job.state == "running" and time.monotonic() < until:
        time.sleep(0.2)
    return job.state


@pytest.mark.parametrize(
    ("collection", "words"),
    [
        (lambda: Collection("latin"), text("train.few", least=5)),
        (lambda: few_of("thai"), text("train.all_ten")),
        (lambda: collected("my_symbols", 5, ("star",)), text("train.two")),
        (lambda: lonely(), text("train.scarce", label="moon")),
    ],
    ids=["nothing", "half a new script", "one symbol", "one example"],
)
def test_what_is_lacking_is_said(collection, words, opened):
    page = opened(collection())
    assert words in [caption.value for caption in page.caption]
    assert page.button(key="train-start").disabled


def few_of(script):
    made = Collection(script)
    for digit in range(5):
        made.add(str(digit), draw("latin", digit, seed=1), "drawn", True)
    return made


def lonely():
    made = collected("my_symbols", 5, ("star", "moon"))
    made.remove(made.examples("moon")[1:])
    return made


def test_a_training_from_its_start_to_its_use(opened, tiny_model_folder):
    page = opened(collected())
    page.button(key="train-start").click().run()
    job = page.session_state[JOB]
    assert page.button(key="train-cancel").label == text("train.cancel")
    assert waited(job) == "done"
    page.run()
    assert not page.exception
    assert JOB not in page.session_state
    table = page.table[0].value
    assert table.index.tolist()[:2] == [text("train.left_out"), text("train.samples")]
    assert table.iloc[0, 0] == "10"
    assert f"reads: {tiny_model_folder}" in page.markdown[0].value
    page.button(key="train-use").click().run()
    assert page.markdown[0].value == f"reads: {job.out}"
    page.button(key="train-forget").click().run()
    assert page.markdown[0].value == f"reads: {job.out}"
    page.selectbox(key="teach-model").set_value(0).run()
    assert f"reads: {tiny_model_folder}" in page.markdown[0].value
    assert not page.exception
    job.close()
    assert not job.out.parent.exists()


def test_what_straightens_a_strange_hand_is_told(opened):
    page = opened(collected(each=2, slant=0.9))
    page.button(key="train-start").click().run()
    job = page.session_state[JOB]
    assert waited(job) == "done"
    page.run()
    hand = next(event for event in job.events() if event.get("event") == "done")["hand"]
    assert hand["slant"] > 0.1
    words = f"slanted by +{100 * hand['slant']:.0f} %"
    assert sum(words in caption.value for caption in page.caption) == 1
    job.close()


def test_a_training_that_is_cancelled_leaves_nothing(opened):
    page = opened(collected())
    page.button(key="train-start").click().run()
    job = page.session_state[JOB]
    page.button(key="train-cancel").click().run()
    assert not page.exception
    assert job.state == "closed"
    assert not job.out.parent.exists()
    assert job._process.poll() is not None
    assert page.button(key="train-start")


def test_whoever_goes_away_leaves_nothing(tiny_model_folder):
    job = Job(pictures(), "latin", tiny_model_folder)
    process, folder = job._process, job.out.parent
    assert folder.exists()
    del job
    assert process.poll() is not None
    assert not folder.exists()


def test_a_training_that_fails_says_why(tiny_model_folder, opened):
    blank = cv2.imencode(".png", np.full((40, 40), 255, np.uint8))[1].tobytes()
    job = Job([("0", blank), ("1", blank)], "latin", tiny_model_folder)
    assert waited(job) == "failed"
    assert job.problem.problem == "None of the digits has ink"
    page = opened(collected())
    page.session_state[JOB] = job
    page.run()
    assert page.error[0].value == text("error.none_of_the_digits_has_ink")
    assert not job.out.parent.exists()


def test_a_training_that_is_shot_is_said_to_have_ended(tiny_model_folder):
    job = Job(pictures(), "latin", tiny_model_folder)
    job._process.kill()
    assert waited(job) == "failed"
    assert "ended before it was done" in job.problem.problem
    job.close()


@pytest.mark.parametrize("limit", ["others", "memory"])
def test_a_server_has_its_limits(limit, opened, monkeypatch):
    if limit == "others":
        monkeypatch.setattr(teaching, "AT_ONCE", 0)
    else:
        monkeypatch.setattr(teaching, "free_memory", lambda: 10_000_000)
    page = opened(collected())
    page.button(key="train-start").click().run()
    assert not page.exception
    assert len(page.error) == 1
    assert isinstance(page.session_state[RESULT], LekhError)


def test_a_killed_server_leaves_nothing_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(teaching.tempfile, "tempdir", str(tmp_path))
    for owner in (99999999, os.getpid()):
        (tmp_path / f"lekh-teaching-{owner}-abc").mkdir()
    (tmp_path / "lekh-other").mkdir()
    teaching._sweep()
    assert {path.name for path in tmp_path.iterdir()} == {f"lekh-teaching-{os.getpid()}-abc", "lekh-other"}


def bring() -> None:
    import streamlit as st

    from views import own_models

    st.markdown(str(own_models._take(st.session_state["file"])))


@pytest.mark.parametrize("content", [None, b"", b"PK\3\4", b"hello"], ids=["a model", "nothing", "half", "text"])
def test_a_file_is_checked_before_it_reads(content, tiny_model_folder):
    good = model_folder.packed(tiny_model_folder)
    page = AppTest.from_function(bring, default_timeout=60)
    given = good if content is None else content
    page.session_state["file"] = SimpleNamespace(name="my *model*.zip", getvalue=lambda: given)
    page.run()
    assert not page.exception
    if content is None:
        ((number, own),) = page.session_state[own_models.MODELS].items()
        assert page.markdown[0].value == str(number) and own.name == "my *model*"
        assert (own.folder / "card.json").is_file()
    else:
        assert page.markdown[0].value.startswith("This is no model folder of Lekh")
        assert own_models.MODELS not in page.session_state
