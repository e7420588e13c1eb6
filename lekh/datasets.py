"""Handwritten digits on disk -> Dataset. Images stay as they are stored: only the road of an upload changes them."""

import csv
import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lekh.datasets_files import load_file
from lekh.datasets_folders import IMAGE_SUFFIXES, images_in, load_boxes, load_class_folders
from lekh.errors import LekhError
from lekh.labelled import LAYOUTS, Dataset, Strokes
from lekh.numerals import OPERATORS
from lekh.pages import cut_rows
from lekh.sources import SOURCES, Source

__all__ = [
    "IMAGE_SUFFIXES", "LABEL_SLIPS", "SOURCES", "Dataset", "Source", "Strokes", "fingerprint", "load", "open_source",
    "root",
]  # fmt: skip

LABEL_SLIPS = Path(__file__).resolve().parent.parent / "dataset" / "label_slips.csv"


def load(path: str | Path, script: str, name: str | None = None, arrays: Sequence[str] = ("images",)) -> Dataset:
    """The digits at `path`.

    Args:
        path: one of
            a folder of class folders, `<class>/*.png|jpg|heic|...`, named by digits in Western form or in any script's
            numerals, by English words (`zero`), or by shapes of one's own, which are numbered in sorted order. An
            `index.csv` there or one folder up, with `file` and `writer` or `source_group`, names the writers;
            a folder with `labels.csv`, whose columns `file` and `boxes_digit_x_y_w_h` (JSON) mark digits in pictures of
            whole fields, below `images/` or beside it: each is cut out with some of its surroundings, a writer a file;
            `.npz` with `images` uint8 `(N, H, W)` or `(N, H, W, 3 or 4)`, `labels` `(N,)`, perhaps `writers` `(N,)`;
            `*-images-idx3-ubyte`, its labels beside it, either of them packed as `.gz` or not;
            `.json` or `.json.gz`: `[{"label", "strokes": [[[x, y], ...], ...], "comment"}]` as Pendigits has it, y up,
            the writer second in `comment` when that is a list.
        script: the script that the digits are written in.
        name: how to call the set; by default after its file or folder.
        arrays: names of the image arrays in an `.npz`; several share the labels and are put one after another.

    Raises:
        LekhError: nothing readable is there, or shapes, labels and writers do not fit each other.
    """
    path = Path(path)
    name = name or _default_name(path)
    try:
        if path.is_dir() and (path / "labels.csv").is_file():
            return load_boxes(path, script, name)
        if path.is_dir():
            return load_class_folders(path, script, name)
        if not path.exists():
            raise LekhError(f"There is no file or folder {path.name}", LAYOUTS)
    except OSError as error:  # a name that is too long, a folder that is somebody else's
        raise LekhError(f"{name} cannot be opened", "Check its name, and that you are allowed to read it") from error
    return load_file(path, script, name, arrays)


def _default_name(path: Path) -> str:
    stem = path.name.split(".")[0]
    return f"{path.resolve().parent.name}/{stem}" if stem in ("train", "test") else stem or str(path)


def fingerprint(path: str | Path) -> str:
    """Hex sha256 of a data set: of a file's bytes, or of the relative names and bytes of all files below a folder."""
    path = Path(path)
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    total = hashlib.sha256()
    for file in sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith(".")):
        total.update(file.relative_to(path).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def root() -> Path:
    """The folder that `Source.path` is relative to, from the environment variable LEKH_DATA.

    Raises:
        LekhError: the variable is not set, or names no folder.
    """
    folder = os.environ.get("LEKH_DATA", "")
    if not folder or not Path(folder).is_dir():
        problem = "LEKH_DATA names no folder" if folder else "LEKH_DATA is not set"
        raise LekhError(problem, "Set it to the folder that holds the training data, see dataset/README.md")
    return Path(folder)


def open_source(key: str) -> Dataset:
    """One of `SOURCES`, read from the data root.

    Raises:
        LekhError: the key is unknown, the data root is not set, or the set is not there.
    """
    if key not in SOURCES:
        raise LekhError(f"There is no data set {key}", f"Choose one of: {', '.join(SOURCES)}")
    source = SOURCES[key]
    path = root() / source.path
    if not path.exists():
        raise LekhError(f"{source.title} is not in LEKH_DATA", f"Put it at {source.path}, see dataset/README.md")
    if source.rows:
        return Dataset(key, source.script, *cut_rows(images_in(path)))
    dataset = replace(load(path, source.script, key, source.arrays), stretched=source.stretched)
    slips = _label_slips(key)
    if slips:
        kept = [place for place, file in enumerate(dataset.images) if file.relative_to(path).as_posix() not in slips]
        dataset = dataset.take(np.array(kept))
    if not source.signs:
        return dataset
    places = np.array([OPERATORS.index(sign) for sign in source.signs])
    return replace(dataset, labels=places[dataset.labels], class_names=OPERATORS)


def _label_slips(key: str) -> set[str]:
    """Pictures of a source that plainly show something else than their label says; no test set is cleaned."""
    with LABEL_SLIPS.open(encoding="utf-8", newline="") as stream:
        return {row["file"] for row in csv.DictReader(stream) if row["set"] == key}
