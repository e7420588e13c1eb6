"""Picture files built on the spot: an L, whose every turn and flip looks different, in the formats people upload."""

import io
import struct
import zlib

import cv2
import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()  # the tests write HEIC; `lekh.images` must not depend on it


def letter() -> np.ndarray:
    """uint8 `(48, 32)`: an upright L, its stem black, its foot grey, on white."""
    page = np.full((48, 32), 255, np.uint8)
    page[6:42, 6:12] = 0
    page[36:42, 12:28] = 80
    return page


def hues() -> np.ndarray:
    """uint8 `(48, 32, 3)`: the L in colours: a red stem and a blue foot on pale yellow."""
    colours = np.full((48, 32, 3), (250, 240, 180), np.uint8)
    colours[6:42, 6:12] = (160, 20, 30)
    colours[36:42, 12:28] = (20, 40, 170)
    return colours


def luma(colours: np.ndarray) -> np.ndarray:
    """uint8 grey of RGB, by the weights of ITU-R 601."""
    return np.rint(colours @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)


def saved(image: Image.Image | np.ndarray, kind: str, **options) -> bytes:
    """The bytes of a file of format `kind`."""
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def encoded(suffix: str, pixels: np.ndarray) -> bytes:
    """A file as OpenCV writes it: the way to 16 bits a channel, which Pillow does not write."""
    bgr = pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]
    return cv2.imencode(suffix, np.ascontiguousarray(bgr))[1].tobytes()


def inked(mode: str) -> Image.Image:
    """An image of `mode` ("RGBA" or "LA") with the L in its alpha alone: all black, opaque where there is ink."""
    alpha = Image.fromarray(255 - letter())
    return Image.merge(mode, [Image.new("L", alpha.size, 0)] * (len(mode) - 1) + [alpha])


def palette(transparent: bool) -> Image.Image:
    """A palette image whose indices say nothing of the brightness; white is a colour of it, or transparent."""
    colours = [128, 128, 128, 0, 0, 0, 80, 80, 80, 255, 255, 255]
    page = letter()
    indices = np.select([page == 0, page == 80], [1, 2], 0 if transparent else 3).astype(np.uint8)
    image = Image.fromarray(indices)
    image.putpalette(colours)
    if transparent:
        image.info["transparency"] = 0
    return image


def cmyk() -> Image.Image:
    """A CMYK image: the L as black ink alone."""
    black = Image.fromarray(255 - letter())
    nothing = Image.new("L", black.size, 0)
    return Image.merge("CMYK", [nothing, nothing, nothing, black])


def png(width: int, height: int, bits: int, colour: int, raw: bytes, key: bytes = b"") -> bytes:
    """A PNG from its raw scan lines, with a transparent colour `key` if there is one."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))]
    chunks += [(b"tRNS", key)] if key else []
    chunks += [(b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, content) for name, content in chunks)


def png_chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG with the checksum that belongs to it."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def keyed_png(bits: int, colour: int, levels: np.ndarray, key: int) -> bytes:
    """A PNG of `levels` in which the grey `key` is transparent."""
    channels = 3 if colour == 2 else 1
    samples = np.repeat(levels[..., np.newaxis], channels, axis=2).astype(">u2" if bits == 16 else np.uint8)
    raw = b"".join(b"\0" + row.tobytes() for row in samples)
    return png(levels.shape[1], levels.shape[0], bits, colour, raw, struct.pack(f">{channels}H", *[key] * channels))


def tiff(width: int, height: int, pixels: bytes, bits: int, sample_format: int = 1, photometric: int = 1) -> bytes:
    """An uncompressed grey TIFF with little-endian samples."""
    pixels += b"\0" * (len(pixels) % 2)
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 273: 8, 277: 1, 278: height}
    tags |= {279: len(pixels), 339: sample_format}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + struct.pack("<H", len(tags)) + entries + b"\0" * 4


def letter_tiff(dtype: str, white: float, **options) -> bytes:
    """A TIFF of the L with samples of `dtype` in which `white` is white."""
    samples = (letter() / 255 * white).astype(dtype)
    return tiff(32, 48, samples.tobytes(), samples.dtype.itemsize * 8, **options)


def twelve_bits() -> bytes:
    """A TIFF of the L with 12 bits a pixel, two pixels in three bytes."""
    levels = np.rint(letter() / 255 * 4095).astype(int).reshape(-1, 2)
    packed = np.stack([levels[:, 0] >> 4, (levels[:, 0] & 15) << 4 | levels[:, 1] >> 8, levels[:, 1] & 255], axis=1)
    return tiff(32, 48, packed.astype(np.uint8).tobytes(), bits=12)
