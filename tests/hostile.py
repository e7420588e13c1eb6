"""Hostile input for every door, made from a seed: damaged and forged files, words, tables, folders.

`attack(door, seed)` goes through one door once. What it may answer with is an answer or a `LekhError`; any other
exception passes through. `tests/test_hostile.py` goes through each door some times, `tests/fuzz.py` very often.
"""

import base64
import contextlib
import hashlib
import io
import json
import os
import random
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from drawn import draw
from PIL import Image
from test_image_mutations import NUMBERS, SEEDS, mutated, with_checksums

from lekh import addresses, cli, collection, collection_zip, evaluation, ledger, model, reading
from lekh.errors import LekhError

SIGNS = (
    "=1+1",
    "../../x",
    "/etc/passwd",
    "a\0b",
    "\u202egnp",
    "<b>x</b>",
    "<script>",
    "'",
    '"',
    "\n",
    "\udcff",
    "៣",
    "9" * 400,
)
SIGNS += (
    "-1",
    "--json",
    "--script",
    "@x",
    "",
    " ",
    "%s%n",
    "{0}",
    "C:\\x",
    "\\\\x\\y",
    "s3://",
    "zip://",
    "file://x",
    "nan",
)
WORDS = (
    "read",
    "evaluate",
    "evaluate-lines",
    "datasets",
    "--single",
    "--json",
    "--csv",
    "--script",
    "--images",
    "--workers",
)


def changes(chance: random.Random) -> list[tuple]:
    """Edits for `mutated`."""
    kinds = ("flip", "flip", "number", "number", "delete", "insert", "splice", "cut")
    return [_change(chance, chance.choice(kinds)) for _ in range(chance.randint(1, 4))]


def _change(chance, kind):
    if kind == "number":
        form = chance.choice(["<I", ">I", "<H", ">H", "B"])
        return kind, chance.randint(0, 400), chance.choice(NUMBERS), form
    more = {
        "flip": lambda: (chance.randint(1, 255),),
        "delete": lambda: (chance.randint(1, 40),),
        "insert": lambda: (chance.randbytes(chance.randint(1, 12)),),
        "splice": lambda: (chance.choice(sorted(SEEDS)), chance.random()),
        "cut": tuple,
    }
    return kind, chance.random(), *more[kind]()


def file(chance: random.Random) -> bytes:
    """A damaged or forged picture file, now and then a bomb or an honest digit."""
    kind = chance.random()
    if kind < 0.02:
        return bomb(chance)
    if kind < 0.05:
        return saved(draw("latin", chance.randrange(10)))
    name = chance.choice(sorted(SEEDS))
    data = mutated(SEEDS[name], changes(chance))
    return with_checksums(data) if name.startswith("png") and chance.random() < 0.5 else data


def saved(page: np.ndarray) -> bytes:
    """A PNG of a page."""
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "PNG")
    return buffer.getvalue()


