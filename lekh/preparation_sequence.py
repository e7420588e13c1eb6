"""Composed and real numbers -> what the network for numbers learns from, and batches of it.

All of it takes the road of an upload: a field or a page is composed, its ink found, its lines laid out, and each number
found there is matched with what was written.
"""

import csv
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from lekh import (
    augment,
    compose,
    compose_field,
    compose_page,
    datasets,
    images,
    ink,
    ink_page,
    layout,
    model,
    preparation,
)
from lekh.alphabet import Alphabet
from lekh.model import ClassLabel
from lekh.normalize import to_views
from lekh.numerals import DOTTED
from lekh.sequence_samples import MOST_DIGITS, STORED, Sample, spliced, targets, vary
from lekh.shown import as_shown, pasted
from lekh.strips import Frame, StripNormalization, to_strip
from lekh.written import Page, Written

REAL = "latin"  # the script of which there are real numbers
REAL_SHARE = 0.25  # of the composed ones; the other scripts share the rest
CHEQUE_DIGITS = "cheque_digits"  # the source of single digits that is cut out of the cheques
CHEQUES, REGISTERS = datasets.SOURCES[CHEQUE_DIGITS].path, "latin/register_numbers"
CHUNK = 1536  # numbers that travel from the composing process at a time


@dataclass(frozen=True)
class Configuration:
    """Everything that decides a training run; kept in the card.

    Attributes:
        seed: of every random choice.
        epochs: how often the network sees `epoch_numbers` numbers.
        again: epochs of a second round, which goes on from there at half the rate; the mean of both rounds' weights is
            kept.
        epoch_numbers: see above.
        batch_size: numbers a step.
        learning_rate: the highest of the cosine schedule.
        weight_decay: of the optimizer.
        average: momentum of the moving average of the weights, which are the ones kept.
        alphabet: digits a source to compose with, at most; those that the network for digits has held out are left out.
        strangers: digits a source to measure with, at most, of those held out.
        fonts: fonts a script that serve as extra writers.
        fields: composed fields that take the road of an upload.
        pages: composed pages that do.
        views: samples of each real cheque: its numbers as they were found, and more or less of what is around them.
        shares: of an epoch: written on the spot, from composed fields and pages, real cheques, real registers.
        spliced: share of the composed and real samples that are put together from parts of two, so that no number is
            learnt by heart.
        alignment: weight of the loss of single columns beside that of whole numbers (CTC).
        across: weight, in that, of telling a digit from those of all scripts; 1 is that of telling it within its own.
        held_out: share of the real cheques and register pages that only validates.
        normalization: how numbers are brought to the network.
    """

    seed: int = 7
    epochs: int = 90
    again: int = 30
    epoch_numbers: int = 9_600
    batch_size: int = 64
    learning_rate: float = 1.5e-3
    weight_decay: float = 2e-3
    average: float = 0.998
    alphabet: int = 3_000
    strangers: int = 300
    fonts: int = 30
    fields: int = 3_000
    pages: int = 100
    views: int = 3
    shares: tuple[float, float, float, float] = (0.36, 0.2, 0.32, 0.12)
    spliced: float = 0.6
    alignment: float = 1.0
    across: float = 0.1
    held_out: float = 0.15
    normalization: StripNormalization = field(default_factory=StripNormalization)


# -- single digits to compose with ------------------------------------------------------------------------------------


