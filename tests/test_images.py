"""Any picture becomes the same page, or an error that says what to do."""

import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pictures
import pytest
from pictures import hues, inked, keyed_png, letter, letter_tiff, luma, palette, saved
from PIL import Image, ImageFile

from lekh import images
from lekh.errors import LekhError
from lekh.images import to_grey

pytestmark = [  # what Pillow says of the damaged files that are made here on purpose
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
]

L = Image.fromarray(letter())
NEGATIVE = Image.fromarray(255 - letter())
DEEP = letter().astype(np.uint16) * 257
DEEP_WITH_ALPHA = np.dstack([np.zeros((48, 32, 3), np.uint16), 65535 - DEEP])
HALF = np.where(letter() == 255, round(255 - (255 - 128) * 127 / 255), letter())  # grey paper, half transparent
BINARY = np.where(letter() == 255, 255, 0).astype(np.uint8)


def close(page: np.ndarray, expected: np.ndarray, tolerance: int) -> bool:
    """Whether two pages have one size and differ nowhere by more than `tolerance` levels."""
    return (
        page.dtype == np.uint8
        and page.shape == expected.shape
        and np.abs(page.astype(int) - expected).max() <= tolerance
    )


FILES = {  # id: (file, page, tolerance in levels)
    "png grey": (saved(L, "PNG"), letter(), 0),
    "png colours": (saved(hues(), "PNG"), luma(hues()), 1),
    "png 1 bit": (saved(L.convert("1", dither=0), "PNG"), BINARY, 0),
    "png palette": (saved(palette(False), "PNG"), letter(), 0),
    "png palette, transparent": (saved(palette(True), "PNG"), letter(), 0),
    "png palette, half transparent": (saved(palette(True), "PNG", transparency=bytes([127])), HALF, 1),
    "png RGBA": (saved(inked("RGBA"), "PNG"), letter(), 0),
    "png LA": (saved(inked("LA"), "PNG"), letter(), 0),
    "png 16 bits": (pictures.encoded(".png", DEEP), letter(), 0),
    "png 16 bits, colours": (pictures.encoded(".png", hues().astype(np.uint16) * 257), luma(hues()), 1),
    "png 16 bits, alpha": (pictures.encoded(".png", DEEP_WITH_ALPHA), letter(), 0),
    "png colour key, grey": (keyed_png(8, 0, np.where(letter() == 255, 10, letter()), 10), letter(), 0),
    "png colour key, RGB": (keyed_png(8, 2, np.where(letter() == 255, 10, letter()), 10), letter(), 0),
    "png colour key, 16 bits": (keyed_png(16, 0, np.where(letter() == 255, 9000, DEEP), 9000), letter(), 0),
    "png colour key, 48 bits": (keyed_png(16, 2, np.where(letter() == 255, 32768, DEEP), 32768), letter(), 0),
    "png animated": (saved(L, "PNG", save_all=True, append_images=[NEGATIVE]), letter(), 0),
    "jpeg grey": (saved(L, "JPEG", quality=95), letter(), 16),
    "jpeg colours": (saved(hues(), "JPEG", quality=95, subsampling=0), luma(hues()), 16),
    "jpeg kept as RGB": (saved(hues(), "JPEG", quality=95, keep_rgb=True), luma(hues()), 16),
    "jpeg progressive": (saved(L, "JPEG", quality=95, progressive=True), letter(), 16),
    "jpeg CMYK, inverted by Adobe": (saved(pictures.cmyk(), "JPEG", quality=95), letter(), 16),
    "mpo": (saved(L.convert("RGB"), "MPO", save_all=True, append_images=[NEGATIVE.convert("RGB")]), letter(), 24),
    "gif": (saved(L, "GIF"), letter(), 0),
    "gif transparent": (saved(palette(True), "GIF", transparency=0), letter(), 0),
    "gif animated": (saved(L, "GIF", save_all=True, append_images=[NEGATIVE]), letter(), 0),
    "webp": (saved(L.convert("RGB"), "WEBP", quality=95), letter(), 24),
    "webp lossless, alpha": (saved(inked("RGBA"), "WEBP", lossless=True, exact=True), letter(), 0),
    "webp animated": (
        saved(L.convert("RGB"), "WEBP", save_all=True, append_images=[NEGATIVE.convert("RGB")], lossless=True),
        letter(),
        0,
    ),
    "avif": (saved(L.convert("RGB"), "AVIF", quality=95), letter(), 24),
    "avif alpha": (saved(inked("RGBA"), "AVIF", quality=95), letter(), 24),
    "heic": (saved(L.convert("RGB"), "HEIF", quality=95), letter(), 24),
    "heic grey": (saved(L, "HEIF", quality=95), letter(), 24),
    "heic alpha": (saved(inked("RGBA"), "HEIF", quality=95), letter(), 24),
    "heic of 16 bits": (saved(Image.fromarray(DEEP), "HEIF", quality=95), letter(), 24),
    "bmp": (saved(L, "BMP"), letter(), 0),
    "bmp colours": (saved(hues(), "BMP"), luma(hues()), 1),
    "tiff": (saved(L, "TIFF"), letter(), 0),
    "tiff LZW": (saved(hues(), "TIFF", compression="tiff_lzw"), luma(hues()), 1),
    "tiff fax": (saved(L.convert("1", dither=0), "TIFF", compression="group4"), BINARY, 0),
    "tiff CMYK": (saved(pictures.cmyk(), "TIFF"), letter(), 1),
    "tiff LAB": (saved(Image.merge("LAB", [L, Image.new("L", L.size, 128), NEGATIVE]), "TIFF"), letter(), 0),
    "tiff RGBA": (saved(inked("RGBA"), "TIFF"), letter(), 0),
    "tiff two pages": (saved(L, "TIFF", save_all=True, append_images=[NEGATIVE]), letter(), 0),
    "tiff 12 bits": (pictures.twelve_bits(), letter(), 0),
    "tiff 16 bits": (letter_tiff("<u2", 65535), letter(), 0),
    "tiff 16 bits, white is zero": (letter_tiff("<u2", 65535, photometric=0), 255 - letter(), 0),
    "tiff 16 bits, big-endian": (pictures.encoded(".tiff", DEEP), letter(), 0),
    "tiff 32 bits": (letter_tiff("<u4", 2**32 - 1), letter(), 0),
    "tiff 32 bits, signed": (letter_tiff("<i4", 2**31 - 1, sample_format=2), letter(), 0),
    "tiff floats to 1": (letter_tiff("<f4", 1, sample_format=3), letter(), 0),
    "tiff floats to 255": (letter_tiff("<f4", 255, sample_format=3), letter(), 0),
    "pgm": (saved(L, "PPM"), letter(), 0),
    "pgm 16 bits": (b"P5 32 48 65535\n" + DEEP.astype(">u2").tobytes(), letter(), 0),
    "pbm": (saved(L.convert("1", dither=0), "PPM"), BINARY, 0),
}


