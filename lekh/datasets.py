"""Handwritten digits on disk -> Dataset. Images stay as they are stored: only the road of an upload changes them."""

import csv
import gzip
import hashlib
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from lekh.errors import LekhError
from lekh.images import to_grey
from lekh.numerals import DIGITS, OPERATORS, SCRIPTS, SIGNS
from lekh.pages import cut_rows

SPLIT = 7  # the seed that parts what the network learns from and what is held out, whatever the seed of its training
LABEL_SLIPS = Path(__file__).resolve().parent.parent / "dataset" / "label_slips.csv"
IMAGE_SUFFIXES = frozenset(
    (".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LAYOUTS = "Give a folder with one folder a digit (0 to 9), an .npz file, an idx file or a .json file of strokes"
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,  # a member of an .npz that is encrypted, or packed in a way that zipfile lacks
)


@dataclass(frozen=True, eq=False)
class Strokes:
    """A digit as the pen went.

    Attributes:
        strokes: one float32 `(n, 2)` array a stroke, n >= 1: x to the right, y **down**, in any unit.
    """

    strokes: tuple[np.ndarray, ...]

    def __post_init__(self):
        if not self.strokes:
            raise ValueError("A drawn digit has at least one stroke.")
        for stroke in self.strokes:
            if stroke.ndim != 2 or stroke.shape[1] != 2 or len(stroke) == 0 or stroke.dtype != np.float32:
                raise ValueError(f"A stroke is float32 (n, 2) with n >= 1; got {stroke.dtype} {stroke.shape}.")
            if not np.isfinite(stroke).all():
                raise ValueError("The points of a stroke are finite.")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Digits of one script with their labels.

    Attributes:
        name: how a person tells this set from others.
        script: a name in `lekh.numerals.SCRIPTS`, or any other for shapes of one's own.
        images: N items that `lekh.images.to_grey` takes (a tuple of paths, or uint8 `(N, H, W)` or `(N, H, W, 3 or
            4)`), or a tuple of N `Strokes`.
        labels: int64 `(N,)`, places in `class_names`.
        writers: `(N,)`, one id a writer, or `None` when nobody wrote it down.
        class_names: what each label stands for; the ten digits unless the set has classes of its own.
        stretched: whether each digit was stretched to fill its picture, so that nobody knows how wide it was.
    """

    name: str
    script: str
    images: Sequence = field(repr=False)
    labels: np.ndarray = field(repr=False)
    writers: np.ndarray | None = field(default=None, repr=False)
    class_names: tuple[str, ...] = DIGITS
    stretched: bool = False

    def __post_init__(self):
        if self.labels.dtype != np.int64 or self.labels.ndim != 1:
            raise ValueError(f"labels must be int64 (N,); got {self.labels.dtype} {self.labels.shape}.")
        if len(self.images) != len(self.labels):
            raise LekhError(
                f"{self.name} has {len(self.images)} images but {len(self.labels)} labels",
                "Give one label to each image",
            )
        if len(self.labels) == 0:
            raise LekhError(f"{self.name} holds no digit", _LAYOUTS)
        if self.labels.min() < 0 or self.labels.max() >= len(self.class_names):
            raise LekhError(
                f"{self.name} has labels from {self.labels.min()} to {self.labels.max()}",
                f"Use labels from 0 to {len(self.class_names) - 1}",
            )
        if self.writers is not None and self.writers.shape != self.labels.shape:
            raise LekhError(
                f"{self.name} has {len(self.labels)} labels but {self.writers.size} writers",
                "Give one writer to each image, or none at all",
            )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def has_strokes(self) -> bool:
        """Whether the items are `Strokes`, which must be drawn before they can be read."""
        return isinstance(self.images[0], Strokes)

    def take(self, indices: Sequence[int] | np.ndarray) -> "Dataset":
        """The digits at `indices` (whole numbers `(M,)`, M >= 1), in that order."""
        indices = np.asarray(indices, np.int64)
        images = self.images
        images = images[indices] if isinstance(images, np.ndarray) else tuple(images[index] for index in indices)
        writers = None if self.writers is None else self.writers[indices]
        return replace(self, images=images, labels=self.labels[indices], writers=writers)


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
    if path.is_dir() and (path / "labels.csv").is_file():
        return _load_boxes(path, script, name)
    if path.is_dir():
        return _load_class_folders(path, script, name)
    if not path.exists():
        raise LekhError(f"There is no file or folder {path.name}", _LAYOUTS)
    kind = path.name.lower().removesuffix(".gz")
    loader = next((loader for pattern, loader in _LOADERS if re.search(pattern, kind)), None)
    if loader is None or (loader is _load_npz and kind != path.name.lower()):
        raise LekhError(f"{path.name} is no data set that Lekh knows", _LAYOUTS)
    options = {"arrays": arrays} if loader is _load_npz else {}
    try:
        return loader(path, script, name, **options)
    except _UNREADABLE as error:
        raise LekhError(f"{path.name} is damaged or laid out in another way", _LAYOUTS) from error


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


def split_by_writer(dataset: Dataset, fraction: float, seed: int) -> tuple[Dataset, Dataset]:
    """Two parts that share no writer.

    Writers are drawn at random and held out as long as that brings the part nearer to `fraction` of the digits. Of a
    set whose writers are unknown, digits that follow each other are held out, at the same place in each class: files
    are often in the order of their writers. Where they are not, the held-out part flatters, because near-copies by one
    hand end up on both sides.

    Args:
        dataset: at least two writers, or at least two digits when nobody wrote the writers down.
        fraction: share of the digits to hold out, 0 < fraction < 1.
        seed: the same seed gives the same parts.

    Returns:
        `(train, held_out)`, each in the order of `dataset`.

    Raises:
        LekhError: there is nothing to split.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction lies between 0 and 1; got {fraction}.")
    rng = np.random.default_rng(seed)
    held = _held_out_runs if dataset.writers is None else _held_out_writers
    mask = held(dataset, fraction, rng)
    if mask.all() or not mask.any():
        raise LekhError(f"{dataset.name} cannot be split", "Add digits by a second writer")
    return dataset.take(np.flatnonzero(~mask)), dataset.take(np.flatnonzero(mask))


def _held_out_writers(dataset: Dataset, fraction: float, rng: np.random.Generator) -> np.ndarray:
    ids, codes, sizes = np.unique(dataset.writers, return_inverse=True, return_counts=True)
    order, target, chosen = rng.permutation(len(ids)), fraction * len(dataset), []
    for writer in order:
        held = sizes[chosen].sum()
        if abs(held + sizes[writer] - target) < abs(held - target) and len(chosen) < len(ids) - 1:
            chosen.append(writer)
    if not chosen and len(ids) > 1:  # every writer is larger than twice the target
        chosen.append(np.argmin(sizes))
    return np.isin(codes, chosen)


def _held_out_runs(dataset: Dataset, fraction: float, rng: np.random.Generator, runs: int = 3) -> np.ndarray:
    mask = np.zeros(len(dataset), bool)
    starts = (np.arange(runs) + rng.random(runs) * (1 - fraction)) / runs
    for label in np.unique(dataset.labels):
        members = np.flatnonzero(dataset.labels == label)
        wanted = round(fraction * len(members))
        lengths = np.diff(np.round(np.linspace(0, wanted, runs + 1)).astype(int))
        for start, length in zip(starts, lengths, strict=True):
            first = min(int(start * len(members)), len(members) - length)
            mask[members[first : first + length]] = True
    return mask


def _default_name(path: Path) -> str:
    stem = path.name.split(".")[0]
    return f"{path.resolve().parent.name}/{stem}" if stem in ("train", "test") else stem or str(path)


def _natural(text: str) -> list:
    """A key under which 2 comes before 10."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]


def _load_class_folders(folder: Path, script: str, name: str) -> Dataset:
    visible = [child for child in folder.iterdir() if child.is_dir() and not child.name.startswith((".", "__"))]
    members = {child: found for child in visible if (found := _images_in(child))}
    if not members:
        raise LekhError(f"{name} holds no folders with pictures", _LAYOUTS)
    labels, class_names = _folder_labels([child.name for child in members], script, name)
    pairs = sorted(zip(labels, members, strict=True), key=lambda pair: (pair[0], _natural(pair[1].name)))
    files = tuple(file for _, child in pairs for file in members[child])
    each = np.array([label for label, child in pairs for _ in members[child]], np.int64)
    return Dataset(name, script, files, each, _indexed_writers(folder, files), class_names)


def _load_boxes(folder: Path, script: str, name: str) -> Dataset:
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
    except (*_UNREADABLE, TypeError, csv.Error) as error:
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


def _images_in(folder: Path) -> list[Path]:
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


@dataclass(frozen=True)
class Source:
    """A set of digits that the model was trained or measured on.

    Attributes:
        key: its name for `open_source`.
        title: what a person reads.
        path: where it lies under the data root.
        script: the script that it is written in.
        role: `"train"` or `"test"`; a test set never decides anything.
        licence: as its publisher states it.
        origin: where it can be had.
        note: what it looks like, and what to know before one uses it.
        arrays: names of the image arrays, for an `.npz`.
        signs: what its labels stand for, in their order, where they are signs of arithmetic.
        stretched: as in `Dataset`.
        rows: whether it is whole pages whose rows read 0 to 9.
    """

    key: str
    title: str
    path: str
    script: str
    role: str
    licence: str
    origin: str
    note: str
    arrays: tuple[str, ...] = ("images",)
    signs: tuple[str, ...] = ()
    stretched: bool = False
    rows: bool = False


_CORRUPTIONS = (
    *("identity", "shot_noise", "impulse_noise", "glass_blur", "motion_blur", "shear", "scale", "rotate"),
    *("brightness", "translate", "stripe", "fog", "spatter", "dotted_line", "zigzag", "canny_edges"),
)
_STRETCHED = "Black on white, 32 x 32, scans; each box stretched to fill its frame"
_CMATERDB = "https://github.com/prabhuomkar/CMATERdb"
_KHMER_REPORT = "https://github.com/SoeukBondol-ai/khmer-number-recognition"

SOURCES = {
    source.key: source
    for source in (
        Source(
            "mnist_train", "MNIST, training part", "latin/mnist/train.npz", "latin", "train", "CC BY-SA 3.0",
            "keras.datasets.mnist (writers: https://github.com/facebookresearch/qmnist)",
            "White on black, 28 x 28, scanned forms; 539 writers",
        ),
        Source(
            "usps_train", "USPS, training part", "latin/usps/train.npz", "latin", "train", "Research use",
            "https://hastie.su.domains/ElemStatLearn/data.html",
            "White on black, 16 x 16, envelopes; writers unknown",
        ),
        Source(
            "pendigits_train", "Pen-Based Recognition of Handwritten Digits, training part",
            "latin/pendigits/train.json.gz", "latin", "train", "CC BY 4.0",
            "https://archive.ics.uci.edu/dataset/81 (as JSON: https://github.com/choucavalier/pendigits-hmm)",
            "Pen strokes on a tablet, 30 writers; the file's y points up",
        ),
        Source(
            "cheque_digits", "Digits cut out of cheque amounts", "latin/cheque_amounts", "latin", "train",
            "Images research, labels MIT", "https://github.com/Fzkuji/Labeled_ORAND-CAR-A",
            "Dark on patterned paper, pieces of the neighbours included; the cheque stands in for the writer",
        ),
        Source(
            "khmer_report_train", "Khmer digits of the report, training part", "khmer/report/train", "khmer", "train",
            "None stated", _KHMER_REPORT,
            "White on black, half 64 x 64 canvas, half photographed pen; the source group stands in for the writer",
        ),
        Source(
            "khmer_early_strokes", "Khmer digits, an earlier batch", "khmer/early_strokes", "khmer", "train",
            "None stated", f"{_KHMER_REPORT} (its history)", "Drawn on a canvas by other hands; writers unknown",
        ),
        Source(
            "devanagari_scans", "Devanagari digits from scanned forms", "devanagari/scans", "devanagari", "train",
            "Research use", "https://github.com/sujitmhj/devanagari-handwritting-recognition",
            "Black on white, bilevel, at native size; many writers, in the order of the files",
        ),
        Source(
            "devanagari_cmaterdb_train", "CMATERdb 3.2.1, Devanagari, training part", "devanagari/cmaterdb/train.npz",
            "devanagari", "train", "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "bangla_cmaterdb_train", "CMATERdb 3.1.1, Bangla, training part", "bangla/cmaterdb/train.npz", "bangla",
            "train", "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "numtadb", "NumtaDB", "bangla/numtadb/train.npz", "bangla", "train", "CC BY-SA 4.0",
            "https://github.com/naimul011/Bangla-Handwritten-Digits-Datasets-NumtaDB-BanglaLekha-Ekush",
            "White on black, 28 x 28, anywhere in the frame; scans and photographs of many writers",
        ),
        Source(
            "telugu_cmaterdb_train", "CMATERdb 3.4.1, Telugu, training part", "telugu/cmaterdb/train.npz", "telugu",
            "train", "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "odia_pen", "Odia digits, pen on paper", "odia/pen_on_paper", "odia", "train", "None stated",
            "https://github.com/SeZZor-cmd/Handwritten-Odia-Digit-Recognition-using-CNN",
            "Dark on white, photographs of about 200 x 200; few writers, in the order of the files",
        ),
        Source(
            "kannada_scans", "Kannada-MNIST, from its scanned forms", "kannada/scans/train.npz", "kannada", "train",
            "CC BY-SA 4.0", "https://github.com/vinayprabhu/Kannada_MNIST",
            "White on black, 64 x 64, cut from scanned forms at their natural aspect; 55 writers",
        ),
        Source(
            "gujarati_binarised", "Gujarati digits", "gujarati/binarised", "gujarati", "train", "MIT",
            "https://github.com/kishanjesalpura/Gujarati-digits-dataset", "Black on white, 28 x 28, binarised scans",
        ),
        Source(
            "gurmukhi_train", "Gurmukhi digits, training part", "gurmukhi/stretched/train.npz", "gurmukhi", "train",
            "None stated", "https://github.com/revantteotia/gurumukhi-digit-classification", _STRETCHED,
            stretched=True,
        ),
        Source(
            "arabic_angka", "Arabic digits cut out of forms", "arabic/angka", "arabic", "train", "None stated",
            "https://github.com/moe-the-goat/Handwritten-Arabic-Numerals-Recognition-0-9-",
            "Grey on white, scanned paper; 0 is a small dot, 5 a ring; cell borders at some edges",
        ),
        Source(
            "arabic_cmaterdb_train", "CMATERdb 3.3.1, Arabic, training part", "arabic/cmaterdb/train.npz", "arabic",
            "train", "Research use", _CMATERDB,
            "White on black, 28 x 28, scans; each box stretched to fill its frame, dots and strokes too",
            stretched=True,
        ),
        Source(
            "madbase_train", "MADBase, first half of its test part", "arabic/madbase/train.npz", "arabic", "train",
            "Research use", "https://github.com/mloey/Arabic-Handwritten-Digits-Dataset",
            "White on black, 28 x 28, scans; the Egyptian 2 and 3",
        ),
        Source(
            "thai_canvas", "Thai digits drawn on a web page", "thai/web_canvas", "thai", "train", "MIT",
            "https://github.com/kittinan/thai-handwriting-number",
            "Dark on white, canvas of 300 x 300; many people; three to five in a hundred are doodles or mislabelled",
        ),
        Source(
            "burmese_pages", "Burmese digits, whole pages", "burmese/pages", "burmese", "train", "None stated",
            "https://github.com/neolaw84/myanmar-digits",
            "Pen on paper, phone photographs; rows read 0 to 9, are cut and labelled by place; a page is a writer",
            rows=True,
        ),
        Source(
            "operators_drawn", "Signs of arithmetic", "operators/drawn/train.npz", SIGNS, "train", "MIT",
            "https://github.com/jdmacleod/handwritten-calculator",
            "White on black, 28 x 28; two writers, much augmented; no equals sign and no comma",
            signs=("+", "÷", "/", "×", ".", "-"),
        ),
        Source(
            "mnist_test", "MNIST, test part", "latin/mnist/test.npz", "latin", "test", "CC BY-SA 3.0",
            "keras.datasets.mnist", "White on black, 28 x 28",
        ),
        Source(
            "mnist_corrupted", "MNIST-C: 500 test digits, 16 ways", "latin/mnist_corrupted/test.npz", "latin", "test",
            "Apache-2.0", "https://github.com/google-research/mnist-c",
            "The same digits untouched and under 15 corruptions", _CORRUPTIONS,
        ),
        Source(
            "paint_strokes", "Digits drawn with a mouse", "latin/paint_strokes", "latin", "test", "None stated",
            "https://github.com/tejaswini22012003/digit_recognition_ml",
            "One-pixel strokes of a paint program, black on white, 64 x 64",
        ),
        Source(
            "khmer_report_test", "Khmer digits of the report, test part", "khmer/report/test", "khmer", "test",
            "None stated", _KHMER_REPORT, "100 canvas drawings, 100 photographed digits",
        ),
        Source(
            "devanagari_cmaterdb_test", "CMATERdb 3.2.1, Devanagari, test part", "devanagari/cmaterdb/test.npz",
            "devanagari", "test", "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "bangla_cmaterdb_test", "CMATERdb 3.1.1, Bangla, test part", "bangla/cmaterdb/test.npz", "bangla", "test",
            "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "telugu_cmaterdb_test", "CMATERdb 3.4.1, Telugu, test part", "telugu/cmaterdb/test.npz", "telugu", "test",
            "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "dig_mnist", "Dig-MNIST", "kannada/dig_mnist/test.npz", "kannada", "test", "CC BY-SA 4.0",
            "https://github.com/vinayprabhu/Kannada_MNIST",
            "White on black, 28 x 28, squeezed sideways; other writers far from where the training set was written",
        ),
        Source(
            "gurmukhi_test", "Gurmukhi digits, test part", "gurmukhi/stretched/test.npz", "gurmukhi", "test",
            "None stated", "https://github.com/revantteotia/gurumukhi-digit-classification", _STRETCHED,
            stretched=True,
        ),
        Source(
            "arabic_cmaterdb_test", "CMATERdb 3.3.1, Arabic, test part", "arabic/cmaterdb/test.npz", "arabic", "test",
            "Research use", _CMATERDB, "White on black, 28 x 28, scans; each box stretched to fill its frame",
            stretched=True,
        ),
        Source(
            "madbase_test", "MADBase, second half of its test part", "arabic/madbase/test.npz", "arabic", "test",
            "Research use", "https://github.com/mloey/Arabic-Handwritten-Digits-Dataset",
            "White on black, 28 x 28, scans; the Egyptian 2 and 3",
        ),
    )
}  # fmt: skip


def _label_slips(key: str) -> set[str]:
    """Pictures of a source that plainly show something else than their label says; no test set is cleaned."""
    with LABEL_SLIPS.open(encoding="utf-8", newline="") as stream:
        return {row["file"] for row in csv.DictReader(stream) if row["set"] == key}


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
        return Dataset(key, source.script, *cut_rows(_images_in(path)))
    dataset = replace(load(path, source.script, key, source.arrays), stretched=source.stretched)
    slips = _label_slips(key)
    if slips:
        kept = [place for place, file in enumerate(dataset.images) if file.relative_to(path).as_posix() not in slips]
        dataset = dataset.take(np.array(kept))
    if not source.signs:
        return dataset
    places = np.array([OPERATORS.index(sign) for sign in source.signs])
    return replace(dataset, labels=places[dataset.labels], class_names=OPERATORS)