def alphabet(sets: Sequence[datasets.Dataset], configuration: Configuration, workers: ProcessPoolExecutor) -> Alphabet:
    """Single digits, by the road of an upload, for composing; installed fonts are writers too.

    Args:
        sets: training sets of single digits.
        configuration: how many of each.
        workers: processes that share the work.
    """
    rng = np.random.default_rng(configuration.seed)
    rows = []
    for dataset in map(_as_in_numbers, sets):
        chosen = _some(dataset, configuration.alphabet, rng)
        parts = np.array_split(chosen, len(chosen) // 300 + 1)
        jobs = [([dataset.images[i] for i in part], int(rng.integers(2**31))) for part in parts]
        for part, (squares, owners) in zip(parts, workers.map(_squares, jobs), strict=True):
            own = part[owners]
            writers = [""] * len(own) if dataset.writers is None else dataset.writers[own]
            rows += zip(squares, [dataset.script] * len(own), dataset.labels[own], [dataset.name] * len(own), writers,
                        strict=True)  # fmt: skip
    for script in dict.fromkeys(dataset.script for dataset in sets):
        shapes = augment.font_digits(script, configuration.fonts) if configuration.fonts else ()
        for index, (digit, shape) in enumerate(shapes):
            rows.append((augment.to_square(shape), script, digit, "fonts", str(index // 10)))
    squares, scripts, digits, sources, writers = zip(*rows, strict=True) if rows else ((),) * 5
    side = augment.INK_SIDE
    return Alphabet(
        np.array(squares, np.uint8).reshape(-1, side, side), np.array(scripts, str), np.array(digits, np.int64),
        np.array(sources, str), np.array(writers, str),
    )  # fmt: skip


def _some(dataset, most, rng):
    """Indices of at most so many digits, whole writers where they are known."""
    if len(dataset) <= most:
        return np.arange(len(dataset))
    if dataset.writers is None:
        return np.sort(rng.choice(len(dataset), most, replace=False))
    ids, codes, sizes = np.unique(dataset.writers, return_inverse=True, return_counts=True)
    order = rng.permutation(len(ids))
    kept = order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), most)))]
    return np.flatnonzero(np.isin(codes, kept))


def _as_in_numbers(dataset):
    """Without Arabic dots and strokes that were stretched to fill a frame: in a number they never are."""
    if dataset.script == "arabic" and dataset.stretched:
        return dataset.take(np.flatnonzero(dataset.labels > 1))
    return dataset


def _squares(job):
    """uint8 squares, and the place in the part of the digit that each shows; runs in a worker process."""
    items, seed = job
    rng = np.random.default_rng(seed)
    squares, owners = [], []
    for index, item in enumerate(items):
        grey = augment.draw(item, rng) if isinstance(item, datasets.Strokes) else images.to_grey(item)
        found = ink.find_digit(grey)
        if found is not None:
            squares.append(augment.to_square(found.ink))
            owners.append(index)
    return squares, owners


# -- numbers by the road of an upload ---------------------------------------------------------------------------------


def found_numbers(page: Page, script: str, rng: np.random.Generator | None = None) -> list[Sample]:
    """What the road of an upload makes of the numbers of a page whose digits are known.

    A number that was found with all ink of some digits and none of the others becomes a sample with these digits; one
    with half a digit becomes none. What was found where nothing was written becomes a sample without digits.

    Args:
        page: what was written, and where.
        script: of its digits.
        rng: where given, some numbers also become a sample of what the page shows around them, and a page with one
            line also one of all that was found on it.
    """
    found = ink_page.find_page(page.grey)
    digits = [
        (value, np.array(box) / found.scale)
        for line in page.lines for written in line for value, box in zip(written.text, written.boxes, strict=True)
    ]  # fmt: skip
    samples = []
    lines = layout.find_lines(found.ink, dotted=script == DOTTED)
    for line in lines:
        for number in line.numbers:
            sheet, origin = pasted(number)
            own = _digits_in(sheet, origin, digits)
            if own:
                samples.append(_sample(sheet, origin, Frame.of(sheet), script, own))
                if rng is not None and rng.random() < 0.3:
                    samples.append(_shown(number, page.grey, found.scale, script, digits, 0.3))
            elif own is not None and _is_clutter(number, digits):
                samples.append(_sample(sheet, origin, Frame.of(sheet), script, []))
    if rng is not None and lines and len(page.lines) == 1:
        everything = layout.Number(tuple(piece for line in lines for number in line.numbers for piece in number.pieces))
        sheet, origin = pasted(everything)
        if own := _digits_in(sheet, origin, digits):
            samples.append(_sample(sheet, origin, Frame.of(sheet), script, own))
        samples.append(_shown(everything, page.grey, found.scale, script, digits, rng.uniform(0.1, 2.0)))
    return [sample for sample in samples if sample is not None]


