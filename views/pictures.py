"""Pictures for the eye: small, and as `data:` addresses, so that an answer comes whole, in one message.

Files served beside the page would come late, and are gone when the next stroke is faster than the browser.
"""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SIDE = 240  # pixels of a step, about 90 on the page, more on a dense screen
PAGE = 1600  # pixels of a page whose digits are looked at one by one
THUMBNAIL = 120


def photo(grey: np.ndarray) -> str:
    """A JPEG of at most `SIDE` pixels a side, from a uint8 page `(H, W)`."""
    picture = Image.fromarray(grey)
    picture.thumbnail((SIDE, SIDE))
    return _address(picture, "JPEG", quality=85)


def page(grey: np.ndarray) -> str:
    """A JPEG of at most `PAGE` pixels a side, from a uint8 page `(H, W)`: 0.1 to 0.3 MB."""
    picture = Image.fromarray(grey)
    picture.thumbnail((PAGE, PAGE))
    return _address(picture, "JPEG", quality=70)


def ink(values: np.ndarray) -> str:
    """A PNG, black on white, of at most `SIDE` pixels a side, from ink `(h, w)` between 0 and 1."""
    picture = _black_on_white(values)
    picture.thumbnail((SIDE, SIDE))
    return _address(picture, "PNG")


def network_input(values: np.ndarray) -> str:
    """A PNG, black on white, with each pixel of `(S, S, 1)` between 0 and 1 blown up to a crisp square."""
    picture = _black_on_white(values[..., 0])
    times = max(1, SIDE // max(picture.size))
    return _address(picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST), "PNG")


def thumbnail(path: Path, aspect: float = 1.0) -> str:
    """A JPEG of at most `THUMBNAIL` pixels in height, upright, from a picture file; of a wider one the beginning."""
    with Image.open(path) as picture:
        small = ImageOps.exif_transpose(picture).convert("RGB")
    if small.width > aspect * small.height or aspect > 1:
        height = min(small.height, round(small.width / aspect))
        small = ImageOps.fit(small, (round(aspect * height), height), centering=(0.12, 0.12))
    small.thumbnail((round(aspect * THUMBNAIL), THUMBNAIL))
    return _address(small, "JPEG", quality=85)


def _black_on_white(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.uint8(np.round(255 * (1 - np.clip(values, 0, 1)))))


def _address(picture: Image.Image, form: str, **options) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return f"data:image/{form.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
