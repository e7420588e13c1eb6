"""Collected digits: kept once, found again, deleted, bounded; nothing half after a kill; what is hostile refused."""

import io
import json
import os
import random
import signal
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from drawn import draw
from PIL import Image

from lekh import clipping, collection_zip, datasets
from lekh.collection import METADATA, Collection
from lekh.collection_names import MOST_CLASSES, checked_classes, checked_name, checked_script, class_of
from lekh.collection_store import FolderStore, MemoryStore
from lekh.errors import LekhError
from lekh.images import to_grey

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(params=["memory", "disk"])
def made(request, tmp_path):
    """A function that makes an empty collection, in memory or on the disk."""

    def make(script="latin", classes=()):
        return (
            Collection(script, classes) if request.param == "memory" else Collection.on_disk(script, tmp_path, classes)
        )

    return make


def clip(digit: int, seed: int | None = None) -> np.ndarray:
    return clipping.cut(draw("latin", digit, seed))


def filled(collection: Collection, *digits: int) -> Collection:
    for place, digit in enumerate(digits):
        collection.add(str(digit), clip(digit, place), "drawn")
    return collection


# What is kept


def test_an_example_is_kept_with_what_is_known_of_it(made):
    collection = made("khmer")
    example = collection.add("៧", clip(7), "drawn", consent=True)
    assert (example.label, example.source, example.consent) == ("7", "drawn", True)
    assert example.sha256 == clipping.digest(to_grey(collection.picture(example)))
    assert example.size_wh == clip(7).shape[::-1] and example.bytes == len(collection.picture(example))
    assert clipping.line_of(collection.picture(example)) == example.line()
    assert collection.counts() == {str(digit): int(digit == 7) for digit in range(10)}


def test_the_same_picture_is_kept_once_and_moves_when_its_class_is_corrected(made):
    collection = made()
    assert collection.add("1", clip(7), "correction") is not None
    assert collection.add("1", clip(7), "drawn") is None
    moved = collection.add("7", clip(7), "correction")
    assert collection.examples() == (moved,) and moved.label == "7"
    assert collection.add("7", clip(7, 3), "drawn") is not None and len(collection) == 2


def test_examples_are_deleted_one_by_one_by_class_and_all(made):
    collection = filled(made(), 1, 1, 2, 3)
    collection.remove(collection.examples("1")[:1])
    assert (len(collection), collection.counts()["1"]) == (3, 1)
    collection.clear("2")
    assert {example.label for example in collection.examples()} == {"1", "3"}
    collection.clear()
    assert len(collection) == 0 and collection.examples() == ()


def test_a_new_label_is_a_new_symbol_of_ones_own_and_no_new_digit(made):
    own = made("my_symbols")
    own.add("star", clip(3), "drawn")
    assert own.classes == ("star",)
    own.name_classes(["moon"])
    assert own.classes == ("moon", "star")
    with pytest.raises(LekhError, match="no digit"):
        made().add("star", clip(3), "drawn")


@pytest.mark.parametrize("picture", [np.full((90, 90), 255, np.uint8), np.full((400, 300), 20, np.uint8)])
def test_a_picture_without_ink_is_refused(made, picture):
    with pytest.raises(LekhError, match="No ink"):
        made().add_picture("1", picture, "drawn")


@pytest.mark.parametrize(("bound", "most"), [("most_examples", 2), ("most_bytes", 3000)])
def test_a_collection_is_bounded(made, monkeypatch, bound, most):
    for store in (MemoryStore, FolderStore):
        monkeypatch.setattr(store, bound, most)
    collection = made()
    with pytest.raises(LekhError, match="at most"):
        filled(collection, *range(10))
    assert 1 <= len(collection) <= 3


# The clipping


def test_a_clipping_holds_its_digit_and_nothing_of_its_neighbour():
    page = np.full((300, 400), 255, np.uint8)
    page[100:200, 100:110] = 0
    page[100:200, 116:126] = 0
    alone = clipping.cut(page, (100, 100, 10, 100), [(116, 100, 10, 100)])
    assert (alone < 128).sum(axis=1).max() == 10
    assert alone.shape == (130, 15 + 10 + 6)
    both = clipping.cut(page, (100, 100, 10, 100))
    assert (both < 128).sum(axis=1).max() > 10