def _is_clutter(number, digits):
    """Whether a number was found where no digit is near."""
    for _, (x, y, w, h) in digits:
        for px, py, pw, ph in (piece.box_xywh for piece in number.pieces):
            if min(px + pw, x + w) - max(px, x) > -0.2 * h and min(py + ph, y + h) - max(py, y) > -0.2 * h:
                return False
    return True


def _digits_in(sheet, origin, digits):
    """The digits that a number holds, from left to right; None where it holds a part of one."""
    own = []
    for value, (x, y, w, h) in digits:
        x0, y0 = round(x - origin[0]), round(y - origin[1])
        part = sheet[max(0, y0) : max(0, y0 + round(h)), max(0, x0) : max(0, x0 + round(w))]
        rows = (part > 0.4).any(axis=1).sum() if part.size else 0
        if rows > 0.7 * h:
            own.append((value, x, w))
        elif rows > 0.2 * h:
            return None
    return sorted(own, key=lambda digit: digit[1] + digit[2] / 2)


def _shown(number, grey, scale, script, digits, reach):
    """The sample of what the page shows where a number was found; None where a digit is cut by its border."""
    seen, origin, frame = as_shown(*pasted(number), grey, scale, reach)
    own = []
    for value, (x, y, w, h) in digits:
        inside = np.clip(min(origin[0] + seen.shape[1], x + w) - max(origin[0], x), 0, w) / w
        inside *= np.clip(min(origin[1] + seen.shape[0], y + h) - max(origin[1], y), 0, h) / h
        if inside > 0.85:
            own.append((value, x, w))
        elif inside > 0.25:
            return None
    return _sample(seen, origin, frame, script, sorted(own, key=lambda digit: digit[1] + digit[2] / 2))


def _sample(pixels, origin, frame, script, digits):
    """Brought to the size in which samples are kept."""
    if len(digits) > MOST_DIGITS:
        return None
    scale = STORED / frame.typical
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    if max(size) > 4000:
        return None
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    middles = np.array([((x - origin[0]) * scale, w * scale) for _, x, w in digits], np.float32).reshape(-1, 2).T
    frame = Frame(frame.typical * scale, frame.middle * scale, frame.total * scale)
    text = "".join(str(digit[0]) for digit in digits)
    return Sample(np.clip(small * 255 + 0.5, 0, 255).astype(np.uint8), frame, script, text, middles)


def composed_samples(letters: Alphabet, configuration: Configuration) -> list[Sample]:
    """Composed fields and pages by the road of an upload, as many as the configuration says."""
    seeds = np.random.default_rng(configuration.seed + 1).integers(2**31, size=(2, 400))
    jobs = [(int(seed), "field", part) for seed, part in _shared(configuration.fields, 60, seeds[0])]
    jobs += [(int(seed), "page", part) for seed, part in _shared(configuration.pages, 4, seeds[1])]
    samples = []
    with preparation.processes(os.cpu_count() or 1, _remember, letters) as workers:
        parts = workers.map(_composed_part, jobs)
        for part in tqdm(parts, "composed", len(jobs), unit="part", leave=False, disable=None):
            samples.extend(part)
    return samples


