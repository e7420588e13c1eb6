"""Files of many digits -> Dataset: arrays in .npz, idx as MNIST has it, strokes in JSON."""

import gzip
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lekh.errors import LekhError
from lekh.labelled import LAYOUTS, Dataset, Strokes

# What the standard library and NumPy raise over a file that is damaged, or of another kind than its name says.
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,  # a member of an .npz that is encrypted, or packed in a way that zipfile lacks
)


def load_file(path: Path, script: str, name: str, arrays: Sequence[str]) -> Dataset:
    """The digits in one file: `.npz`, idx or strokes, see `lekh.datasets.load`.

    Raises:
        LekhError: it is of no kind that is known, damaged, or its shapes, labels and writers do not fit each other.
    """
    kind = path.name.lower().removesuffix(".gz")
    loader = next((loader for pattern, loader in _LOADERS if re.search(pattern, kind)), None)
    if loader is None or (loader is _load_npz and kind != path.name.lower()):
        raise LekhError(f"{path.name} is no data set that Lekh knows", LAYOUTS)
    options = {"arrays": arrays} if loader is _load_npz else {}
    try:
        return loader(path, script, name, **options)
    except UNREADABLE as error:
        raise LekhError(f"{path.name} is damaged or laid out in another way", LAYOUTS) from error


def _load_npz(path: Path, script: str, name: str, arrays: Sequence[str]) -> Dataset:
    with np.load(path, allow_pickle=False) as stored:
        missing = [key for key in (*arrays, "labels") if key not in stored]
        if missing:
            raise LekhError(
                f"{path.name} has no array called {missing[0]}", "Save it with the arrays images and labels"
            )
        pictures = [_as_pictures(stored[key], path.name) for key in arrays]
        labels = _as_labels(stored["labels"], path.name)
        writers = stored.get("writers")
    copies = len(pictures)
    for picture in pictures:
        if len(picture) != len(labels):
            raise LekhError(
                f"{path.name} has {len(picture)} images but {len(labels)} labels", "Give one label to each image"
            )
    writers = writers if writers is None or copies == 1 else np.tile(writers, copies)
    images = pictures[0] if copies == 1 else np.concatenate(pictures)
    return Dataset(name, script, images, np.tile(labels, copies), writers)


def _as_pictures(images: np.ndarray, file: str) -> np.ndarray:
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim != 3 and not (images.ndim == 4 and images.shape[3] in (3, 4)):
        raise LekhError(f"The images in {file} have the shape {images.shape}", "Save them as (N, height, width)")
    if images.dtype != np.uint8:
        raise LekhError(f"The images in {file} are {images.dtype}", "Save them as uint8, from 0 to 255")
    if 0 in images.shape[1:]:
        raise LekhError(f"The images in {file} have no pixels", "Save them as (N, height, width)")
    return images


def _as_labels(labels: np.ndarray, file: str) -> np.ndarray:
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise LekhError(
            f"The labels in {file} are {labels.dtype} of shape {labels.shape}",
            "Save them as whole numbers, one an image",
        )
    return labels.astype(np.int64)


def _load_idx(path: Path, script: str, name: str) -> Dataset:
    beside = re.sub(r"(?i)images([-.]idx)3", r"labels\g<1>1", path.name)
    plain = beside.removesuffix(".gz")
    labels = next(
        (path.with_name(file) for file in (beside, plain, f"{plain}.gz") if path.with_name(file).is_file()), None
    )
    if labels is None:
        raise LekhError(f"The labels of {path.name} are missing", f"Put {beside} beside it")
    images = _as_pictures(_idx_array(path), path.name)
    return Dataset(name, script, images, _as_labels(_idx_array(labels), labels.name))


def _idx_array(path: Path) -> np.ndarray:
    content = _unpacked(path)
    zeros, kind, dimensions = struct.unpack_from(">HBB", content)
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    if zeros != 0 or kind != 0x08:  # 0x08 is unsigned byte, the only kind that images and digits come in
        raise ValueError("not an idx file of unsigned bytes")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _load_strokes(path: Path, script: str, name: str) -> Dataset:
    items = json.loads(_unpacked(path))
    try:
        drawn = tuple(_as_strokes(item["strokes"]) for item in items)
        labels = _as_labels(np.array([item["label"] for item in items]), path.name) if items else np.zeros(0, np.int64)
        comments = [item.get("comment") for item in items]
    except (TypeError, AttributeError) as error:
        raise ValueError("not a list of drawn digits") from error
    known = all(isinstance(comment, list) and len(comment) >= 2 for comment in comments)
    writers = np.array([str(comment[1]) for comment in comments]) if known else None
    return Dataset(name, script, drawn, labels, writers)


def _as_strokes(strokes: list) -> Strokes:
    """y up, as the file has it, to y down, as pictures have it."""
    return Strokes(tuple(np.array(stroke, np.float32) * np.array([1, -1], np.float32) for stroke in strokes if stroke))


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix.lower() == ".gz" else content


_LOADERS = (
    (r"\.npz$", _load_npz),
    (r"images[-.]idx3-ubyte$", _load_idx),
    (r"\.json$", _load_strokes),
)