def test_a_clipping_is_small_and_is_not_cut_again():
    large = clipping.cut(draw("latin", 4, size=900))
    assert max(large.shape) == clipping.SIDE
    assert np.array_equal(clipping.cut(large), large)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXtlekh\0{",
        b"GIF89a" + bytes(60),
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 4005) + b"tEXtlekh\0" + b"[" * 4000,
    ],
    ids=["empty", "head", "cut off", "other", "deep"],
)
def test_a_picture_without_a_line_has_none(content):
    assert clipping.line_of(content) == {}


# On the disk


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / METADATA).read_text("utf-8").splitlines()]


def pictures(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.glob("*/*.png")}


def check(folder: Path, script: str = "latin") -> Collection:
    """Opens what lies there; pictures, metadata and memory must then agree."""
    collection = Collection.on_disk(script, folder.parent)
    assert {line["file"] for line in lines(folder)} == pictures(folder)
    assert len(collection) == len(lines(folder)) == len({line["sha256"] for line in lines(folder)})
    for line in lines(folder):
        content = (folder / line["file"]).read_bytes()
        assert clipping.digest(to_grey(content)) == line["sha256"] and len(content) == line["bytes"]
        assert clipping.line_of(content) == {name: line[name] for name in clipping.line_of(content)}
    assert not list((folder / ".incoming").glob("*.part"))
    return collection


def test_the_folder_is_a_data_set_as_it_lies(tmp_path):
    filled(Collection.on_disk("khmer", tmp_path), 5, 5, 2)
    loaded = datasets.load(tmp_path / "khmer", "khmer")
    assert sorted(loaded.labels.tolist()) == [2, 5, 5] and loaded.class_names == tuple("0123456789")
    assert {line["class"] for line in lines(tmp_path / "khmer")} == {"2", "5"}
    check(tmp_path / "khmer", "khmer")


def test_what_others_write_is_seen(tmp_path):
    mine, theirs = (Collection.on_disk("latin", tmp_path) for _ in range(2))
    filled(theirs, 1, 2)
    assert len(mine) == 0
    mine.refresh()
    assert len(mine) == 2
    filled(theirs, 3)
    mine.remove(mine.examples("1"))  # what they wrote meanwhile is seen all the same
    mine.refresh()
    assert sorted(example.label for example in mine.examples()) == ["2", "3"]
    theirs.clear()
    mine.refresh()
    assert len(mine) == 0 and not pictures(tmp_path / "latin")


def test_what_the_disk_refuses_to_delete_stays(tmp_path, monkeypatch):
    collection = filled(Collection.on_disk("latin", tmp_path), 1, 2)

    def refuse(*_, **__):
        raise PermissionError("read-only")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(LekhError, match="could not be deleted"):
            collection.clear()
    assert len(collection) == 2


@pytest.mark.parametrize(
    "damage", ["no metadata", "torn line", "foreign lines", "lost picture", "half a move", "by hand"]
)
def test_metadata_follow_the_pictures(tmp_path, damage):
    folder = tmp_path / "latin"
    collection = filled(Collection.on_disk("latin", tmp_path), 1, 2, 3)
    before, metadata = collection.examples(), folder / METADATA
    expected = {"1": 1, "2": 1, "3": 1}
    if damage == "no metadata":
        metadata.unlink()
    elif damage == "torn line":
        metadata.write_bytes(metadata.read_bytes()[:-40])
    elif damage == "foreign lines":
        line = json.dumps(lines(folder)[0] | {"file": "../../latin/1/x.png", "class": ".."})
        metadata.write_text(f"{line}\n[]\nnull\n{metadata.read_text()}\x00\n")
    elif damage == "lost picture":
        next((folder / "2").glob("*.png")).unlink()
        expected.pop("2")
    elif damage == "half a move":
        old = next((folder / "3").glob("*.png"))
        collection.add("4", to_grey(old), "correction")
        (folder / "3").mkdir(exist_ok=True)
        (folder / "3" / before[2].file).write_bytes(clipping.to_png(clip(3, 2), before[2].line()))
        expected = {"1": 1, "2": 1, "4": 1}
    else:
        Image.fromarray(draw("latin", 9)).save(folder / "3" / "mine.png")
        (folder / "3" / "broken.png.txt").write_text("no picture")
        expected["3"] = 2
    counts = check(folder).counts()
    assert {label: count for label, count in counts.items() if count} == expected