def _shared(total, size, seeds):
    parts = min(len(seeds), -(-total // size))
    return (
        [(seed, len(part)) for seed, part in zip(seeds, np.array_split(np.arange(total), parts), strict=False)]
        if total
        else []
    )


def _composed_part(job):
    """Samples of some fields or pages; runs in a worker process."""
    (letters,), (seed, kind, count) = _MEMORY["values"], job
    rng = np.random.default_rng(seed)
    scripts, samples = [script for script in dict.fromkeys(letters.scripts.tolist()) if letters.writes(script)], []
    for _ in range(count):
        script = _some_script(scripts, rng)
        if kind == "field":
            page = compose_field.field(compose.number(compose.random_text(rng), letters, script, rng), rng)
            samples += found_numbers(page, script, rng)
        else:
            rows = [
                [compose.random_text(rng, 7) for _ in range(rng.integers(1, 6))] for _ in range(rng.integers(3, 10))
            ]
            size = float(np.exp(rng.uniform(np.log(16), np.log(60))))
            samples += found_numbers(compose_page.page(rows, letters, script, rng, size), script)
    return samples


def _some_script(scripts, rng):
    """The script of the real numbers for a share of the composed ones, else any."""
    return REAL if REAL in scripts and rng.random() < REAL_SHARE else scripts[rng.integers(len(scripts))]


# -- real numbers -----------------------------------------------------------------------------------------------------


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
            kept = _sample(sheet, origin, Frame.of(sheet), "latin", [(digit, 0, 1) for digit in own])
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


# -- batches --------------------------------------------------------------------------------------------


def batches(letters: Alphabet, pools: Sequence[list[Sample]], classes: Sequence[ClassLabel],
            configuration: Configuration) -> Iterator[tuple[np.ndarray, np.ndarray]]:  # fmt: skip
    """Endless training batches, written in another process while the network learns.

    Args:
        letters: to write numbers on the spot.
        pools: samples of composed, cheque and register numbers, in the order of `Configuration.shares`.
        classes: outputs of the network after blank.
        configuration: how.

    Yields:
        float32 `(B, H, W, 1)` strips of one width, and int32 `(B, T + MOST_DIGITS)`, see `targets`.
    """
    rng = np.random.default_rng(configuration.seed)
    with preparation.processes(1, _remember, letters, pools, classes, configuration) as worker:
        waiting = []
        while True:
            while len(waiting) < 3:
                waiting.append(worker.submit(_chunk, int(rng.integers(2**31))))
            for pixels, wanted in waiting.pop(0).result():
                yield pixels.astype(np.float32)[..., np.newaxis] / 255, wanted


_MEMORY = {}  # of a worker process


def _remember(*values):
    _MEMORY["values"] = values


def _chunk(seed):
    """Batches of strips of similar width; runs in the worker process."""
    letters, pools, classes, configuration = _MEMORY["values"]
    rng = np.random.default_rng(seed)
    parameters = configuration.normalization
    place = {(label.script, str(label.digit)): index + 1 for index, label in enumerate(classes)}
    scripts = [script for script in dict.fromkeys(label.script for label in classes) if letters.writes(script)]
    shares = np.array(
        [share if index == 0 or pools[index - 1] else 0 for index, share in enumerate(configuration.shares)]
    )
    made = []
    for kind in rng.choice(len(shares), CHUNK, p=shares / shares.sum()):
        if kind == 0:
            sample = written(letters, _some_script(scripts, rng), rng)
            pixels, frame, middles = vary(sample, rng, 0.5)
        else:
            pool = pools[kind - 1]
            sample = pool[rng.integers(len(pool))]
            if rng.random() < configuration.spliced:
                sample = spliced(sample, pool[rng.integers(len(pool))], rng)
            pixels, frame, middles = vary(sample, rng, rng.uniform(0, 1.2))
        strip = to_strip(pixels, parameters, frame)
        labels = [place[sample.script, digit] for digit in sample.text]
        made.append((strip.pixels, targets(labels, middles, strip, parameters)))
    return _by_width(made, configuration, rng)


def written(letters: Alphabet, script: str, rng: np.random.Generator) -> Sample:
    """A number written on the spot, without paper and camera; now and then something that is none."""
    if rng.random() < 0.06:
        composed = compose.nothing(rng)
    else:
        composed = compose.number(compose.random_text(rng), letters, script, rng)
    boxes = np.array(composed.boxes, np.float32).reshape(-1, 4)
    pixels = np.clip(composed.ink * 255, 0, 255).astype(np.uint8)
    return Sample(pixels, Frame.of(composed.ink), script, composed.text, boxes[:, [0, 2]].T)


def _by_width(made, configuration, rng):
    """Batches of neighbours in width, the narrower ones padded, in random order."""
    order = sorted(range(len(made)), key=lambda index: made[index][0].shape[1] + rng.random())
    size, parameters = configuration.batch_size, configuration.normalization
    found = []
    for start in range(0, len(order) - size + 1, size):
        some = [made[index] for index in order[start : start + size]]
        width = max(pixels.shape[1] for pixels, _ in some)
        columns = width // parameters.stride
        strips = np.zeros((size, parameters.height, width), np.uint8)
        wanted = np.zeros((size, columns + MOST_DIGITS), np.int32)
        for row, (pixels, target) in enumerate(some):
            own = pixels.shape[1] // parameters.stride
            strips[row, :, : pixels.shape[1]] = np.clip(pixels * 255 + 0.5, 0, 255)
            wanted[row, :own], wanted[row, columns:] = target[:own], target[own:]
        found.append((strips, wanted))
    return [found[index] for index in rng.permutation(len(found))]


# -- all data ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the reader learns from, and what it is measured on.

    Attributes:
        letters: single digits to write numbers with.
        strangers: single digits of writers whom neither network has seen.
        pools: samples of composed, cheque and register numbers.
        held: rows of `labels.csv` that are held out, by the folder they are in.
    """

    letters: Alphabet
    strangers: Alphabet
    pools: tuple[list[Sample], list[Sample], list[Sample]]
    held: dict[Path, list[dict]]


def prepare(digits: model.Model, configuration: Configuration) -> Prepared:
    """Gathers everything under LEKH_DATA.

    Args:
        digits: the network for single digits, which finds the real numbers on the registers.
        configuration: how much of each.

    Raises:
        LekhError: the data root is not set, or there are no digits.
    """
    cheques, registers = (datasets.root() / path for path in (CHEQUES, REGISTERS))
    rows = {
        folder: split(labels_of(folder), configuration.held_out, configuration.seed) for folder in (cheques, registers)
    }
    held_files = [row["file"] for row in rows[cheques][1]]
    sets = [dataset for dataset in preparation.open_sources()[0] if dataset.script in digits.card.scripts]
    learnt = [
        _without_writers(dataset, held_files) if dataset.name == CHEQUE_DIGITS else preparation.split(dataset)[0]
        for dataset in sets
    ]
    with preparation.processes(os.cpu_count() or 1) as workers:
        letters = alphabet(learnt, configuration, workers)
        strange = strangers(sets, configuration, workers)
    pools = (
        composed_samples(letters, configuration),
        cheque_samples(cheques, rows[cheques][0], configuration),
        register_samples(registers, rows[registers][0], digits),
    )
    return Prepared(letters, strange, pools, {folder: held for folder, (_, held) in rows.items()})


def strangers(sets: Sequence[datasets.Dataset], configuration: Configuration, workers: ProcessPoolExecutor) -> Alphabet:
    """Single digits that both networks have held out, for composing; as `alphabet`, without fonts."""
    held = [preparation.split(dataset)[1] for dataset in sets if dataset.name != CHEQUE_DIGITS]
    few = replace(configuration, alphabet=configuration.strangers, fonts=0)
    return alphabet([dataset for dataset in held if dataset is not None], few, workers)


def _without_writers(dataset, writers):
    if dataset.writers is None:
        return dataset
    return dataset.take(np.flatnonzero(~np.isin(dataset.writers, writers)))