@pytest.mark.parametrize(("file", "page", "tolerance"), FILES.values(), ids=FILES.keys())
def test_every_format_gives_the_page(file, page, tolerance):
    assert close(to_grey(file), page, tolerance)


MODES = ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB", "HSV", "I", "F"]
MODES += ["I;16", "I;16L", "I;16B", "I;16N"]


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_of_an_image_gives_a_page(mode):
    image = Image.new(mode, (3, 2))
    white = image.has_transparency_data or mode == "CMYK"
    assert to_grey(image).tolist() == [[255 if white else 0] * 3] * 2


# Orientation

STORED = {  # EXIF orientation -> how a camera stores what is seen upright
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def turned(orientation: int, kind: str) -> bytes:
    stored = L if STORED[orientation] is None else L.transpose(STORED[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = stored.convert("RGB")
    if kind == "HEIF":  # the writer turns EXIF's word into HEIF's own, which alone counts there
        stored.info["exif"] = exif.tobytes()
        return saved(stored, kind, quality=95)
    return saved(stored, kind, exif=exif, **({} if kind in ("PNG", "TIFF") else {"quality": 95}))


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "MPO"])
def test_exif_orientation_is_applied_once(kind, orientation):
    data = turned(orientation, kind)
    assert close(to_grey(data), letter(), 24)
    assert close(to_grey(Image.open(io.BytesIO(data))), letter(), 24)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_changes_nothing(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert close(to_grey(saved(L, "PNG", exif=exif)), letter(), 0)


def test_damaged_exif_is_no_reason_to_refuse_a_picture():
    data = saved(L, "PNG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    assert close(to_grey(data), letter(), 0)


def test_exif_that_is_none_is_no_reason_either():
    data = saved(L, "PNG", exif=b"Exif\0\0seven")
    with pytest.raises(SyntaxError):
        Image.open(io.BytesIO(data)).getexif()
    assert close(to_grey(data), letter(), 0)


@pytest.mark.parametrize("orientation", STORED)
def test_a_single_row_can_be_turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = to_grey(saved(np.array([[0, 80, 255]], np.uint8), "PNG", exif=exif))
    assert sorted(page.ravel().tolist()) == [0, 80, 255]
    assert page.shape == ((1, 3) if orientation < 5 else (3, 1))


# Arrays

CANVAS = np.zeros((48, 32, 4), np.uint8)
CANVAS[..., 3] = 255 - letter()
ARRAYS = {  # id: (array, page)
    "grey": (letter(), letter()),
    "grey with a third axis": (letter()[..., np.newaxis], letter()),
    "grey and alpha": (np.dstack([np.zeros_like(letter()), 255 - letter()]), letter()),
    "colours": (hues(), luma(hues())),
    "canvas": (CANVAS, letter()),
    "canvas before the first stroke": (np.zeros((48, 32, 4), np.uint8), np.full((48, 32), 255)),
    "every other pixel of a larger array": (letter().repeat(2, 0).repeat(2, 1)[::2, ::2], letter()),
    "flipped view": (letter()[::-1][::-1], letter()),
    "columns first": (np.asfortranarray(letter()), letter()),
    "colours, columns first": (np.asfortranarray(hues()), luma(hues())),
    "bool": (letter() == 255, BINARY),
    "uint16": (DEEP, letter()),
    "uint16 big-endian": (DEEP.astype(">u2"), letter()),
    "uint16 colours": (hues().astype(np.uint16) * 257, luma(hues())),
    "uint16, nearly black": (letter().astype(np.uint16), np.where(letter() == 255, 1, 0)),
    "int32, dark": (DEEP.astype(np.int32) // 4, np.rint(DEEP // 4 / 257)),
    "int64 up to 255": (letter().astype(np.int64), letter()),
    "int32 up to 65535": (DEEP.astype(np.int32), letter()),
    "uint32": (letter().astype(np.uint32) * (2**32 // 255), letter()),
    "float64 up to 1": (letter() / 255, letter()),
    "float32 up to 255": (letter().astype(np.float32), letter()),
    "float16 up to 1": ((letter() / 255).astype(np.float16), letter()),
    "float64, enormous": (letter() * 1e300, letter()),
    "floats that overshoot black": (np.where(letter() == 0, -0.01, letter() / 255), letter()),
    "float RGBA": (CANVAS / 255, letter()),
    "float zeros": (np.zeros((2, 3)), np.zeros((2, 3))),
}


@pytest.mark.parametrize(("array", "page"), ARRAYS.values(), ids=ARRAYS.keys())
def test_arrays_give_the_page(array, page):
    before = array.copy()
    result = to_grey(array)
    assert close(result, page, 1 if array.ndim == 3 else 0)
    assert result.flags.c_contiguous and result.flags.writeable and not np.shares_memory(result, array)
    assert np.array_equal(array, before)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (4, 1), (1, 4), (1, 1, 4), (4, 1, 4), (1, 4, 2), (1, 30000)])
def test_thin_pages_are_pages(shape):
    page = to_grey(np.zeros(shape, np.uint8))
    assert page.shape == shape[:2]
    assert (page == (255 if len(shape) == 3 else 0)).all()


def test_half_transparent_ink_is_halfway_to_white():
    canvas = np.zeros((1, 256, 4), np.uint8)
    canvas[..., :3], canvas[0, :, 3] = (40, 90, 200), np.arange(256)
    grey = 0.299 * 40 + 0.587 * 90 + 0.114 * 200
    expected = 255 + (grey - 255) * np.arange(256) / 255
    assert np.abs(to_grey(canvas)[0] - expected).max() <= 1


def test_light_ink_on_nothing_stands_out_from_black():
    drawn = np.full((3000, 2400, 4), 250, np.uint8)  # so large that it is read in bands, some of which have no ink
    drawn[..., 3] = 0
    drawn[1000:1200, 900:1400, 3] = 255
    page = to_grey(drawn)
    assert page[0, 0] == page[-1, -1] == 0 and (page[1000:1200, 900:1400] == 250).all()


def test_light_paper_with_clear_corners_stays_on_white():
    photo = np.full((60, 40, 4), 240, np.uint8)
    photo[..., 3] = 255
    photo[:9, :9, 3] = 0
    assert to_grey(photo).min() == 240


# Doors


def test_all_doors_give_one_page(tmp_path):
    rng = np.random.default_rng(3)
    colours = rng.integers(0, 256, (40, 50, 4), dtype=np.uint8)
    data = saved(colours, "PNG")
    path = tmp_path / "រូបភាព 1.png"
    path.write_bytes(data)
    expected = to_grey(colours)
    with path.open("rb") as file, Image.open(path) as lazy:
        doors = [data, bytearray(data), memoryview(data), path, str(path), file, io.BytesIO(data), lazy]
        doors += [Image.fromarray(colours)]
        for door in doors:
            assert np.array_equal(to_grey(door), expected), type(door)


@pytest.mark.parametrize("options", [{"subsampling": 0}, {"subsampling": 2}, {"keep_rgb": True}], ids=str)
def test_a_jpeg_and_its_decoded_image_give_one_page(options):
    data = saved(hues(), "JPEG", quality=90, **options)
    with Image.open(io.BytesIO(data)) as image:
        assert close(to_grey(data), to_grey(image), 8)  # the file's own luma against that of colours cut to 0..255


def test_a_jpeg_gives_its_own_luma():
    data = saved(hues(), "JPEG", quality=90)
    image = Image.open(io.BytesIO(data))
    image.draft("L", None)
    assert image.mode == "L"
    assert close(to_grey(data), np.asarray(image), 0)


def test_a_palette_gives_the_page_of_its_colours():
    colours = np.random.default_rng(5).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    image = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16))
    image.putpalette(colours.tobytes())
    assert close(to_grey(image), to_grey(colours), 0)


def test_a_file_is_read_from_its_start_and_left_where_it_was():
    file = io.BytesIO(saved(L, "PNG"))
    file.seek(11)
    assert close(to_grey(file), letter(), 0)
    assert file.tell() == 11
    assert close(to_grey(file), letter(), 0)


def test_a_pipe_can_be_read():
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(saved(L, "PNG"))
    with os.fdopen(reading, "rb") as file:
        assert close(to_grey(file), letter(), 0)


@pytest.mark.parametrize("name", ["png RGBA", "png palette, transparent", "png colour key, 48 bits", "tiff CMYK"])
def test_an_image_is_not_modified(name):
    image = Image.open(io.BytesIO(FILES[name][0]))
    image.load()
    before = image.mode, image.size, dict(image.info), image.tobytes()
    page = to_grey(image)
    page[:] = 7
    assert (image.mode, image.size, dict(image.info), image.tobytes()) == before


def test_the_frame_that_an_image_stands_on_is_taken():
    image = Image.open(io.BytesIO(FILES["tiff two pages"][0]))
    image.seek(1)
    assert close(to_grey(image), 255 - letter(), 0)


# Errors

PNG = saved(L, "PNG")
FOREIGN = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3",
    "zip": b"PK\x03\x04\x14\0",
    "svg": b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg xmlns="http://www.w3.org/2000/svg">',
    "photoshop": b"8BPS\0\1" + b"\0" * 20,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "jpeg xl": b"\xff\x0a\xfa\x1f",
    "icon": b"\0\0\1\0\1\0",
    "video": b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0" * 20,
}
CANNOT = {  # id: (source, words of the problem, words of the remedy)
    "empty": (b"", "is empty", "again"),
    "text": (b"seven", "not a picture", "JPEG, PNG or HEIC"),
    "letters BM": (b"BMW is a car maker from Munich", "not a picture", "JPEG, PNG or HEIC"),
    **{name: (data, "not a photo", "Export it") for name, data in FOREIGN.items()},
    "damaged": (PNG[:60] + b"\xff" * 9 + PNG[69:], "damaged", "save it again"),
    "too many bytes": (PNG + b"\0" * images.MAX_BYTES, "larger than 50 MB", "as JPEG"),
    "missing": ("/nowhere/seven.png", "no file 'seven.png'", "name"),
    "name with a NUL": ("a\0b.png", "cannot be opened", "allowed"),
    "folder": (Path(__file__).parent, "is a folder", "one by one"),
    "text file": (io.StringIO("seven"), "as text", "binary"),
    "a number": (7, "cannot come as int", "an array"),
    "nothing": (None, "cannot come as NoneType", "an array"),
    "empty array": (np.zeros((0, 5), np.uint8), "no pixels", "something on it"),
    "empty image": (Image.new("L", (0, 5)), "no pixels", "something on it"),
    "array of numbers in a row": (np.zeros(9), "of shape (9,)", "(H, W)"),
    "array without axes": (np.array(7), "of shape ()", "(H, W)"),
    "array of five channels": (np.zeros((4, 4, 5), np.uint8), "of shape (4, 4, 5)", "(H, W)"),
    "array of words": (np.array([["a"]]), "array of <U1", "0 to 255"),
    "array of objects": (np.array([[None]]), "array of object", "0 to 255"),
    "complex array": (np.zeros((2, 2), complex), "array of complex128", "0 to 255"),
    "array with NaN": (np.full((2, 2), np.nan), "not numbers", "colour of the paper"),
    "array with infinity": (np.array([[0, np.inf]]), "not numbers", "colour of the paper"),
    "array from -1 to 1": (np.linspace(-1, 1, 9).reshape(3, 3), "below zero", "0 to 255"),
    "large array": (np.broadcast_to(np.uint8(0), (20_000, 20_000)), "100 megapixels", "Crop"),
    "long array": (np.zeros((40_000, 1), np.uint8), "longer than 32767", "shorter pieces"),
}


@pytest.mark.parametrize(("source", "problem", "remedy"), CANNOT.values(), ids=CANNOT.keys())
def test_every_cause_has_an_error_of_its_own(source, problem, remedy):
    with pytest.raises(LekhError) as caught:
        to_grey(source)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


def test_a_closed_file_says_so():
    file = io.BytesIO(PNG)
    file.close()
    with pytest.raises(LekhError, match="cannot be read"):
        to_grey(file)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.8])
