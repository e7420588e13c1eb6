"""Damaged and forged files: whatever the bytes, `to_grey` answers or raises `LekhError`, and its limits hold."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import hues, inked, letter, palette, saved
from PIL import Image

from lekh import images, reading
from lekh.errors import LekhError
from lekh.model import Card, ClassLabel
from lekh.normalize import Normalization
from lekh.numerals import SCRIPTS

PIXELS, SIDE = 60_000, 2_000  # limits small enough for a forged header to pass them now and then
COLOURS = Image.fromarray(hues())
TURNED = Image.Exif()
TURNED[0x0112] = 6
SEEDS = {
    "jpeg": saved(COLOURS, "JPEG", exif=TURNED),
    "jpeg progressive": saved(COLOURS, "JPEG", progressive=True),
    "jpeg CMYK": saved(COLOURS.convert("CMYK"), "JPEG"),
    "mpo": saved(COLOURS, "MPO", save_all=True, append_images=[COLOURS]),
    "png": saved(COLOURS, "PNG", exif=TURNED),
    "png alpha": saved(inked("RGBA"), "PNG"),
    "png palette": saved(palette(True), "PNG"),
    "png animated": saved(COLOURS, "PNG", save_all=True, append_images=[COLOURS.rotate(180)]),
    "png 16 bits": saved(Image.fromarray(letter().astype(np.uint16) * 257), "PNG"),
    "gif": saved(palette(True), "GIF", transparency=0, interlace=1),
    "webp": saved(COLOURS, "WEBP", exif=TURNED),
    "webp lossless": saved(inked("RGBA"), "WEBP", lossless=True),
    "webp animated": saved(COLOURS, "WEBP", save_all=True, append_images=[COLOURS.rotate(180)]),
    "avif": saved(COLOURS, "AVIF", exif=TURNED),
    "heic": saved(COLOURS, "HEIF"),
    "heic alpha": saved(inked("RGBA"), "HEIF"),
    "bmp": saved(COLOURS, "BMP"),
    "bmp palette": saved(palette(False), "BMP"),
    "tiff": saved(COLOURS, "TIFF"),
    "tiff LZW": saved(COLOURS, "TIFF", compression="tiff_lzw", exif=TURNED),
    "tiff JPEG": saved(COLOURS, "TIFF", compression="jpeg"),
    "tiff fax": saved(COLOURS.convert("1"), "TIFF", compression="group4"),
    "tiff floats": saved(COLOURS.convert("F"), "TIFF"),
    "tiff integers": saved(COLOURS.convert("I"), "TIFF"),
    "ppm": saved(COLOURS, "PPM"),
    "pbm": saved(COLOURS.convert("1"), "PPM"),
    "pgm in words": b"P2\n# drawn\n3 2\n15\n0 1 2\n3 14 15\n",
}
NUMBERS = [0, 1, 2, 7, 8, 255, 256, 300, 2_000, 32_767, 65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1]

cut = st.tuples(st.just("cut"), st.floats(0, 1))
flip = st.tuples(st.just("flip"), st.floats(0, 1), st.integers(1, 255))
delete = st.tuples(st.just("delete"), st.floats(0, 1), st.integers(1, 40))
insert = st.tuples(st.just("insert"), st.floats(0, 1), st.binary(min_size=1, max_size=12))
splice = st.tuples(st.just("splice"), st.floats(0, 1), st.sampled_from(sorted(SEEDS)), st.floats(0, 1))
number = st.tuples(
    st.just("number"), st.integers(0, 400), st.sampled_from(NUMBERS), st.sampled_from(["<I", ">I", "<H", ">H", "B"])
)
edits = st.lists(st.one_of(flip, flip, number, number, delete, insert, splice, cut), min_size=1, max_size=4)


def mutated(data: bytes, changes: list[tuple]) -> bytes:
    """A file after some edits; places are shares of its length, or offsets where headers are."""
    content = bytearray(data)
    for kind, place, *values in changes:
        at = place if kind == "number" else int(place * len(content))
        if kind == "cut":
            del content[at:]
        elif kind == "flip" and at < len(content):
            content[at] ^= values[0]
        elif kind == "delete":
            del content[at : at + values[0]]
        elif kind == "insert":
            content[at:at] = values[0]
        elif kind == "splice":
            other = SEEDS[values[0]]
            content[at:] = other[int(values[1] * len(other)) :]
        elif kind == "number":
            size = struct.calcsize(values[1])
            content[at : at + size] = struct.pack(values[1], values[0] % 256**size)
    return bytes(content)


def with_checksums(data: bytes) -> bytes:
    """A PNG with the checksums of its chunks made right again, so that damage gets past them."""
    content = bytearray(data)
    at = 8
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if at + 12 + size > len(content):
            break
        content[at + 8 + size : at + 12 + size] = struct.pack(">I", zlib.crc32(content[at + 4 : at + 8 + size]))
        at += 12 + size
    return bytes(content)


def thorough(examples: int) -> settings:
    """So many examples, the same ones in each run."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    monkeypatch.setattr(images, "MAX_PIXELS", PIXELS)
    monkeypatch.setattr(images, "MAX_SIDE", SIDE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about the damage
        yield


def answer_or_error(source) -> np.ndarray | None:
    """The page, checked; `None` for a `LekhError`. Any other exception passes through and fails the test."""
    try:
        page = images.to_grey(source)
    except LekhError as error:
        assert error.problem and error.remedy
        return None
    assert page.dtype == np.uint8 and page.ndim == 2 and page.flags.writeable
    assert 1 <= page.size <= PIXELS and max(page.shape) <= SIDE
    return page


@pytest.mark.parametrize("name", SEEDS)
def test_the_files_are_read_before_they_are_damaged(name):
    assert answer_or_error(SEEDS[name]) is not None


@thorough(4_000)
@given(st.sampled_from(sorted(SEEDS)), edits)
def test_damaged_files(name, changes):
    answer_or_error(mutated(SEEDS[name], changes))


@thorough(1_000)
@given(st.sampled_from([name for name in sorted(SEEDS) if name.startswith("png")]), edits)
def test_damaged_png_with_right_checksums(name, changes):
    answer_or_error(with_checksums(mutated(SEEDS[name], changes)))


@thorough(1_000)
@given(st.sampled_from([name for name in sorted(SEEDS) if name.startswith("tiff")]), st.lists(number, min_size=1))
def test_forged_tiff_directories(name, changes):
    data = SEEDS[name]
    directory = struct.unpack_from("<I" if data[:2] == b"II" else ">I", data, 4)[0]
    answer_or_error(mutated(data, [(kind, directory + place % 200, *values) for kind, place, *values in changes]))


@thorough(500)
@given(st.sampled_from([seed[:16] for seed in SEEDS.values()] + [b""]), st.binary(max_size=200))
def test_any_bytes_behind_any_signature(head, tail):
    answer_or_error(head + tail)


@thorough(300)
@given(st.sampled_from(sorted(SEEDS)), edits)
def test_a_damaged_file_that_pillow_opened(name, changes):
    try:
        image = Image.open(io.BytesIO(mutated(SEEDS[name], changes)))
    except Exception:  # noqa: BLE001 - not a picture to begin with
        return
    answer_or_error(image)


@thorough(300)
@given(
    st.sampled_from(["u1", ">u2", "i4", "u8", "f2", "f4", "f8", "?", "c8", "O", "U2", "M8[s]", "V3"]),
    st.lists(st.integers(0, 5), max_size=4),
    st.binary(min_size=8, max_size=64),
)
def test_any_array(dtype, shape, content):
    array = np.zeros(shape, dtype)
    if array.size and array.dtype.kind in "uif":
        array.reshape(-1).view(np.uint8)[:] = np.resize(np.frombuffer(content, np.uint8), array.nbytes)
    with np.errstate(all="ignore"):
        answer_or_error(array)


class EveryDigitAlike:
    """Stands in for a model: knows the scripts, and finds all of their digits equally probable."""

    sequence = second = None  # no network for numbers, none for digits in doubt

    def __init__(self):
        classes = tuple(
            ClassLabel(script.name, digit, symbol)
            for script in SCRIPTS.values()
            for digit, symbol in enumerate(script.digits)
        )
        self.card = Card(classes, Normalization(), 1.0, 0.5, {}, {})

    def predict(self, batch: np.ndarray) -> np.ndarray:
        assert batch.dtype == np.float32 and np.isfinite(batch).all()
        return np.full((len(batch), len(self.card.classes)), 1 / len(self.card.classes), np.float32)


@thorough(300)
@given(st.sampled_from(sorted(SEEDS)), edits)
def test_damaged_files_through_the_whole_pipeline(name, changes):
    try:
        whole = reading.read(mutated(SEEDS[name], changes), EveryDigitAlike())
        single = reading.read(mutated(SEEDS[name], changes), EveryDigitAlike(), single=True)
    except LekhError:
        return
    assert len(single.digits) in (0, 1)
    assert len(whole.inputs) == len(whole.digits)
    for digit in whole.digits:
        assert digit.box_xywh[2] >= 1 and digit.box_xywh[3] >= 1
        assert sum(digit.probabilities) == pytest.approx(1, abs=1e-3)
