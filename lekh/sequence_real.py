"""Real numbers on cheques and in registers -> samples of them, and those that are held out."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lekh import images, ink_page, layout, model
from lekh.normalize import to_views
from lekh.sequence_found import found_numbers
from lekh.sequence_samples import Sample, stored
from lekh.sequence_settings import Configuration
from lekh.shown import pasted
from lekh.sources import SOURCES
from lekh.strips import Frame
from lekh.written import Page, Written

CHEQUE_DIGITS = "cheque_digits"  # the source of single digits that is cut out of the cheques
CHEQUES, REGISTERS = SOURCES[CHEQUE_DIGITS].path, "latin/register_numbers"


def labels_of(folder: Path) -> list[dict]:
    """The rows of `labels.csv` in a folder of real fields; empty where there is none."""
    try:
        with (folder / "labels.csv").open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))
    except OSError:
        return []


def split(rows: Sequence[dict], share: float, seed: int) -> tuple[list[dict], list[dict]]:
    """Rows to train on, and rows held out; all rows of one page of a register stay together.

    Args:
        rows: from `labels_of`; `file` up to `_row_` names the page.
        share: of the pages to hold out.
        seed: the same seed gives the same parts.
    """
    pages = [row["file"].split("_row_")[0] for row in rows]
    groups = sorted(set(pages))
    order = np.random.default_rng(seed).permutation(len(groups))
    held = {groups[index] for index in order[: round(share * len(groups))]}
    parts = [], []
    for row, page in zip(rows, pages, strict=True):
        parts[page in held].append(row)
    return parts


def marked_field(folder: Path, row: dict) -> Page:
    """A real field whose digits are marked (`boxes_digit_x_y_w_h`, JSON), below `images/`.

    Raises:
        LekhError: the picture cannot be read.
    """
    boxes = sorted(json.loads(row["boxes_digit_x_y_w_h"]), key=lambda box: box[1] + box[3] / 2)
    written = Written("".join(str(box[0]) for box in boxes), tuple(tuple(box[1:]) for box in boxes))
    return Page(images.to_grey(folder / "images" / row["file"]), ((written,),))


def cheque_samples(folder: Path, rows: Sequence[dict], configuration: Configuration) -> list[Sample]:
    """Real fields with marked digits, by the road of an upload."""
    rng = np.random.default_rng(configuration.seed + 2)
    pages = [marked_field(folder, row) for row in rows]
    return [
        sample for page in pages for _ in range(configuration.views) for sample in found_numbers(page, "latin", rng)
    ]


def register_samples(folder: Path, rows: Sequence[dict], digits: model.Model) -> list[Sample]:
    """Real numbers of which only the text is known: those that the network for single digits, piece by piece, reads so.

    What else was found on such a picture (print, borders) becomes a sample without digits, if it is no digit's size.
    """
    samples = []
    for row in rows:
        found = ink_page.find_page(images.to_grey(folder / "images" / row["file"]))
        numbers = [number for line in layout.find_lines(found.ink) for number in line.numbers]
        texts = ["".join(str(digit) for digit in values) for values in read_pieces(numbers, digits, "latin")]
        if texts.count(row["text"]) != 1:
            continue
        for number, text in zip(numbers, texts, strict=True):
            sheet, origin = pasted(number)
            own = row["text"] if text == row["text"] else ""
            kept = stored(sheet, origin, Frame.of(sheet), "latin", [(digit, 0, 1) for digit in own])
            if kept is not None:
                samples.append(replace(kept, middles=None if own else kept.middles))
    return samples


def read_pieces(numbers: Sequence[layout.Number], digits: model.Model, script: str) -> list[list[int]]:
    """What the network for single digits makes of numbers when each piece is taken for one digit."""
    pieces = [piece for number in numbers for piece in number.pieces]
    values = iter(read_digits([piece.ink for piece in pieces], digits, script).argmax(axis=1).tolist())
    return [[next(values) for _ in number.pieces] for number in numbers]


def read_digits(inks: Sequence[np.ndarray], digits: model.Model, script: str) -> np.ndarray:
    """float32 `(N, 10)`: probabilities of the digits of `script` for the ink of N single digits."""
    chosen = digits.card.indices(script)
    if not inks:
        return np.zeros((0, len(chosen)), np.float32)
    views = np.stack([to_views(own, digits.card.normalization) for own in inks])  # (N, V, S, S, 1)
    answers = digits.predict(views.reshape(-1, *views.shape[2:])).reshape(*views.shape[:2], -1).mean(axis=1)
    return answers[:, chosen] / np.maximum(answers[:, chosen].sum(axis=1, keepdims=True), 1e-9)