@pytest.mark.parametrize(
    "name",
    ["png RGBA", "jpeg colours", "jpeg progressive", "gif", "webp", "avif", "heic", "bmp", "tiff", "tiff LZW", "pgm"],
)
def test_a_file_that_is_cut_short_is_called_incomplete(name, share):
    data = FILES[name][0]
    with pytest.raises(LekhError) as caught:
        to_grey(data[: int(len(data) * share)])
    assert "incomplete" in caught.value.problem
    assert "again" in caught.value.remedy


def test_an_image_opened_from_a_file_that_is_cut_short_is_called_incomplete():
    data = FILES["jpeg colours"][0]
    image = Image.open(io.BytesIO(data[: len(data) * 3 // 4]))
    with pytest.raises(LekhError, match="incomplete"):
        to_grey(image)


BMP, GIF, WEBP = FILES["bmp"][0], FILES["gif"][0], FILES["webp animated"][0]
BOMBS = {
    "png": lambda width, height: pictures.png(width, height, 8, 0, b""),
    "gif": lambda width, height: GIF[:6] + np.array([width, height], "<u2").tobytes() + GIF[10:],
    "bmp": lambda width, height: BMP[:18] + np.array([width, height], "<i4").tobytes() + BMP[26:],
    "tiff": lambda width, height: pictures.tiff(width, height, b"\0\0", bits=8),
    "pgm": lambda width, height: b"P5 %d %d 255\n" % (width, height),
}


@pytest.mark.parametrize("kind", BOMBS)
@pytest.mark.parametrize(
    ("width", "height", "problem"),
    [(11_000, 10_000, "100 megapixels"), (60_000, 60_000, "100 megapixels"), (40_000, 10, "longer than 32767")],
)
def test_a_bomb_is_refused_by_its_header(kind, width, height, problem):
    start = time.process_time()
    with pytest.raises(LekhError, match=problem):
        to_grey(BOMBS[kind](width, height))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "PPM"])
@pytest.mark.parametrize(("limit", "value"), [("MAX_PIXELS", 32 * 48 - 1), ("MAX_SIDE", 47)])
def test_limits_hold_for_each_format_before_it_is_decoded(kind, limit, value, monkeypatch):
    data = saved(L.convert("RGB"), kind)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("It was decoded."))
    monkeypatch.setattr(images, limit, value)
    with pytest.raises(LekhError, match=r"megapixels|longer"):
        to_grey(data)