KILLER = """
import os, random, signal, sys, time
import cv2
cv2.setNumThreads(0)  # its threads do not survive a fork
from drawn import draw
from lekh import clipping
from lekh.collection import Collection

def save(place, told):
    collection = Collection.on_disk("latin", sys.argv[1])
    while True:
        label, clip = clips[place % len(clips)]
        os.write(1, f"comes {clipping.digest(clip)}\\n".encode())
        collection.add(label, clip, "drawn", consent=True)
        os.write(1, f"kept {clipping.digest(clip)}\\n".encode())
        os.write(told, b".")
        if place % 4 == 3:  # corrected: it moves
            collection.add("0", clip, "correction", consent=True)
        if place % 10 == 8:
            _, gone = clips[(place - 8) % len(clips)]
            os.write(1, f"gone {clipping.digest(gone)}\\n".encode())
            collection.remove(e for e in collection.examples() if e.sha256 == clipping.digest(gone))
        place += 1

clips = [(str(n % 9 + 1), clipping.cut(draw("latin", n % 9 + 1, n))) for n in range(120)]
for line in sys.stdin:
    place, count, seconds = line.split()
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        save(int(place), told)
    for _ in range(int(count)):
        os.read(heard, 1)
    time.sleep(float(seconds))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.write(1, b"killed\\n")
"""
KILLS = 30


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no process can be killed so here")
def test_a_kill_at_any_moment_leaves_no_half_file_and_loses_nothing(tmp_path):
    chance, folder = random.Random(6), tmp_path / "latin"
    told, interrupted, back = {}, set(), set()
    killer = subprocess.Popen(
        [sys.executable, "-c", KILLER, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    with killer:
        for turn in range(KILLS):
            killer.stdin.write(f"{7 * turn} {chance.randrange(5)} {chance.uniform(0.002, 0.06)}\n")
            last = None
            while (line := killer.stdout.readline()) != "killed\n":
                what, sha256 = last = line.split()
                if what != "comes":
                    told[sha256] = what
            if last is not None and last[0] == "gone":
                interrupted.add(last[1])  # nobody knows how far that came
            elif last is not None and last[0] == "comes":
                back.add(last[1])  # may be there, though it was gone before
            for path in folder.glob("*/*.png"):  # before anything is mended: whole, wherever it has appeared
                assert clipping.digest(to_grey(path)) == clipping.line_of(path.read_bytes())["sha256"]
            collection = check(folder) if folder.is_dir() else None
        killer.stdin.close()
    there = {example.sha256 for example in collection.examples()}
    kept = {sha256 for sha256, what in told.items() if what == "kept"}
    assert len(kept) > 20 and kept - interrupted <= there
    assert not {sha256 for sha256, what in told.items() if what == "gone"} - interrupted - back & there
    assert len(datasets.load(folder, "latin")) == len(collection)


def test_a_full_disk_is_one_sentence_and_nothing_is_counted(tmp_path, monkeypatch):
    collection = Collection.on_disk("latin", tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lekh.collection_store.os.fsync", full)
    with pytest.raises(LekhError, match="could not be kept"):
        collection.add("1", clip(1), "drawn")
    monkeypatch.undo()
    assert len(collection) == 0 and len(check_after_failure(tmp_path)) == 0


def check_after_failure(root: Path) -> Collection:
    collection = Collection.on_disk("latin", root)
    assert not pictures(root / "latin") and not list((root / "latin" / ".incoming").glob("*.part"))
    return collection


# Names


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "empty"), ("   ", "empty"), ("..", "dot"), (".hidden", "dot"), ("__MACOSX", "underscore"), ("end.", "dot"),
        ("../up", "dot|sign"), ("a/b", "sign"), ("a\\b", "sign"), ("C:x", "sign"), ("a*", "sign"), ("a|b", "sign"),
        ("a\0b", "invisible"), ("a\nb", "invisible"), ("a\u202eb", "invisible"), ("\u200f", "invisible"),
        ("\ufeffa", "invisible"), ("\ud800", "invisible"), ("a" * 25, "longer"), ("con", "reserved"),
        ("NUL.txt", "reserved"), ("Com1", "reserved"),
    ],
)  # fmt: skip
def test_a_name_that_could_do_harm_is_refused(name, problem):
    for check in (checked_name, checked_script, lambda name: class_of(name, "my_symbols")):
        with pytest.raises(LekhError, match=problem):
            check(name)


