"""Every layer of a network, whatever they are, and what it goes by."""

import csv
import importlib.util
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from drawn import draw

from lekh import ink, layers, model, neighbours, normalize
from lekh.errors import LekhError


@cache
def shipped() -> model.Model:
    return model.load()


def seen(script: str = "latin", digit: int = 4) -> np.ndarray:
    return normalize.to_input(ink.find_digit(draw(script, digit)).ink, normalize.Normalization())


@pytest.fixture(params=["shipped", "tiny"])
def any_model(request) -> model.Model:
    return shipped() if request.param == "shipped" else request.getfixturevalue("tiny_model")


def test_a_walk_begins_with_the_ink_and_ends_with_the_probabilities(any_model):
    found = layers.walk(seen(), any_model)
    assert [found[0].kind, found[-1].kind] == [layers.INPUT, layers.PROBABILITIES]
    np.testing.assert_array_equal(found[0].maps[0], seen()[..., 0])
    calibrated = any_model.calibrated(found[-1].maps[:, 0, 0][np.newaxis])
    np.testing.assert_allclose(calibrated, any_model.predict(seen()[np.newaxis]), atol=1e-5)
    assert all(layer.maps.ndim == 3 and layer.maps.dtype == np.float32 and layer.reach > 0 for layer in found)
    assert layers.OTHER not in {layer.kind for layer in found}


def test_the_layers_of_the_tiny_network_are_those_it_was_built_of(tiny_model):
    found = layers.walk(seen(), tiny_model)
    assert [(layer.kind, layer.maps.shape, layer.window_wh) for layer in found] == [
        (layers.INPUT, (1, 32, 32), None),
        (layers.FILTERS, (8, 15, 15), (3, 3)),
        (layers.FILTERS, (16, 7, 7), (3, 3)),
        (layers.WEIGHTS, (20, 1, 1), None),
        (layers.PROBABILITIES, (20, 1, 1), None),
    ]
    assert [layer.is_numbers for layer in found] == [False, False, False, True, True]


def test_maps_stand_as_the_ink_does(tiny_model):
    """A stroke in the upper half is found in the upper half."""
    stroke = np.zeros((32, 32, 1), np.float32)
    stroke[6:9, 4:28] = 1
    blank = layers.walk(np.zeros_like(stroke), tiny_model)[1].maps
    moved = np.abs(layers.walk(stroke, tiny_model)[1].maps - blank).max(axis=0)
    assert moved[2:5].max() > 0 and moved[8:].max() == 0


def test_layers_without_names_are_shown_all_the_same(tiny_model, monkeypatch):
    from ai_edge_litert.interpreter import Interpreter

    named = layers.walk(seen(), tiny_model)
    monkeypatch.delattr(Interpreter, "_get_ops_details")
    found = layers.walk(seen(), tiny_model)
    assert {layer.kind for layer in found[1:]} == {layers.OTHER}
    shapes = [layer.maps.shape for layer in found]
    assert all(layer.maps.shape in shapes for layer in named)


def test_features_are_what_comes_before_the_classes(any_model):
    digits = np.stack([seen("latin", digit) for digit in range(10)] * 2)
    found = layers.features(digits, any_model)
    before = layers.walk(digits[0], any_model)[-3].maps  # then they are weighed, then made probabilities
    assert found.shape == (20, before.size)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(found[:10], found[10:], atol=1e-5)  # on either side of what is computed together
    assert (found[:10] @ found[:10].T - np.eye(10)).max() < 0.999


def test_a_network_that_is_gone_is_said(tiny_model, tmp_path):
    gone = model.Model(tmp_path, tiny_model.card, b"")
    with pytest.raises(LekhError, match="cannot be opened"):
        layers.walk(seen(), gone)


def test_a_digit_of_another_size_is_refused(tiny_model):
    with pytest.raises(LekhError, match="does not take"):
        layers.walk(np.zeros((28, 28, 1), np.float32), tiny_model)


def test_nothing_imports_tensorflow():
    lines = (
        "import sys, numpy as np",
        "from lekh import deletion, explain, layers, model, neighbours",
        "loaded, ink = model.load(), np.zeros((32, 32, 1), np.float32)",
        "ink[6:26, 15:18] = 1",
        "explain.explain(ink, loaded, 'latin'), layers.walk(ink, loaded), layers.features(ink[None], loaded)",
        "sys.exit('tensorflow' in sys.modules or 'streamlit' in sys.modules)",
    )
    assert subprocess.run([sys.executable, "-c", "\n".join(lines)], check=False).returncode == 0


# The drawings most alike


@pytest.fixture(scope="module")
def album() -> neighbours.Album:
    return neighbours.album(shipped())


def test_every_digit_of_the_samples_is_in_the_album(album):
    assert len(album.drawings) > 120 and len(album.drawings) == len(album.features)
    assert {drawing.script for drawing in album.drawings} == set(shipped().card.scripts)
    assert all(drawing.seen.any() for drawing in album.drawings)


def test_the_drawings_are_what_they_are_called(album):
    """The shipped network reads them so, as a rule: no label has slipped."""
    said = shipped().predict(np.stack([drawing.seen for drawing in album.drawings]))
    right = [
        row[shipped().card.indices(drawing.script)].argmax() == drawing.digit
        for row, drawing in zip(said, album.drawings, strict=True)
    ]
    assert np.mean(right) > 0.97


def test_the_samples_are_named_as_they_were_drawn():
    path = neighbours.FOLDER.parent / "draw_samples.py"
    spec = importlib.util.spec_from_file_location("draw_samples", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("draw_samples", module)  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    drawn = {name: name.split("_")[1] for name in module.SAMPLE_NAMES}
    drawn |= {name: "\n".join(lines) for name, lines in module.PAGES.items()} | {module.BLANK_NAME: ""}
    with neighbours.TEXTS.open(encoding="utf-8", newline="") as lines:
        assert {row["file"]: row["text"] for row in csv.DictReader(lines)} == drawn


def test_the_nearest_of_a_drawing_is_itself_and_then_its_like(album):
    drawing = next(each for each in album.drawings if each.file == "khmer_7_pen.jpg")
    found = album.nearest(drawing.seen, shipped(), 4)
    assert len(found) == 4 and found[0][0] is drawing and found[0][1] == pytest.approx(1, abs=1e-4)
    assert [alike for _, alike in found] == sorted((alike for _, alike in found), reverse=True)
    assert (found[1][0].script, found[1][0].digit) == ("khmer", 7)


def test_a_network_of_few_scripts_has_an_album_too(tiny_model):
    own = neighbours.album(tiny_model)
    assert len(own.nearest(seen("khmer", 5), tiny_model, 3)) == 3


def test_without_samples_nothing_is_near(monkeypatch, tmp_path):
    monkeypatch.setattr(neighbours, "TEXTS", tmp_path / "none.csv")
    neighbours._drawings.cache_clear()
    assert neighbours.album(shipped()).nearest(seen(), shipped(), 3) == []
    neighbours._drawings.cache_clear()
