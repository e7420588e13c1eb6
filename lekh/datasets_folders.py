"""Folders of pictures -> Dataset: one folder a class, or pictures of whole fields with their digits marked."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from lekh.datasets_files import UNREADABLE
from lekh.errors import LekhError
from lekh.images import to_grey
from lekh.labelled import LAYOUTS, Dataset
from lekh.numerals import DIGITS, SCRIPTS

IMAGE_SUFFIXES = frozenset(
    (".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def load_class_folders(folder: Path, script: str, name: str) -> Dataset:
    """The digits in one folder a class, their images the paths of the pictures; see `lekh.datasets.load`.

    Raises:
        LekhError: no folder holds pictures, or one is no digit although `script` is a known one.
    """
    visible = [child for child in folder.iterdir() if child.is_dir() and not child.name.startswith((".", "__"))]
    members = {child: found for child in visible if (found := images_in(child))}
    if not members:
        raise LekhError(f"{name} holds no folders with pictures", LAYOUTS)
    labels, class_names = _folder_labels([child.name for child in members], script, name)
    pairs = sorted(zip(labels, members, strict=True), key=lambda pair: (pair[0], _natural(pair[1].name)))
    files = tuple(file for _, child in pairs for file in members[child])
    each = np.array([label for label, child in pairs for _ in members[child]], np.int64)
    return Dataset(name, script, files, each, _indexed_writers(folder, files), class_names)


def load_boxes(folder: Path, script: str, name: str) -> Dataset:
    """The digits that `labels.csv` marks in pictures, cut out: uint8 `(h, w)` each; see `lekh.datasets.load`.

    Raises:
        LekhError: the file does not mark digits, or a picture cannot be read.
    """
    cut, labels, writers = [], [], []
    try:
        with (folder / "labels.csv").open(encoding="utf-8-sig", newline="") as stream:
            marked = [(row["file"], json.loads(row["boxes_digit_x_y_w_h"])) for row in csv.DictReader(stream)]
        for file, boxes in marked:
            path = folder / "images" / file
            page = to_grey(path if path.is_file() else folder / file)
            for digit, *box_xywh in boxes:
                cut.append(_cut_out(page, box_xywh))
                labels.append(int(digit))
                writers.append(file)
    except (*UNREADABLE, TypeError, csv.Error) as error:
        raise LekhError(
            f"{name}/labels.csv does not mark digits", "Give it the columns file and boxes_digit_x_y_w_h"
        ) from error
    return Dataset(name, script, tuple(cut), np.array(labels, np.int64), np.array(writers))


def _cut_out(page: np.ndarray, box_xywh: Sequence[int], surroundings: float = 0.15) -> np.ndarray:
    """A digit and, around it, a share of its height of what else the page shows."""
    x, y, w, h = box_xywh
    margin = max(1, round(surroundings * h))
    if x < 0 or y < 0 or w < 1 or h < 1 or x + w > page.shape[1] or y + h > page.shape[0]:
        raise ValueError("a box outside its picture")
    return page[max(0, y - margin) : y + h + margin, max(0, x - margin) : x + w + margin].copy()


def images_in(folder: Path) -> list[Path]:
    """The pictures in a folder, hidden ones left out, 2 before 10."""
    files = (
        file for file in folder.iterdir() if file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith(".")
    )
    return sorted((file for file in files if file.is_file()), key=lambda file: _natural(file.name))


def _folder_labels(folders: list[str], script: str, name: str) -> tuple[list[int], tuple[str, ...]]:
    """The label of each folder, and the names of all classes."""
    digits = [_as_digit(folder) for folder in folders]
    if None not in digits:
        return digits, DIGITS
    if script in SCRIPTS:
        strange = next(folder for folder, digit in zip(folders, digits, strict=True) if digit is None)
        raise LekhError(
            f"The folder {strange} in {name} is no digit", "Name the folders 0 to 9, or give another script"
        )
    class_names = tuple(sorted(folders, key=_natural))
    return [class_names.index(folder) for folder in folders], class_names


def _as_digit(folder: str) -> int | None:
    text = folder.strip().lower()
    if len(text) == 1 and text.isdecimal():  # numerals of any script
        return int(text)
    return _WORDS.index(text) if text in _WORDS else None


def _indexed_writers(folder: Path, files: Iterable[Path]) -> np.ndarray | None:
    """Writers from `index.csv` in the folder or beside it; a file that it does not list counts as one more writer."""
    for base in (folder, folder.parent):
        try:
            with (base / "index.csv").open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.DictReader(stream))
        except (OSError, UnicodeDecodeError, csv.Error):
            continue
        column = next((column for column in ("writer", "source_group") if rows and column in rows[0]), None)
        if column is None or "file" not in rows[0]:
            continue
        known = {row["file"]: row[column] or "unknown" for row in rows}
        writers = [known.get(file.relative_to(base).as_posix(), "unlisted") for file in files]
        if set(writers) != {"unlisted"}:
            return np.array(writers)
    return None


def _natural(text: str) -> list:
    """A key under which 2 comes before 10."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]
