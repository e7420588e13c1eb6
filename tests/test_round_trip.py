"""Training and serving are one road: a digit as the network saw it, on paper, uploaded, is that digit again."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import draw
from PIL import Image

from lekh import images, ink, model, normalize, reading

SAMPLES = sorted((Path(__file__).resolve().parent.parent / "dataset" / "samples").glob("*_[0-9]_*"))
SHEET = (520, 700)  # pixels, height and width
BLOWN_UP = 240  # pixels a side
ROUNDING = 4  # pixels of the sheet by which a box found in a smaller picture of it may be off
PLACES = {"above to the left": (0.12, 0.1), "below to the right": (0.85, 0.8)}


def normalised(grey, parameters):
    """The network's input of the digit on a page."""
    return normalize.to_input(ink.find_digit(grey).ink, parameters)


def photographed(square, place, light_on_dark=False):
    """JPEG bytes: the input blown up, off-centre on shaded, grainy paper.

    Args:
        square: float32 `(S, S, 1)`, as the network saw it.
        place: where on the sheet, 0..1 down and to the right.
        light_on_dark: chalk instead of pen.
    """
    height, width = SHEET
    marks = np.zeros(SHEET, np.float32)
    y, x = round(place[0] * (height - BLOWN_UP)), round(place[1] * (width - BLOWN_UP))
    marks[y : y + BLOWN_UP, x : x + BLOWN_UP] = blown_up(square)
    rows, columns = np.mgrid[0:height, 0:width]
    shade = 1 - 0.4 / (1 + np.exp((columns + 0.5 * rows - 0.65 * width) / 30))
    sheet = 225 * shade * (1 - 0.7 * marks) + np.random.default_rng(4).normal(0, 2, SHEET)
    sheet = np.clip(255 - sheet if light_on_dark else sheet, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "JPEG", quality=80)
    return file.getvalue()


def likeness(first, second):
    """Correlation of two inputs where they fit best, a pixel to either side: the middle is rounded to a pixel."""
    moved = (np.roll(second[..., 0], (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
    return max(np.corrcoef(first.ravel(), other.ravel())[0, 1] for other in moved)


def blown_up(square):
    """float32 `(BLOWN_UP, BLOWN_UP)`: the input as large ink."""
    return np.clip(cv2.resize(square[..., 0], (BLOWN_UP, BLOWN_UP), interpolation=cv2.INTER_CUBIC), 0, 1)


def check(square, expected, digits_model, script, place, light_on_dark=False):
    """That the upload of the photographed input gives the input and the digit again."""
    before = square.copy()
    found = reading.read(photographed(square, place, light_on_dark), digits_model, script)
    assert found.inputs.shape == (1, *square.shape)
    without_paper = normalize.to_input(blown_up(square), digits_model.card.normalization)
    assert likeness(without_paper, found.inputs[0]) > 0.9
    # Once more thickened and fitted, a digit is a little smaller, so it is less like the first.
    assert likeness(square, found.inputs[0]) > 0.7
    assert [digit.digit for digit in found.digits] == [expected]
    x, y, w, h = found.digits[0].box_xywh
    top, left = (round(share * (length - BLOWN_UP)) for share, length in zip(place, SHEET, strict=True))
    assert min(x - left, y - top, left + BLOWN_UP - x - w, top + BLOWN_UP - y - h) >= -ROUNDING
    assert max(w, h) > 0.7 * BLOWN_UP
    assert np.array_equal(square, before)


@pytest.mark.parametrize("light_on_dark", [False, True], ids=["pen", "chalk"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("script", ["latin", "khmer"])
@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_comes_back(tiny_model, script, digit, place, light_on_dark):
    square = normalised(draw(script, digit, 300 + digit), tiny_model.card.normalization)
    check(square, digit, tiny_model, script, place, light_on_dark)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_comes_back(sample, place):
    script, digit = sample.name.split("_")[:2]
    repository = model.load()
    square = normalised(images.to_grey(sample), repository.card.normalization)
    check(square, int(digit), repository, script, place)


def test_a_second_trip_changes_no_more_than_the_first(tiny_model):
    first = normalised(draw("latin", 4, 1), tiny_model.card.normalization)
    second = reading.read(photographed(first, (0.2, 0.3)), tiny_model, "latin").inputs[0]
    third = reading.read(photographed(second, (0.7, 0.6)), tiny_model, "latin").inputs[0]
    assert likeness(second, third) > 0.85


def test_every_door_shows_the_network_the_same(tiny_model):
    """The canvas, a file and training see one drawing alike."""
    drawn = draw("khmer", 5, 8)
    canvas = np.zeros((*drawn.shape, 4), np.uint8)
    canvas[..., 3] = 255 - drawn
    file = io.BytesIO()
    Image.fromarray(drawn).save(file, "PNG")
    expected = normalised(drawn, tiny_model.card.normalization)
    for door in (canvas, file.getvalue(), Image.fromarray(drawn), drawn):
        assert np.abs(reading.read(door, tiny_model).inputs[0] - expected).max() < 0.01
