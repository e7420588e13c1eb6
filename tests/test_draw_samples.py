"""The samples in the repository are those that the script draws, and each is what its name says."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lekh import images, model, reading
from lekh.numerals import SCRIPTS

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "dataset" / "samples"
LARGEST = 80_000  # bytes
SMALL = 1_500_000  # bytes of all of them


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


@pytest.mark.parametrize("script", SCRIPTS)
def test_all_ten_digits_are_drawn_and_no_two_are_alike(script):
    drawn = [draw_samples.canvas(script, digit, np.random.default_rng(0)) for digit in range(10)]
    for first in range(10):
        assert (drawn[first] < 128).mean() > 0.003  # an Arabic zero is a dot
        for second in range(first):
            assert (drawn[first] != drawn[second]).mean() > 0.02


def test_middle_lines_are_one_pixel_wide_and_whole():
    bar = np.zeros((40, 60), bool)
    bar[10:17, 5:50] = bar[10:35, 20:27] = True
    line = draw_samples._thinned(bar)
    assert (line <= bar).all() and line[13].sum() > 30
    assert line[:, 40].sum() == 1 and line[25].sum() == 1
    assert cv2.connectedComponents(np.uint8(line), connectivity=8)[0] == 2


@pytest.mark.parametrize("name", draw_samples.SAMPLE_NAMES)
def test_the_model_of_the_repository_reads_it(name):
    own, digit = name.split("_")[:2]
    answer = reading.read(SAMPLES / name, _model_of(own), own)
    assert answer.text == digit
    assert answer.digits[0].confidence > 0.9


@pytest.mark.parametrize("script", ["auto", "own"])
@pytest.mark.parametrize("name", draw_samples.PAGES)
def test_the_model_of_the_repository_reads_the_whole_page(name, script):
    own = name.split("_")[0]
    answer = reading.read(SAMPLES / name, _model_of(own), reading.AUTO if script == "auto" else own)
    assert (answer.script, answer.text) == (own, "\n".join(draw_samples.PAGES[name]))


def _model_of(script: str) -> model.Model:
    loaded = model.load()
    if script not in loaded.card.scripts:
        pytest.skip(f"the model does not read {script}")
    return loaded


def test_the_model_of_the_repository_reads_nothing_on_blank_paper():
    assert reading.read(SAMPLES / draw_samples.BLANK_NAME, model.load()).lines == ()


def test_the_samples_stay_small():
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < SMALL
