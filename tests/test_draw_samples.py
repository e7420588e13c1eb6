"""The samples in the repository are those that the script draws, and each is what its name says."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lekh import images, model, reading

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "dataset" / "samples"
LARGEST = 80_000  # bytes


def _script():
    spec = importlib.util.spec_from_file_location("draw_samples", ROOT / "dataset" / "draw_samples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


draw_samples = _script()
NAMES = (*draw_samples.SAMPLE_NAMES, *draw_samples.PAGES, draw_samples.BLANK_NAME)


def test_the_folder_holds_these_samples_and_no_others():
    assert {path.name for path in SAMPLES.iterdir()} == {*NAMES, "README.md"}


@pytest.mark.parametrize("name", NAMES)
def test_a_second_run_draws_the_same(name):
    stored = SAMPLES / name
    again, kept = (images.to_grey(source).astype(int) for source in (draw_samples.draw(name), stored))
    assert again.shape == kept.shape
    assert (np.abs(again - kept) > 24).mean() < 5e-4  # another release of an encoder may round another way
    assert stored.stat().st_size < LARGEST


def test_the_rotated_one_lies_on_its_side_in_the_file():
    path = SAMPLES / "latin_4_pencil_rotated.jpg"
    with Image.open(path) as picture:
        assert picture.getexif()[draw_samples.EXIF_ORIENTATION] == 6
        assert picture.size[::-1] == images.to_grey(path).shape[::-1]


@pytest.mark.parametrize("script", draw_samples.STROKES)
def test_all_ten_digits_have_strokes_and_no_two_are_alike(script):
    drawn = [draw_samples.canvas(script, digit, np.random.default_rng(0)) for digit in range(10)]
    for first in range(10):
        assert (drawn[first] < 128).mean() > 0.02
        for second in range(first):
            assert (drawn[first] != drawn[second]).mean() > 0.02


@pytest.mark.parametrize("script", ["auto", "own"])
@pytest.mark.parametrize("name", draw_samples.SAMPLE_NAMES)
def test_the_model_of_the_repository_reads_it(name, script):
    own, digit = name.split("_")[:2]
    answer = reading.read(SAMPLES / name, model.load(), reading.AUTO if script == "auto" else own)
    assert (answer.script, answer.text) == (own, digit)
    assert answer.digits[0].confidence > 0.9


@pytest.mark.parametrize("name", draw_samples.PAGES)
def test_the_model_of_the_repository_reads_the_whole_page(name):
    answer = reading.read(SAMPLES / name, model.load(), name.split("_")[0])
    assert answer.text == "\n".join(draw_samples.PAGES[name])


def test_the_model_of_the_repository_reads_nothing_on_blank_paper():
    assert reading.read(SAMPLES / draw_samples.BLANK_NAME, model.load()).lines == ()
