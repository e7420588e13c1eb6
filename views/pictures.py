"""Pictures for the eye: small, and as `data:` addresses, so that an answer comes whole, in one message.

Files served beside the page would come late, and are gone when the next stroke is faster than the browser.
"""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from lekh.explain import FAINT

SIDE = 240  # pixels of a step, about 90 on the page, more on a dense screen
PAGE = 1600  # pixels of a page whose digits are looked at one by one
SLIM = 4  # times that a step is higher than wide; a strip of paper would fill a screen
THUMBNAIL = 120
EXAMPLE = 80  # of a collected digit, twice its width on the page
MAPS = 960  # of a sheet of maps, twice its width on the page
GAP = 205  # grey between them, which both themes bear
LITTLE, FOR, AGAINST = (203, 208, 207), (17, 85, 204), (230, 97, 1)  # grey, blue, orange: apart to every kind of eye


def photo(grey: np.ndarray) -> str:
    """A JPEG of at most `SIDE` pixels a side, from a uint8 page `(H, W)`."""
    return _address(_small(Image.fromarray(grey), GAP), "JPEG", quality=85)


def page(grey: np.ndarray) -> str:
    """A JPEG of at most `PAGE` pixels a side, from a uint8 page `(H, W)`: 0.1 to 0.3 MB."""
    picture = Image.fromarray(grey)
    picture.thumbnail((PAGE, PAGE))
    return _address(picture, "JPEG", quality=70)


def ink(values: np.ndarray) -> str:
    """A PNG, black on white, of at most `SIDE` pixels a side, from ink `(h, w)` between 0 and 1."""
    return _address(_small(_black_on_white(values), 255), "PNG")


def network_input(values: np.ndarray) -> str:
    """A PNG, black on white, with each pixel of `(S, S, 1)` between 0 and 1 blown up to a crisp square."""
    picture = _black_on_white(values[..., 0])
    times = max(1, SIDE // max(picture.size))
    return _address(picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST), "PNG")


def evidence(values: np.ndarray, weights: np.ndarray) -> str:
    """A PNG of a digit's ink on white: the bluer, the more it spoke for the answer; the more orange, against it.

    Args:
        values: float32 `(S, S)`, the ink, 0 .. 1.
        weights: float32 `(S, S)`, evidence of any scale, positive for the answer.
    """
    times = max(1, SIDE // max(values.shape))
    wide = values.shape[1] * times, values.shape[0] * times
    ink, said = (
        np.asarray(Image.fromarray(part.astype(np.float32)).resize(wide, Image.Resampling.BICUBIC))[..., np.newaxis]
        for part in (values, values * weights)
    )
    said = said / np.maximum(ink, 0.05)  # an edge is as its stroke
    share = np.clip((np.abs(said) / (np.abs(weights).max() or 1) - FAINT) / (1 - FAINT), 0, 1)
    share = np.sqrt(share)  # the eye sees what is little, too
    colour = np.where(said > 0, FOR, AGAINST) * share + np.array(LITTLE) * (1 - share)
    ink = np.clip(2 * ink - 0.3, 0, 1)  # crisp, though it was small
    return _address(Image.fromarray(np.uint8(np.round(255 * (1 - ink) + colour * ink))), "PNG")


def maps(values: np.ndarray, reach: float, columns: int) -> str:
    """A PNG of small maps in rows, white where a map has nothing, bluer with more, orange below nothing.

    Args:
        values: float32 `(K, h, w)`.
        reach: the value that has the full colour.
        columns: maps beside each other.
    """
    count, height, width = values.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    times = max(1, MAPS // ((width + 1) * columns))
    gap = max(2, times * width // 16)
    sheet = np.full((rows * (height * times + gap) - gap, columns * (width * times + gap) - gap, 3), GAP, np.uint8)
    share = np.clip(np.abs(values) / reach, 0, 1)[..., np.newaxis]
    painted = np.where(values[..., np.newaxis] > 0, FOR, AGAINST) * share + 255.0 * (1 - share)
    for place, small in enumerate(np.uint8(np.round(painted)).repeat(times, axis=1).repeat(times, axis=2)):
        y, x = (place // columns) * (height * times + gap), (place % columns) * (width * times + gap)
        sheet[y : y + small.shape[0], x : x + small.shape[1]] = small
    sheet[y:, x + width * times :] = 255  # where the last row ends
    return _address(Image.fromarray(sheet), "PNG")


def example(png: bytes) -> str:
    """A PNG of at most `EXAMPLE` pixels a side, from one in grey."""
    with Image.open(io.BytesIO(png), formats=("PNG",)) as picture:
        small = picture.convert("L")
    small.thumbnail((EXAMPLE, EXAMPLE))
    return _address(small, "PNG")


def thumbnail(path: Path, aspect: float = 1.0) -> str:
    """A JPEG of at most `THUMBNAIL` pixels in height, upright, from a picture file; of a wider one the beginning."""
    with Image.open(path) as picture:
        small = ImageOps.exif_transpose(picture).convert("RGB")
    if small.width > aspect * small.height or aspect > 1:
        height = min(small.height, round(small.width / aspect))
        small = ImageOps.fit(small, (round(aspect * height), height), centering=(0.12, 0.12))
    small.thumbnail((round(aspect * THUMBNAIL), THUMBNAIL))
    return _address(small, "JPEG", quality=85)


def _small(picture: Image.Image, around: int) -> Image.Image:
    """At most `SIDE` pixels a side; what is slimmer than `SLIM` allows has grey `around` it."""
    picture.thumbnail((SIDE, SIDE))
    least = -(-picture.height // SLIM)
    return picture if picture.width >= least else ImageOps.pad(picture, (least, picture.height), color=around)


def _black_on_white(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.uint8(np.round(255 * (1 - np.clip(values, 0, 1)))))


def _address(picture: Image.Image, form: str, **options) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return f"data:image/{form.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
