"""Other hands, pens, papers and cameras: the same seed gives the same, and a person would still read it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import DRAWN, draw

from lekh import augment, ink, reading
from lekh.augment import INK_FIT, INK_SIDE, distort, font_digits, photograph, to_square
from lekh.datasets import Strokes
from lekh.normalize import box_of, cropped, to_input
from lekh.numerals import SCRIPTS

# An L, its two strokes in units of its own, y down.
LETTER = Strokes((np.array([[10, 20], [10, 80]], np.float32), np.array([[10, 80], [45, 80]], np.float32)))
SEEDS = range(6)


def letter():
    """float32 `(60, 40)`: an L's ink, cropped."""
    shape = np.zeros((60, 40), np.float32)
    shape[:, :9] = 1
    shape[51:] = 1
    return shape


def digit_ink(script, digit, seed):
    """The cropped ink of a drawn digit."""
    return cropped(ink.find_digit(draw(script, digit, seed)).ink)


def rng(seed=0):
    return np.random.default_rng(seed)


MAKERS = {
    "draw": lambda seed: augment.draw(LETTER, rng(seed)),
    "photograph": lambda seed: photograph(letter(), rng(seed)),
    "distort": lambda seed: distort(to_square(letter()), rng(seed)),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
def test_a_seed_decides_everything(make):
    for seed in SEEDS:
        assert np.array_equal(make(seed), make(seed))
    first, *others = (make(seed) for seed in SEEDS)
    assert not any(first.shape == other.shape and np.array_equal(first, other) for other in others)


# draw


@pytest.mark.parametrize("side", [64, 280])
def test_a_drawing_is_a_page_with_all_of_the_strokes_on_it(side):
    shares = []
    for seed in range(40):
        page = augment.draw(LETTER, rng(seed), side)
        assert page.shape == (side, side) and page.dtype == np.uint8
        edge = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
        strokes = np.abs(page.astype(int) - np.median(page)) > 127
        assert 0 < strokes.mean() < 0.6
        assert (edge == np.median(page)).mean() > 0.6
        _, _, w, h = box_of(strokes.astype(np.float32))
        assert h > w
        shares.append(h / side)
    assert min(shares) < 0.5 and max(shares) > 0.75


def test_most_drawings_are_dark_on_white():
    light = [np.median(augment.draw(LETTER, rng(seed))) == 255 for seed in range(60)]
    assert 0.6 < np.mean(light) < 0.95


@pytest.mark.parametrize(
    "points",
    [[[5, 5]], [[5, 5], [5, 5]], [[0, 0], [0, 1e-3]], [[-1e4, 2e4], [1e4, 3e4]]],
    ids=["a dot", "the same point twice", "a hair", "far away"],
)
def test_odd_strokes_can_be_drawn(points):
    for seed in SEEDS:
        page = augment.draw(Strokes((np.array(points, np.float32),)), rng(seed))
        assert page.shape == (280, 280) and page.min() < 100 < 200 < page.max()


def test_strokes_are_not_modified():
    before = [stroke.copy() for stroke in LETTER.strokes]
    augment.draw(LETTER, rng())
    assert all(np.array_equal(now, then) for now, then in zip(LETTER.strokes, before, strict=True))


# photograph


@pytest.mark.parametrize("shape", [(60, 40), (120, 15), (10, 90), (3, 3), (400, 300), (1, 1)], ids=str)
def test_a_photograph_is_a_page_larger_than_the_digit(shape):
    shape_ink = cv2.resize(letter(), shape[::-1], interpolation=cv2.INTER_AREA)
    before = shape_ink.copy()
    for seed in SEEDS:
        page = photograph(shape_ink, rng(seed))
        assert page.ndim == 2 and page.dtype == np.uint8 and page.flags.c_contiguous
        assert min(page.shape) > 30 and max(page.shape) < 500
        assert page.max() > page.min()
    assert np.array_equal(shape_ink, before)


@pytest.mark.parametrize("script", DRAWN)
def test_most_photographs_can_still_be_read(tiny_model, script):
    pages = []
    for digit in range(10):
        shape = digit_ink(script, digit, 100 + digit)
        pages += [(digit, photograph(shape, rng(100 * digit + seed))) for seed in range(12)]
    right = sum(
        any(found.digit == digit for found in reading.read(page, tiny_model, script).digits) for digit, page in pages
    )
    assert right / len(pages) > 0.7
    assert len({page.shape for _, page in pages}) > len(pages) / 2


# squares and distortion


@pytest.mark.parametrize("shape", [(60, 40), (40, 60), (200, 11), (5, 5), (64, 64)], ids=str)
def test_a_square_holds_the_whole_digit_with_its_aspect(shape):
    shape_ink = np.zeros((300, 280), np.float32)
    height, width = shape
    shape_ink[20 : 20 + height, 30 : 30 + width] = cv2.resize(letter(), (width, height), interpolation=cv2.INTER_AREA)
    before = shape_ink.copy()
    square = to_square(shape_ink)
    assert square.shape == (INK_SIDE, INK_SIDE) and square.dtype == np.uint8 and square.max() > 200
    x, y, w, h = box_of(square / np.float32(255))
    longer = max(shape)
    assert max(w, h) == pytest.approx(INK_FIT, abs=1)
    assert (w, h) == pytest.approx((INK_FIT * width / longer, INK_FIT * height / longer), abs=2)
    assert abs(2 * x + w - INK_SIDE) <= 2 and abs(2 * y + h - INK_SIDE) <= 2
    assert np.array_equal(shape_ink, before)


def test_without_ink_the_square_is_empty():
    assert not to_square(np.zeros((30, 40), np.float32)).any()


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_distorted_ink_is_ink(strength):
    square = to_square(letter())
    before = square.copy()
    for seed in range(40):
        bent = distort(square, rng(seed), strength)
        assert bent.shape == (INK_SIDE + 16, INK_SIDE + 16) and bent.dtype == np.float32
        assert bent.min() >= 0 and 0.5 < bent.max() <= 1
    assert np.array_equal(square, before)


def likeness(first, second):
    return np.corrcoef(first.ravel(), second.ravel())[0, 1]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_strength_leaves_the_digit_alone(seed):
    square = to_square(letter())
    framed = np.zeros((INK_SIDE + 16, INK_SIDE + 16), np.float32)
    framed[8:-8, 8:-8] = square / np.float32(255)
    assert np.abs(distort(square, rng(seed), 0) - framed).max() < 0.01


def test_more_strength_changes_more():
    square = to_square(letter())
    same, half, full = (
        np.mean([likeness(distort(square, rng(seed), strength), distort(square, rng(seed), 0)) for seed in range(40)])
        for strength in (0, 0.3, 1)
    )
    assert same > half + 0.02 > full + 0.04
    assert full > 0.4


def test_an_empty_square_stays_empty_or_gets_debris_only():
    empty = np.zeros((INK_SIDE, INK_SIDE), np.uint8)
    for seed in range(40):
        assert np.isfinite(distort(empty, rng(seed))).all()


@pytest.mark.parametrize("script", DRAWN)
def test_most_distorted_digits_can_still_be_read(tiny_model, script):
    parameters, wanted = tiny_model.card.normalization, tiny_model.card.indices(script)
    inputs, digits = [], []
    for digit in range(10):
        square = to_square(digit_ink(script, digit, 100))
        inputs += [to_input(distort(square, rng(seed), 0.6), parameters) for seed in SEEDS]
        digits += [digit] * len(SEEDS)
    read = tiny_model.predict(np.stack(inputs))[:, wanted].argmax(axis=1)
    assert (read == digits).mean() > 0.6


# fonts


@pytest.fixture
def fonts_in(monkeypatch):
    """Looks for fonts in other folders, and forgets them afterwards."""

    def look_in(*folders):
        monkeypatch.setattr(augment, "FONT_FOLDERS", folders)
        augment.fonts_of.cache_clear()

    yield look_in
    augment.fonts_of.cache_clear()


@pytest.mark.parametrize("script", SCRIPTS)
def test_without_fonts_nothing_comes(fonts_in, tmp_path, script):
    (tmp_path / "NotoSans-Damaged.ttf").write_bytes(b"no font")
    (tmp_path / "Khmer-Damaged.ttf").write_bytes(b"")
    fonts_in(tmp_path, tmp_path / "missing")
    assert list(font_digits(script)) == []


def test_no_font_wanted_none_comes():
    assert list(font_digits("latin", most=0)) == []


def installed(script):
    """Some fonts of the script on this machine."""
    found = augment.fonts_of(script)
    if not found:
        pytest.skip(f"no font of the script {script} is installed")
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_font_gives_ten_digits(script):
    fonts = len(installed(script))
    most = min(3, fonts)
    found = list(font_digits(script, most, side=48))
    assert [digit for digit, _ in found] == list(range(10)) * (len(found) // 10)
    assert most / 2 <= len(found) / 10 <= most
    for _, shape in found:
        assert shape.dtype == np.float32 and shape.ndim == 2
        assert shape.min() >= 0 and 0.5 < shape.max() <= 1 and max(shape.shape) < 3 * 48
        assert shape[0].any() and shape[-1].any() and shape[:, 0].any() and shape[:, -1].any()
    first = [to_square(shape) for _, shape in found[:10]]
    assert all(not np.array_equal(first[a], first[b]) for a in range(10) for b in range(a))


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_font_of_another_script_is_no_writer(fonts_in, tmp_path, script):
    own = installed(script)[0]
    other = installed(next(name for name in SCRIPTS if name != script))[0]
    fonts_in(tmp_path)
    for path in (own, other):
        Path(tmp_path / path.name).write_bytes(path.read_bytes())
    assert [path.name for path in augment.fonts_of(script)] == [own.name]


def test_a_font_without_the_digits_is_no_writer_whatever_its_name(fonts_in, tmp_path):
    (tmp_path / "Khmer-Latin.ttf").write_bytes(installed("latin")[0].read_bytes())
    fonts_in(tmp_path)
    assert augment.fonts_of("khmer") == ()
