"""Any picture -> grey page. Mode, alpha, depth and EXIF orientation are decided here and nowhere else."""

import functools
import importlib
import io
import os
import re
import struct
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

from lekh.errors import LekhError

Source = bytes | str | Path | Image.Image | np.ndarray | BinaryIO

MAX_BYTES = 50 * 2**20
MAX_PIXELS = 100_000_000
MAX_SIDE = 32_767  # OpenCV addresses pixels with signed 16-bit numbers where it warps

# A small host lends 690 MB to all: whatever the picture, 300 MB decode it. As much less than `MAX_PIXELS` may come
_COPIES = {"WEBP": 5, "AVIF": 2, "HEIF": 2}  # from readers that hold a picture several times,
_DEPTHS = {
    "1": 1,
    "L": 1,
    "P": 1,
    "I;16": 3,
    "I;16B": 3,
    "I": 5,
    "F": 5,
}  # and in modes that take several bytes a pixel;
_COLOURS = 2  # all other modes take four
_BAND = 2_000_000  # pixels that are made grey at a time, so that no second picture of the whole is in memory

_ORIENTATION, _BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 274, 258, 262, 339  # tags of EXIF and TIFF
_TURNS = {  # EXIF orientation -> what brings the page upright
    2: lambda page: cv2.flip(page, 1),
    3: lambda page: cv2.rotate(page, cv2.ROTATE_180),
    4: lambda page: cv2.flip(page, 0),
    5: cv2.transpose,
    6: lambda page: cv2.rotate(page, cv2.ROTATE_90_CLOCKWISE),
    7: lambda page: cv2.flip(cv2.transpose(page), -1),
    8: lambda page: cv2.rotate(page, cv2.ROTATE_90_COUNTERCLOCKWISE),
}
_SIGNATURES = (  # how a file begins, the Pillow format that reads it, the module that holds the format
    (re.compile(rb"\xff\xd8\xff"), "JPEG", "PIL.JpegImagePlugin"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG", "PIL.PngImagePlugin"),
    (re.compile(rb"GIF8[79]a"), "GIF", "PIL.GifImagePlugin"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "WEBP", "PIL.WebPImagePlugin"),
    (re.compile(rb"....ftyp.*?avi[fs]", re.DOTALL), "AVIF", "PIL.AvifImagePlugin"),
    (re.compile(rb"....ftyp.*?(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL), "HEIF", "pillow_heif"),
    (re.compile(rb"II[*+]\0|MM\0[*+]"), "TIFF", "PIL.TiffImagePlugin"),
    (re.compile(rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), "BMP", "PIL.BmpImagePlugin"),
    (re.compile(rb"P[1-6]\s"), "PPM", "PIL.PpmImagePlugin"),
)
_FOREIGN = (  # how a file begins that people take for a picture, and what it is
    (re.compile(rb"%PDF"), "a PDF document"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive or an office document"),
    (re.compile(rb"8BPS"), "a Photoshop document"),
    (re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"), "a PostScript document"),
    (re.compile(rb"\s*(?:<\?xml.*?)?(?:<!--.*?)?<svg", re.DOTALL), "an SVG drawing"),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"), "a JPEG 2000 picture"),
    (re.compile(rb"\0\0\0\x0cJXL |\xff\x0a"), "a JPEG XL picture"),
    (re.compile(rb"\0\0[\1\2]\0"), "an icon"),
    (re.compile(rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI ", re.DOTALL), "a video"),
)
_GLANCE = 512  # pixels of either side, of a transparent picture
_MOST_INK, _LIGHT_INK = 0.5, 0.8  # of such a picture, what strokes cover; of white, what is lost on that
_HEAD = 512  # bytes that decide what a file is


def to_grey(source: Source) -> np.ndarray:
    """The page of a picture: grey, upright, at its own resolution.

    Args:
        source: a file's bytes, its path, an open binary file (read from its start, its position kept), a PIL image
            (its current frame), or an array: `(H, W)` grey, `(H, W, 2)` grey and alpha, `(H, W, 3)` RGB or
            `(H, W, 4)` RGBA. Arrays are uint8 0..255, uint16 0..65535, bool, other integers (full scale 255 or
            65535, the least that holds them all), or floats (full scale 1, 255 or 65535 likewise).
            Of files that hold several frames the first is taken. Transparent means white, or black around light ink.

    Returns:
        uint8 `(H, W)`, 0 black .. 255 white; always a new array, `source` is never modified.

    Raises:
        LekhError: the source is empty, incomplete, damaged, too large, or no picture, with what to do about it.
    """
    if isinstance(source, np.ndarray):
        return _array_to_grey(source)
    if isinstance(source, Image.Image):
        return _image_to_grey(source)
    return _bytes_to_grey(_file_bytes(source))


# Files


def _file_bytes(source) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | os.PathLike):
        data = _read_path(Path(source))
    elif hasattr(source, "read"):
        data = _read_stream(source)
    else:
        raise LekhError(
            f"A picture cannot come as {type(source).__name__}", "Give bytes, a path, a PIL image or an array"
        )
    if not data:
        raise LekhError("This file is empty", "Save or take the picture again")
    if len(data) > MAX_BYTES:
        raise LekhError(
            f"This file is larger than {MAX_BYTES // 2**20} MB", "Save the picture as JPEG to make it smaller"
        )
    return data


def _read_path(path: Path) -> bytes:
    name = repr(path.name or str(path))
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise LekhError(f"There is no file {name}", "Check its name and its folder") from error
    except IsADirectoryError as error:
        raise LekhError(f"{name} is a folder", "Name the pictures in it one by one") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise LekhError(f"The file {name} cannot be opened", "Check that you are allowed to read it") from error


def _read_stream(file: BinaryIO) -> bytes:
    try:
        seekable = file.seekable()
        start = file.tell() if seekable else 0
        if seekable:
            file.seek(0)
        data = file.read(MAX_BYTES + 1)
        if seekable:
            file.seek(start)
    except (AttributeError, OSError, ValueError) as error:  # ValueError: it is closed
        raise LekhError("This open file cannot be read", "Open it again in binary mode") from error
    if not isinstance(data, bytes):
        raise LekhError("This file was opened as text", "Open it in binary mode")
    return data


def _bytes_to_grey(data: bytes) -> np.ndarray:
    kind = _kind(data)
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            if kind == "JPEG":
                image.draft("L", None)  # the file's own luma: less time, a third of the memory
            _check_size(*image.size, MAX_PIXELS // max(_COPIES.get(kind, 1), _DEPTHS.get(image.mode, _COLOURS)))
            return _upright(image)
    except LekhError:
        raise
    except Exception as error:  # Pillow's readers raise nearly every type there is on a damaged file
        raise _reason(error, _is_cut_short(data, kind)) from error


def _kind(data: bytes) -> str:
    """The Pillow format of a file, with its reader loaded; only these few readers ever see a person's file."""
    head = data[:_HEAD]
    if head[4:8] == b"ftyp":
        head = head[: max(16, int.from_bytes(head[:4], "big"))]  # its own brands, nothing behind them
    for signature, kind, module in _SIGNATURES:
        if signature.match(head):
            _load_reader(module)
            return kind
    for signature, what in _FOREIGN:
        if signature.match(head):
            raise LekhError(
                f"This file is {what}, not a photo", "Export it as PNG or JPEG, or upload a screenshot of it"
            )
    raise LekhError("This file is not a picture", "Upload a photo as JPEG, PNG or HEIC")


@functools.cache
def _load_reader(module: str) -> None:
    reader = importlib.import_module(module)
    if module == "pillow_heif":
        reader.register_heif_opener()


def _is_cut_short(data: bytes, kind: str) -> bool:
    """Whether a file that could not be decoded ends before its format says it should."""
    if kind == "JPEG":
        return b"\xff\xd9" not in data[-1024:]
    if kind == "PNG":
        return b"IEND" not in data[-1024:]
    if kind == "GIF":
        return data[-1:] != b"\x3b"
    if kind == "WEBP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    if kind == "BMP":
        return len(data) < int.from_bytes(data[2:6], "little")
    if kind in ("AVIF", "HEIF"):
        return _boxes_end(data) > len(data)
    if kind == "TIFF":
        return _directory_end(data) > len(data)
    return False  # PPM does not say


def _boxes_end(data: bytes) -> int:
    """Where the last top-level box of an ISO media file ends."""
    end = 0
    while end + 8 <= len(data):
        size = int.from_bytes(data[end : end + 4], "big")
        if size == 1 and end + 16 <= len(data):
            (size,) = struct.unpack(">Q", data[end + 8 : end + 16])
        if size < 8:  # 0: up to the end of the file
            return len(data)
        end += size
    return end if end >= len(data) else len(data) + 1


def _directory_end(data: bytes) -> int:
    """Where the first directory of a TIFF ends, which stands behind the pixels as a rule."""
    order = "<" if data[:2] == b"II" else ">"
    big = b"+" in data[2:4]
    start, entries = (8, order + "Q") if big else (4, order + "I")
    try:
        (offset,) = struct.unpack_from(entries, data, start)
        (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, offset)
    except (struct.error, OverflowError):
        return len(data) + 1
    return offset + count * (20 if big else 12)


# Images


def _image_to_grey(image: Image.Image) -> np.ndarray:
    try:
        return _upright(image)
    except LekhError:
        raise
    except Exception as error:  # a lazily opened file is decoded here, and fails as files do
        raise _reason(error) from error


def _upright(image: Image.Image) -> np.ndarray:
    _check_size(*image.size)
    image.load()
    _check_size(*image.size)  # HEIF may find another size when it decodes
    turn = _TURNS.get(_orientation(image))
    return turn(_flat(image)) if turn else _flat(image)


def _flat(image: Image.Image) -> np.ndarray:
    """uint8 `(H, W)` of an image in any mode, composited and not yet turned."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _deep_to_grey(image)
    width, height = image.size
    grey, rows, on_black = np.empty((height, width), np.uint8), _band(width), _is_light_ink(image)
    for top in range(0, height, rows):
        below = min(height, top + rows)
        grey[top:below] = _flat_band(image if rows >= height else image.crop((0, top, width, below)), on_black)
    return grey


def _band(width: int) -> int:
    return max(1, _BAND // width)


def _flat_band(image: Image.Image, on_black: bool) -> np.ndarray:
    if image.mode == "LAB":
        return np.asarray(image.getchannel("L"))
    if image.has_transparency_data:
        return _composited(*_grey_and_alpha(image), on_black)
    return np.asarray(image if image.mode == "L" else image.convert("L"))


def _is_light_ink(image: Image.Image) -> bool:
    """Whether nothing but light strokes is on a transparent picture: on white they would be lost."""
    if not image.has_transparency_data:
        return False
    size = tuple(min(side, _GLANCE) for side in image.size)
    grey, alpha = _grey_and_alpha(image.resize(size, Image.Resampling.NEAREST))
    light = cv2.multiply(grey, alpha, scale=1 / 255)
    return bool(alpha.mean() < 255 * _MOST_INK and light.sum(dtype=float) > _LIGHT_INK * alpha.sum(dtype=float))


def _grey_and_alpha(image: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    image = _with_alpha(image.convert("LA") if image.mode == "La" else image)
    return np.asarray(image.convert("L")), np.asarray(image.getchannel("A"))


def _with_alpha(image: Image.Image) -> Image.Image:
    key = image.info.get("transparency")
    if image.mode == "RGB" and max(key) > 255:  # of 16 bits a channel: Pillow brings the colours to 8, not the key
        image = image.copy()
        image.info["transparency"] = tuple(level >> 8 for level in key)
    return image.convert("RGBA")


def _deep_to_grey(image: Image.Image) -> np.ndarray:
    """uint8 `(H, W)` of an image with one channel of more than 8 bits."""
    numbers = np.asarray(image)
    tags = getattr(image, "tag_v2", {})  # a TIFF can mean something else than Pillow's mode says
    if image.mode == "I" and tags and tags.get(_SAMPLE_FORMAT, (1,)) == (1,):
        numbers = numbers.view(np.uint32)
    if image.mode != "I" and tags.get(_BITS, (16,)) == (12,):
        numbers = numbers.astype(np.float32) / 4095
    grey = _numbers_to_bytes(numbers)
    if tags.get(_PHOTOMETRIC) == 0:  # white is zero
        grey = cv2.bitwise_not(grey)
    if (key := image.info.get("transparency")) is not None:
        grey[numbers == key] = 255
    return grey


def _composited(grey: np.ndarray, alpha: np.ndarray, on_black: bool) -> np.ndarray:
    """Grey on white, or black. Luma is linear, so that this equals compositing the colours first."""
    if on_black:
        return cv2.multiply(grey, alpha, scale=1 / 255)
    return cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(grey), alpha, scale=1 / 255))


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 where there is none; damaged EXIF is no reason to refuse a picture."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - EXIF is a TIFF of its own, and fails like one
        return 1


# Arrays


def _array_to_grey(array: np.ndarray) -> np.ndarray:
    channels = 1 if array.ndim == 2 else array.shape[2] if array.ndim == 3 else 0
    if not 1 <= channels <= 4:
        raise LekhError(
            f"An array of shape {array.shape} is not a picture", "Give (H, W), (H, W, 3) RGB or (H, W, 4) RGBA"
        )
    _check_size(array.shape[1], array.shape[0])
    if channels == 1:
        array = array.reshape(array.shape[:2])
        return np.array(array, order="C") if array.dtype == np.uint8 else _numbers_to_bytes(array)
    levels = array if array.dtype == np.uint8 else _numbers_to_bytes(array)
    return _flat(Image.fromarray(np.ascontiguousarray(levels)))


def _numbers_to_bytes(numbers: np.ndarray) -> np.ndarray:
    """uint8 of the same shape, scaled by what the depth means."""
    kind = numbers.dtype.kind
    if kind == "b":
        return numbers.astype(np.uint8) * 255
    if kind not in "uif":
        raise LekhError(f"An array of {numbers.dtype} is not a picture", "Give numbers from 0 to 255")
    low, high = float(numbers.min()), float(numbers.max())
    if not np.isfinite(low + high):
        raise LekhError("This picture holds values that are not numbers", "Replace them by the colour of the paper")
    scale = _full_scale(numbers.dtype, high)
    if low < -0.05 * scale:
        raise LekhError("This picture holds values below zero", "Scale it to numbers from 0 to 255")
    made, kind = np.empty(numbers.shape, np.uint8), np.result_type(numbers.dtype, np.float32)
    rows = _band(numbers[0].size)
    for top in range(0, len(numbers), rows):
        floats = numbers[top : top + rows].astype(kind, copy=False)
        made[top : top + rows] = np.clip(np.rint(floats * (255 / scale)), 0, 255)
    return made


def _full_scale(dtype: np.dtype, high: float) -> float:
    """The number that means white: what the type says, or else the least usual one that holds `high`."""
    if dtype == np.uint16:
        return 65535
    usual = (1, 255, 65535) if dtype.kind == "f" else (255, 65535, 2**31 - 1, 2**32 - 1)
    return next((scale for scale in usual if high <= scale), high)


# Limits and errors


def _check_size(width: int, height: int, pixels: int | None = None) -> None:
    if width < 1 or height < 1:
        raise LekhError("This picture has no pixels", "Choose a picture with something on it")
    pixels = MAX_PIXELS if pixels is None else pixels
    if width * height > pixels:
        raise _too_many_pixels(pixels)
    if max(width, height) > MAX_SIDE:
        raise LekhError(f"This picture is longer than {MAX_SIDE} pixels", "Cut it into shorter pieces")


def _too_many_pixels(limit: int) -> LekhError:
    return LekhError(
        f"This picture has more than {limit / 1e6:.0f} megapixels", "Crop it to the digits, or scale it down"
    )


def _reason(error: Exception, cut_short: bool = False) -> LekhError:
    """What a person should know of an error that Pillow raised."""
    if isinstance(error, Image.DecompressionBombError):
        return _too_many_pixels(MAX_PIXELS)
    if isinstance(error, MemoryError):
        return LekhError("This picture needs more memory than there is", "Make it smaller before you upload it")
    if cut_short or isinstance(error, EOFError) or "truncated" in str(error).lower():
        return LekhError("This file is incomplete: its end is missing", "Copy or upload it again")
    return LekhError(
        "This picture is damaged or of an unusual kind", "Open it in another program and save it again as PNG or JPEG"
    )