def test_a_small_webp_may_not_claim_a_hundred_megapixels():
    canvas = WEBP.index(b"VP8X") + 12
    side = (9_999).to_bytes(3, "little")
    with pytest.raises(LekhError, match="more than 20 megapixels"):
        to_grey(WEBP[:canvas] + side + side + WEBP[canvas + 6 :])


def test_a_lack_of_memory_is_said(monkeypatch):
    def load(self):
        raise MemoryError

    monkeypatch.setattr(Image.Image, "load", load)
    with pytest.raises(LekhError, match="memory"):
        to_grey(Image.new("L", (2, 2)))


def test_remedies_differ_where_causes_do():
    causes = ["empty", "text", "pdf", "damaged", "too many bytes", "missing", "folder", "empty array", "large array"]
    remedies = set()
    for source in [*(CANNOT[cause][0] for cause in causes), PNG[: len(PNG) // 2]]:
        with pytest.raises(LekhError) as caught:
            to_grey(source)
        remedies.add(caught.value.remedy)
    assert len(remedies) == len(causes) + 1


def test_contents_never_enter_a_message():
    for secret in (
        b"SECRET",
        b"%PDF SECRET",
        b"\x89PNG\r\n\x1a\nSECRET",
        b"P5 SECRET",
        b"II*\0SECRET",
        b"GIF89aSECRET",
    ):
        with pytest.raises(LekhError) as caught:
            to_grey(secret * 9)
        assert "SECRET" not in str(caught.value)


# The process around it


def test_only_what_a_picture_needs_is_loaded():
    code = (
        "import sys; from lekh.images import to_grey; to_grey(sys.stdin.buffer);"
        "print(sorted({'pillow_heif', 'tensorflow', 'streamlit', 'PIL.EpsImagePlugin'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], input=PNG, capture_output=True, check=True, cwd=root)
    assert done.stdout.decode().strip() == "[]"


def test_global_settings_of_pillow_stay():
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    for data, _, _ in FILES.values():
        to_grey(data)
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


def test_threads_do_not_disturb_each_other():
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda entry: (to_grey(entry[0]), entry[1:]), list(FILES.values()) * 4))
    assert all(close(page, *expected) for page, expected in pages)


def test_a_canvas_takes_less_than_a_millisecond():
    canvas = np.zeros((280, 280, 4), np.uint8)
    times = []
    for _ in range(50):
        start = time.process_time()
        to_grey(canvas)
        times.append(time.process_time() - start)
    assert np.median(times) < 1e-3