def bomb(chance: random.Random) -> bytes:
    """A small file that claims much: pixels, whole or cut off, or frames."""
    depth, kind = chance.choice([(1, 0), (8, 0), (16, 0), (8, 2), (8, 6), (8, 4)])
    side = chance.choice([2000, 5000, 7000, 9999, 10_001, 40_000, 2**31 - 1])
    channels = {0: 1, 2: 3, 6: 4, 4: 2}[kind]
    row = -(-min(side, 10_000) * depth * channels // 8) + 1
    rows = 2000 if side == 2000 or chance.random() < 0.05 else chance.choice([1, 30])
    return png(side, side, depth, kind, zlib.compress(bytes(row) * rows, 1))


def png(width: int, height: int, depth: int, kind: int, data: bytes) -> bytes:
    """A PNG file whose header says what it is told to."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width & 0x7FFFFFFF, height & 0x7FFFFFFF, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def text(chance: random.Random) -> str:
    """A short hostile text."""
    return "".join(chance.choice((*SIGNS, chr(chance.choice([32, 65, 0x202E, 0x1F600, 0xFEFF, 0]))))
                   for _ in range(chance.randint(0, 3)))  # fmt: skip


def value(chance: random.Random, depth: int = 0):
    """Anything that JSON can hold."""
    kind = chance.randrange(9 if depth < 3 else 6)
    if kind == 6:
        return [value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    if kind >= 7:
        return {text(chance): value(chance, depth + 1) for _ in range(chance.randint(0, 3))}
    strange = chance.choice([float("nan"), float("inf"), 10**400])
    return (None, True, chance.choice(NUMBERS), -chance.random() * 1e9, text(chance), strange)[kind]


def disturbed(chance: random.Random, honest):
    """An honest JSON value with something in it exchanged or missing."""
    if chance.random() < 0.15 or not isinstance(honest, dict | list) or not honest:
        return value(chance)
    copy = honest.copy()
    place = chance.choice(list(copy)) if isinstance(copy, dict) else chance.randrange(len(copy))
    if chance.random() < 0.15:
        del copy[place]
    else:
        copy[place] = disturbed(chance, copy[place])
    return copy


# The doors


def upload(chance: random.Random) -> None:
    """A file as the page, the camera and the command line take it."""
    reading.read(file(chance), trusted(), chance.choice([reading.AUTO, "latin"]), chance.random() < 0.5)


def canvas(chance: random.Random) -> None:
    """What a browser may send instead of a drawing."""
    from views.canvas import COLOURS, Sheet, reported

    honest = {"objects": [{"type": "path", "path": [["M", 1, 2]], "stroke": "#111111"}], "version": "5"}
    address = chance.choice(
        [None, "", "data:;base64,!", "data:image/png;base64,iVBORw0", "x;base64,AAA", value(chance)]
    )

    class Result:
        json_data = disturbed(chance, honest)

        @property
        def image_bytes(self):  # word for word what the canvas does, which cannot be imported without a running page
            if address is None:
                return None
            _, encoded = address.split(";base64,", 1)
            return base64.b64decode(encoded)

    sheet = Sheet()
    sheet.take_colour(COLOURS["dark"][0])
    sheet.receive(*reported(Result()))
    sheet.take_colour(COLOURS["light"][0])
    for step in (sheet.undo, sheet.redo, sheet.put_away, sheet.clear):
        step()
    if sheet.png is not None:
        reading.read(sheet.png, trusted())


def photo(chance: random.Random) -> None:
    """What a browser may send instead of a choice or a correction on the photo."""
    from views import corrections
    from views.photo import chosen_box

    hash(chosen_box(disturbed(chance, {"box": [1, 2, 3, 4]})))
    edit = {
        "seq": 1,
        "kind": chance.choice(["move", "add", "delete", "label"]),
        "from": [1, 2, 3, 4],
        "to": [5, 6, 7, 8],
        "digit": 3,
    }
    edit = disturbed(chance, edit)
    if isinstance(edit, dict):
        boxes = corrections.change((reading.Box((1, 2, 3, 4)),), edit, (100, 100), 10)
        page = reading.read(draw("latin", 3), trusted(), "latin")
        reading.read_boxes(page, boxes, trusted(), "latin")


def model_card(chance: random.Random) -> None:
    """A model folder whose card was forged."""
    card = json.loads(_tiny()[model.CARD])
    _loaded({**_tiny(), model.CARD: json.dumps(disturbed(chance, card)).encode()})


def model_bytes(chance: random.Random) -> None:
    """A model folder with a damaged file that its sum gives away."""
    name = chance.choice([model.CARD, model.TFLITE])
    _loaded({**_tiny(), name: mutated(_tiny()[name], changes(chance))})


def _loaded(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        loaded = model.load(folder)
        reading.read(draw("latin", 5), loaded, single=True)


def labels(chance: random.Random) -> None:
    """A table of labels for `evaluate-lines`."""
    rows = "".join(f"{text(chance)},{text(chance)}\n" for _ in range(chance.randint(0, 3)))
    honest = ("file,text\na.png,12\n" + rows).encode("utf-8", "surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.csv"
        path.write_bytes(mutated(honest, changes(chance)) if chance.random() < 0.5 else honest)
        evaluation.evaluate_lines(path, folder, trusted(), "latin")


def table(chance: random.Random) -> None:
    """A table that a run of `read FOLDER --csv` is to continue."""
    with tempfile.TemporaryDirectory() as folder:
        path, columns = Path(folder) / "t.csv", ("file", "text")
        with ledger.opened(path, columns, {}) as begun:
            begun.append([[text(chance), text(chance)] for _ in range(3)])
        path.write_bytes(mutated(path.read_bytes(), changes(chance)))
        with ledger.opened(path, columns, {}) as continued:
            continued.append([[text(chance), "1"]])


def names(chance: random.Random) -> None:
    """Addresses, and files with odd names in a folder."""
    with contextlib.suppress(LekhError):
        addresses.pictures([chance.choice(["zip://", "memory://", "file:///no/", "", "nowhere://"]) + text(chance)])
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            name = text(chance).replace("/", "").replace("\0", "").encode("utf-8", "surrogateescape")[:200]
            with contextlib.suppress(OSError):
                Path(os.fsdecode(os.fsencode(folder) + b"/" + name + b".png")).write_bytes(file(chance))
        for picture in addresses.pictures([folder]):
            assert "\n" not in picture.name
            with contextlib.suppress(LekhError):
                reading.read(picture.content(), trusted(), "latin", single=True)


def collected(chance: random.Random) -> None:
    """A zip of collected digits."""
    buffer = io.BytesIO()
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(buffer, "w", chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as packed,
    ):
        warnings.simplefilter("ignore")  # names that are there twice
        for _ in range(chance.randint(1, 3)):
            name = chance.choice(
                [f"{chance.randrange(10)}/a.png", f"/3/{text(chance)}.png", f"{text(chance)}/1.png", "/../3/a.png"]
            )
            content = saved(draw("latin", 3)) if chance.random() < 0.5 else file(chance)
            packed.writestr("x" + name.encode("utf-8", "replace").decode(), content)
        if chance.random() < 0.1:
            packed.writestr("3/bomb.png", bytes(20_000_000))
    data = buffer.getvalue()
    data = mutated(data, changes(chance)) if chance.random() < 0.6 else data
    collection_zip.take(data, collection.Collection(chance.choice(["latin", "runes"])))


def command(chance: random.Random) -> None:
    """Words on the command line; 0, 1 and 2 are its answers."""
    words = [chance.choice((*WORDS, *SIGNS)) for _ in range(chance.randint(0, 6))]
    words = [word for word in words if word not in ("--csv", "--workers")]  # the first would write wherever it says
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        path = Path(folder) / "a.png"
        path.write_bytes(file(chance))
        words = ["read", "--model", str(_folder()), str(path), *words] if chance.random() < 0.5 else words
        try:
            status = cli.main(["--model", str(_folder()), *words])
        except SystemExit as ended:
            status = ended.code
    assert status in (0, 1, 2), status


DOORS: dict[str, Callable[[random.Random], None]] = {
    door.__name__: door
    for door in (upload, canvas, photo, model_card, model_bytes, labels, table, names, collected, command)
}
_place = SimpleNamespace(folder=None)


def use_model(folder: Path) -> None:
    """Names the small model folder that the doors use."""
    _place.folder = Path(folder)
    for kept in (trusted, _tiny):
        kept.cache_clear()


def _folder() -> Path:
    return _place.folder


@cache
def trusted() -> model.Model:
    """The model that reads what comes through the doors."""
    return model.load(_folder())


@cache
def _tiny() -> dict[str, bytes]:
    return {name: (_folder() / name).read_bytes() for name in (model.CARD, model.TFLITE)}


def attack(door: str, seed: int) -> bool:
    """Goes through one door once; returns whether it was turned away with a sentence."""
    chance = random.Random(f"{door} {seed}")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            DOORS[door](chance)
        except LekhError as error:
            assert error.problem and error.remedy and "\n" not in str(error)
            return True
    return False


def forged_network(seed: int) -> dict[str, bytes]:
    """A model folder whose network is damaged and whose sum was made right again: only its owner can do that."""
    chance = random.Random(seed)
    network = mutated(_tiny()[model.TFLITE], changes(chance))
    card = json.loads(_tiny()[model.CARD])
    card["files"][model.TFLITE]["sha256"] = hashlib.sha256(network).hexdigest()
    return {model.CARD: json.dumps(card).encode(), model.TFLITE: network}