@pytest.mark.parametrize(
    ("name", "made"), [("star", "star"), (" ផ្កា ", "ផ្កា"), ("e\u0301", "é"), ("α", "α"), ("+", "+"), ("한", "한")]
)
def test_a_name_in_any_writing_is_taken(name, made):
    assert checked_name(name) == made


@pytest.mark.parametrize("name", ["auto", "none", "operators", "Khmer", "../latin", "con"])
def test_a_script_has_a_name_of_its_own(name):
    with pytest.raises(LekhError):
        Collection.on_disk(name, "anywhere")


@pytest.mark.parametrize(
    ("names", "problem"), [(["A", "a"], "capitals"), ([f"s{n}" for n in range(MOST_CLASSES + 1)], "more than 40")]
)
def test_too_many_symbols_and_names_that_are_one_folder_are_refused(names, problem):
    with pytest.raises(LekhError, match=problem):
        checked_classes(names)


@pytest.mark.parametrize(("label", "made"), [("7", "7"), ("៧", "7"), ("٧", "7"), ("Seven", "7")])
def test_a_folder_may_name_its_digit_in_any_way(label, made):
    assert class_of(label, "khmer") == made


# Zips


def zip_of(files, edit=lambda member: None, method=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            member = zipfile.ZipInfo(name)
            member.compress_type = method
            edit(member)
            archive.writestr(member, content)
    return buffer.getvalue()


def png(digit: int = 7, seed: int | None = None) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(draw("latin", digit, seed)).save(buffer, "PNG")
    return buffer.getvalue()


def test_what_was_packed_comes_back_with_its_metadata(made, tmp_path):
    collection = filled(made("khmer"), 5, 5, 2)
    content = collection_zip.pack(collection)
    back = Collection("khmer")
    assert collection_zip.take(content, back, consent=True) == collection_zip.Taken(3, 0, 0)
    assert collection_zip.take(content, back) == collection_zip.Taken(0, 3, 0)
    own = {example.sha256: (example.label, example.source, example.date) for example in collection.examples()}
    assert {example.sha256: (example.label, example.source, example.date) for example in back.examples()} == own
    assert all(example.consent for example in back.examples())
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert sorted(names) == ["khmer/2/000.png", "khmer/5/000.png", "khmer/5/001.png", f"khmer/{METADATA}"]


def test_a_zip_unpacked_is_a_data_set(tmp_path):
    zipfile.ZipFile(io.BytesIO(collection_zip.pack(filled(Collection("latin"), 4, 4, 6)))).extractall(tmp_path)
    assert datasets.load(tmp_path / "latin", "latin").labels.tolist() == [4, 4, 6]
    assert [line["file"] for line in lines(tmp_path / "latin")] == ["4/000.png", "4/001.png", "6/000.png"]


@pytest.mark.parametrize("top", ["", "mine/", "a/b/c/", "latin/"])
def test_any_zip_of_class_folders_is_taken(made, top):
    blank = io.BytesIO()
    Image.new("L", (90, 90), 255).save(blank, "PNG")
    collection = made()
    content = zip_of(
        [
            (f"{top}7/a.png", png(7)), (f"{top}seven/b.PNG", png(7, 1)), (f"{top}៣/c.png", png(3)),
            (f"{top}3/again.png", png(3)), (f"{top}1/blank.png", blank.getvalue()),
            ("__MACOSX/7/._a.png", b"x"), (f"{top}.DS_Store", b"x"), (f"{top}README.md", b"x"),
        ]
    )  # fmt: skip
    assert collection_zip.take(content, collection) == collection_zip.Taken(3, 1, 1)
    assert {label: n for label, n in collection.counts().items() if n} == {"3": 1, "7": 2}
    assert {example.source for example in collection.examples()} == {"uploaded"}


def link(member):
    member.external_attr = (stat.S_IFLNK | 0o777) << 16


def locked(content: bytes) -> bytes:
    """The same zip with the sign of a password on its first file, in both of its headers."""
    made, central = bytearray(content), content.index(b"PK\x01\x02")
    made[6] |= 1
    made[central + 8] |= 1
    return bytes(made)


def lying(content: bytes, size: int) -> bytes:
    """The same zip whose directory says that its first file unpacks to `size` bytes."""
    made, central = bytearray(content), content.index(b"PK\x01\x02")
    made[22:26] = made[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(made)


def overlapping(content: bytes) -> bytes:
    """A zip whose directory names the same stretch of bytes a hundred times."""
    end, central = content.index(b"PK\x05\x06"), content.index(b"PK\x01\x02")
    entry = content[central:end]
    directory = b"".join(entry.replace(b"7/a.png", b"7/%03d.p" % n) for n in range(100))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 100, 100, len(directory), central, 0)
    return content[:central] + directory + tail


HOSTILE = {
    "up": (zip_of([("../7/a.png", png())]), "outside"),
    "far up": (zip_of([("7/../../a.png", png())]), "outside"),
    "absolute": (zip_of([("/7/a.png", png())]), "outside"),
    "backslash": (zip_of([("..\\7\\a.png", png())]), "outside"),
    "drive": (zip_of([("C:\\7\\a.png", png())]), "outside"),
    "link": (zip_of([("7/a.png", "/etc/passwd")], link), "link"),
    "password": (locked(zip_of([("7/a.png", png())])), "password"),
    "ratio": (zip_of([("7/a.png", bytes(9 * 2**20))]), "far more"),
    "large file": (zip_of([("7/a.png", bytes(11 * 2**20))]), "larger than 10 MB"),
    "large total": (zip_of([(f"7/{n}.png", bytes(9 * 2**20)) for n in range(12)]), "more than 100 MB"),
    "too many": (zip_of([(f"7/{n}.png", b"") for n in range(collection_zip.MOST_FILES + 1)]), "more than 5000"),
    "overlapping": (overlapping(zip_of([("7/a.png", bytes(range(256)) * 9)], method=zipfile.ZIP_STORED)), "far more"),
    "lying": (lying(zip_of([("7/a.png", png())]), 50), "far more|damaged"),
    "nested": (zip_of([("7/a.zip", zip_of([("7/a.png", png())]))]), "another archive"),
    "zip called picture": (zip_of([("7/a.png", zip_of([("7/a.png", png())]))]), "ZIP archive"),
    "text called picture": (zip_of([("7/a.png", b"hello")]), "not a picture"),
    "cut off picture": (zip_of([("7/a.png", png()[:300])]), "incomplete"),
    "program": (zip_of([("7/a.exe", b"MZ")]), "no picture"),
    "svg": (zip_of([("7/a.svg", b"<svg/>")]), "no picture"),
    "no folder": (zip_of([("a.png", png())]), "outside of folders"),
    "no digit": (zip_of([("star/a.png", png())]), "no digit"),
    "hostile folder": (zip_of([("a\u202eb/a.png", png())]), "invisible"),
    "other script": (zip_of([("khmer/7/a.png", png())]), "another script. Choose Khmer"),
    "empty": (zip_of([]), "no pictures"),
    "no zip": (b"PK\x03\x04 and so on", "not a zip"),
    "cut off": (zip_of([("7/a.png", png())])[:-30], "not a zip"),
    "damaged": (zip_of([("7/a.png", png())], method=zipfile.ZIP_STORED).replace(b"IDAT", b"IDAX"), "damaged"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_one_sentence_and_nothing_of_it_comes_in(made, kind):
    content, problem = HOSTILE[kind]
    with_more = made()
    with pytest.raises(LekhError, match=problem):
        collection_zip.take(content, with_more)
    assert len(with_more) == 0


def test_one_bad_file_among_good_ones_lets_none_in(made):
    collection = made()
    with pytest.raises(LekhError, match="not a picture"):
        collection_zip.take(zip_of([("7/a.png", png()), ("8/b.png", png(8)), ("9/c.png", b"no")]), collection)
    assert len(collection) == 0


def test_a_zip_that_does_not_fit_comes_in_not_at_all(made, monkeypatch):
    for store in (MemoryStore, FolderStore):
        monkeypatch.setattr(store, "most_bytes", 4000)
    collection = made()
    with pytest.raises(LekhError, match="at most"):
        collection_zip.take(zip_of([(f"{digit}/a.png", png(digit)) for digit in range(10)]), collection)
    assert len(collection) == 0


def test_a_zip_of_too_many_symbols_is_refused():
    with pytest.raises(LekhError, match="more than 40"):
        collection_zip.take(zip_of([(f"s{n}/a.png", png()) for n in range(41)]), Collection("my_symbols"))
