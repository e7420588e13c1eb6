"""Every layout that `load` takes, every mistake with its remedy, and splits that share no writer."""

import csv
import gzip
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from drawn import draw
from PIL import Image

from lekh import datasets, images
from lekh.datasets import Dataset, Strokes
from lekh.errors import LekhError
from lekh.numerals import OPERATORS, SCRIPTS, SIGNS


def an_l(size=12):
    """uint8 `(size, size)`: an L, which no flip leaves alone."""
    page = np.full((size, size), 255, np.uint8)
    page[2:10, 3:5] = page[8:10, 3:9] = 0
    return page


def class_folders(root, classes, copies=2, suffix=".png"):
    for name in classes:
        (root / name).mkdir(parents=True)
        for copy in range(copies):
            Image.fromarray(an_l()).save(root / name / f"{copy}{suffix}")
    return root


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def drawn_set(n=20, writers=None):
    pages = np.stack([an_l()] * n)
    return Dataset("drawn", "latin", pages, np.arange(n, dtype=np.int64) % 10, writers)


class TestClassFolders:
    @pytest.mark.parametrize(
        "names",
        [
            pytest.param("0123456789", id="digits"),
            pytest.param("០១២៣៤៥៦៧៨៩", id="numerals of a script"),
            pytest.param("zero one two three four five six seven eight nine".split(), id="words"),  # noqa: SIM905
            pytest.param(["Zero", "One", "2"], id="mixed, any case"),
        ],
    )
    def test_label_is_what_the_folder_says(self, tmp_path, names):
        dataset = datasets.load(class_folders(tmp_path / "set", names), "khmer")
        assert dataset.labels.tolist() == [label for label in range(len(names)) for _ in range(2)]
        assert dataset.class_names == tuple("0123456789")
        assert dataset.name == "set"

    def test_a_missing_class_moves_no_label(self, tmp_path):
        assert set(datasets.load(class_folders(tmp_path, ["3", "7"]), "latin").labels.tolist()) == {3, 7}

    def test_own_shapes_are_numbered_in_natural_order(self, tmp_path):
        dataset = datasets.load(class_folders(tmp_path, ["shape 10", "shape 2", "arrow"]), "shapes")
        assert dataset.class_names == ("arrow", "shape 2", "shape 10")
        assert dataset.labels.tolist() == [0, 0, 1, 1, 2, 2]

    def test_pictures_in_natural_order_without_other_files(self, tmp_path):
        class_folders(tmp_path, ["1"], copies=11)
        for stray in ("notes.txt", ".hidden.png", "Thumbs.db"):
            (tmp_path / "1" / stray).write_bytes(b"")
        (tmp_path / ".git").mkdir()
        (tmp_path / "empty").mkdir()
        names = [path.name for path in datasets.load(tmp_path, "latin").images]
        assert names == [f"{number}.png" for number in range(11)]

    def test_any_picture_kind_in_any_case(self, tmp_path):
        class_folders(tmp_path / "set", ["1"], copies=1, suffix=".JPG")
        (tmp_path / "set" / "1" / "photo.HEIC").write_bytes(b"not looked at here")
        assert len(datasets.load(tmp_path / "set", "latin")) == 2

    @pytest.mark.parametrize("place", ["in the folder", "one folder up"])
    @pytest.mark.parametrize("column", ["writer", "source_group"])
    def test_writers_from_the_index(self, tmp_path, place, column):
        folder = class_folders(tmp_path / "train", ["0", "1"])
        base, start = (folder, "") if place == "in the folder" else (tmp_path, "train/")
        rows = [f"{start}0/0.png,ann", f"{start}0/1.png,", f"{start}1/0.png,ann"]
        (base / "index.csv").write_text("\n".join([f"file,{column}", *rows]), encoding="utf-8")
        assert datasets.load(folder, "latin").writers.tolist() == ["ann", "unknown", "ann", "unlisted"]

    def test_an_index_of_something_else_is_no_index(self, tmp_path):
        (tmp_path / "index.csv").write_text("file,writer\nelsewhere.png,ann\n", encoding="utf-8")
        assert datasets.load(class_folders(tmp_path / "set", ["0"]), "latin").writers is None


class TestMarkedDigits:
    def field(self, folder, boxes, below="images", column="boxes_digit_x_y_w_h"):
        (folder / below).mkdir(parents=True, exist_ok=True)
        page = np.full((40, 60), 200, np.uint8)
        page[10:30, 20:30] = 50
        Image.fromarray(page).save(folder / below / "field.png")
        rows = [["file", column], ["field.png", json.dumps(boxes)]]
        with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        return folder

    @pytest.mark.parametrize("below", ["images", "."])
    def test_each_is_cut_out_with_its_surroundings(self, tmp_path, below):
        dataset = datasets.load(self.field(tmp_path, [[7, 20, 10, 10, 20], [3, 0, 0, 5, 40]], below), "latin")
        assert dataset.labels.tolist() == [7, 3]
        assert dataset.writers.tolist() == ["field.png", "field.png"]
        seven, three = dataset.images
        assert (seven.shape, three.shape) == ((26, 16), (40, 11))
        assert (seven[3:-3, 3:-3] == 50).all()
        assert (seven[:3] == 200).all()

    @pytest.mark.parametrize(
        ("boxes", "column"),
        [
            pytest.param([[7, 20, 10, 10, 20]], "boxes", id="other column"),
            pytest.param([[7, 20, 10]], "boxes_digit_x_y_w_h", id="not five numbers"),
            pytest.param([["seven", 20, 10, 10, 20]], "boxes_digit_x_y_w_h", id="no digit"),
            pytest.param([[7, 55, 10, 10, 20]], "boxes_digit_x_y_w_h", id="over the edge"),
            pytest.param([[7, 20, 10, 0, 20]], "boxes_digit_x_y_w_h", id="no width"),
            pytest.param(7, "boxes_digit_x_y_w_h", id="no list"),
        ],
    )
    def test_mistakes(self, tmp_path, boxes, column):
        with pytest.raises(LekhError, match=r"labels\.csv does not mark digits"):
            datasets.load(self.field(tmp_path, boxes, column=column), "latin")

    def test_a_digit_beyond_nine(self, tmp_path):
        with pytest.raises(LekhError, match="labels from 11 to 11"):
            datasets.load(self.field(tmp_path, [[11, 20, 10, 10, 20]]), "latin")


class TestArrays:
    @pytest.mark.parametrize("shape", [(12, 12), (12, 12, 1), (12, 12, 3), (12, 12, 4)])
    def test_npz(self, tmp_path, shape):
        pictures = np.stack([np.resize(an_l(), shape)] * 3)
        file = npz(tmp_path / "a.npz", images=pictures, labels=np.array([1, 2, 3], np.uint8), writers=[7, 7, 8])
        dataset = datasets.load(file, "latin")
        assert dataset.labels.dtype == np.int64
        assert dataset.labels.tolist() == [1, 2, 3]
        assert dataset.writers.tolist() == [7, 7, 8]
        assert images.to_grey(dataset.images[0]).shape == (12, 12)

    def test_several_arrays_share_the_labels(self, tmp_path):
        clear, foggy = np.zeros((2, 4, 4), np.uint8), np.full((2, 4, 4), 9, np.uint8)
        file = npz(tmp_path / "a.npz", clear=clear, foggy=foggy, labels=np.array([4, 5]))
        dataset = datasets.load(file, "latin", arrays=("clear", "foggy"))
        assert dataset.labels.tolist() == [4, 5, 4, 5]
        assert dataset.images[:, 0, 0].tolist() == [0, 0, 9, 9]

    @pytest.mark.parametrize("packed", [(False, False), (True, True), (False, True), (True, False)])
    @pytest.mark.parametrize("separator", ["-", "."])
    def test_idx(self, tmp_path, packed, separator):
        contents = {"images": (idx(np.stack([an_l()] * 3)), "3"), "labels": (idx(np.array([7, 8, 9], np.uint8)), "1")}
        for (kind, (content, rank)), gz in zip(contents.items(), packed, strict=True):
            name = f"train-{kind}{separator}idx{rank}-ubyte" + (".gz" if gz else "")
            (tmp_path / name).write_bytes(gzip.compress(content) if gz else content)
        dataset = datasets.load(next(tmp_path.glob("*images*")), "latin")
        assert dataset.labels.tolist() == [7, 8, 9]
        np.testing.assert_array_equal(dataset.images[2], an_l())


class TestStrokes:
    def items(self, comment):
        return [{"label": 1, "strokes": [[[10, 90], [10, 20]], []], "comment": comment}] * 2

    def test_y_is_turned_down(self, tmp_path):
        file = tmp_path / "pen.json.gz"
        file.write_bytes(gzip.compress(json.dumps(self.items(["1", "12", "224"])).encode()))
        dataset = datasets.load(file, "latin")
        assert dataset.has_strokes
        (stroke,) = dataset.images[0].strokes
        assert stroke.dtype == np.float32
        assert stroke[0].tolist() == [10, -90], "the first point was the upper one and still is"
        assert dataset.writers.tolist() == ["12", "12"]

    def test_without_a_writer(self, tmp_path):
        (tmp_path / "pen.json").write_text(json.dumps(self.items(None)))
        assert datasets.load(tmp_path / "pen.json", "latin").writers is None

    @pytest.mark.parametrize(
        "strokes",
        [
            pytest.param((), id="none"),
            pytest.param((np.zeros((0, 2), np.float32),), id="no point"),
            pytest.param((np.zeros((2, 3), np.float32),), id="three coordinates"),
            pytest.param((np.zeros((2, 2)),), id="float64"),
            pytest.param((np.full((2, 2), np.nan, np.float32),), id="not finite"),
        ],
    )
    def test_refused(self, strokes):
        with pytest.raises(ValueError, match=r"stroke"):
            Strokes(strokes)


def _write(path, content):
    path.write_bytes(content)
    return path


PAGES = np.zeros((3, 4, 4), np.uint8)
LABELS = np.array([0, 1, 2])
MISTAKES = {
    "nothing there": (lambda d: d / "none.npz", "There is no file or folder none.npz"),
    "empty folder": (lambda d: d, "holds no folders with pictures"),
    "folder of pictures": (lambda d: class_folders(d / "x", ["1"]) / "1", "holds no folders with pictures"),
    "folder that is no digit": (lambda d: class_folders(d, ["1", "cat"]), "The folder cat in"),
    "unknown kind": (lambda d: _write(d / "a.txt", b"0"), "no data set that Lekh knows"),
    "packed npz": (lambda d: _write(d / "a.npz.gz", b"0"), "no data set that Lekh knows"),
    "damaged npz": (lambda d: _write(d / "a.npz", b"PK\3\4 nonsense"), "damaged"),
    "empty file": (lambda d: _write(d / "a.npz", b""), "damaged"),
    "no labels": (lambda d: npz(d / "a.npz", images=PAGES), "no array called labels"),
    "no images": (lambda d: npz(d / "a.npz", labels=LABELS), "no array called images"),
    "pickled": (lambda d: npz(d / "a.npz", images=np.array([None] * 3), labels=LABELS), "damaged"),
    "flat images": (lambda d: npz(d / "a.npz", images=PAGES.reshape(3, 16), labels=LABELS), "the shape (3, 16)"),
    "float images": (lambda d: npz(d / "a.npz", images=PAGES / 255, labels=LABELS), "are float64"),
    "no pixels": (lambda d: npz(d / "a.npz", images=PAGES[:, :0], labels=LABELS), "have no pixels"),
    "fewer labels": (lambda d: npz(d / "a.npz", images=PAGES, labels=LABELS[:2]), "3 images but 2 labels"),
    "label 10": (lambda d: npz(d / "a.npz", images=PAGES, labels=LABELS + 8), "labels from 8 to 10"),
    "label -1": (lambda d: npz(d / "a.npz", images=PAGES, labels=LABELS - 1), "labels from -1 to 1"),
    "one-hot labels": (lambda d: npz(d / "a.npz", images=PAGES, labels=np.eye(3, dtype=int)), "of shape (3, 3)"),
    "float labels": (lambda d: npz(d / "a.npz", images=PAGES, labels=LABELS / 1), "are float64"),
    "no digit": (lambda d: npz(d / "a.npz", images=PAGES[:0], labels=LABELS[:0]), "holds no digit"),
    "fewer writers": (
        lambda d: npz(d / "a.npz", images=PAGES, labels=LABELS, writers=[1, 2]),
        "but 2 writers",
    ),
    "idx without labels": (lambda d: _write(d / "t-images-idx3-ubyte", idx(PAGES)), "labels of t-images-idx3-ubyte"),
    "idx cut short": (lambda d: _cut_idx(d), "damaged"),
    "json that is none": (lambda d: _write(d / "a.json", b"{"), "damaged"),
    "json of something else": (lambda d: _write(d / "a.json", b'{"label": 1}'), "damaged"),
    "json without strokes": (lambda d: _write(d / "a.json", b'[{"label": 1, "strokes": []}]'), "damaged"),
    "gz that is none": (lambda d: _write(d / "a.json.gz", b"[]"), "damaged"),
    "no strokes at all": (lambda d: _write(d / "a.json", b"[]"), "holds no digit"),
}


def _cut_idx(folder):
    _write(folder / "t-labels-idx1-ubyte", idx(LABELS.astype(np.uint8)))
    return _write(folder / "t-images-idx3-ubyte", idx(PAGES)[:-1])


@pytest.mark.parametrize(("make", "problem"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_say_what_and_what_to_do(tmp_path, make, problem):
    with pytest.raises(LekhError) as caught:
        datasets.load(make(tmp_path), "latin")
    assert problem in caught.value.problem
    assert caught.value.remedy
    assert str(tmp_path) not in str(caught.value)


def test_take_keeps_order_and_writers():
    part = drawn_set(writers=np.arange(20)).take([5, 3])
    assert (part.labels.tolist(), part.writers.tolist(), len(part)) == ([5, 3], [5, 3], 2)


def test_take_of_paths(tmp_path):
    dataset = datasets.load(class_folders(tmp_path, ["0", "1"]), "latin")
    assert dataset.take([2]).images == (dataset.images[2],)


class TestSplit:
    @pytest.mark.parametrize("seed", range(5))
    def test_no_writer_on_both_sides(self, seed):
        writers = np.random.default_rng(1).integers(0, 12, 200)
        train, held = datasets.split_by_writer(drawn_set(200, writers), 0.25, seed)
        assert not set(train.writers.tolist()) & set(held.writers.tolist())
        assert len(train) + len(held) == 200
        assert 30 <= len(held) <= 70

    def test_the_seed_decides(self):
        dataset = drawn_set(200, np.arange(200) // 10)
        first, again, other = (datasets.split_by_writer(dataset, 0.2, seed)[1] for seed in (1, 1, 2))
        assert first.writers.tolist() == again.writers.tolist()
        assert first.writers.tolist() != other.writers.tolist()

    def test_large_writers_only(self):
        train, held = datasets.split_by_writer(drawn_set(20, np.arange(20) // 12), 0.1, 0)
        assert (len(train), len(held)) == (12, 8)

    def test_unknown_writers_are_split_within_each_class(self):
        train, held = datasets.split_by_writer(drawn_set(100), 0.2, 0)
        assert np.bincount(held.labels).tolist() == [2] * 10
        assert np.bincount(train.labels).tolist() == [8] * 10

    def test_of_unknown_writers_neighbours_are_held_out_at_the_same_place_of_each_class(self):
        whole = drawn_set(1000)
        _, held = datasets.split_by_writer(replace(whole, images=tuple(range(1000))), 0.12, 3)
        places = np.array(held.images)
        places = [places[held.labels == label] // 10 for label in range(10)]
        assert all((place == places[0]).all() for place in places)
        assert (np.diff(places[0]) > 1).sum() == 2, "three runs"

    @pytest.mark.parametrize("dataset", [drawn_set(20, np.zeros(20)), drawn_set(1)], ids=["one writer", "one digit"])
    def test_nothing_to_split(self, dataset):
        with pytest.raises(LekhError, match="cannot be split"):
            datasets.split_by_writer(dataset, 0.3, 0)


class TestFingerprint:
    def test_content_and_names_count_and_the_place_does_not(self, tmp_path):
        first, second = (class_folders(tmp_path / name, ["0", "1"]) for name in "ab")
        assert datasets.fingerprint(first) == datasets.fingerprint(second)
        (second / "1" / "0.png").rename(second / "1" / "9.png")
        assert datasets.fingerprint(first) != datasets.fingerprint(second)

    def test_of_a_file(self, tmp_path):
        path = _write(tmp_path / "a", b"abc")
        assert datasets.fingerprint(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


class TestSources:
    def test_keys_paths_and_roles(self):
        sources = datasets.SOURCES
        assert all(key == source.key and source.role in ("train", "test") for key, source in sources.items())
        assert len({source.path for source in sources.values()}) == len(sources)
        tests = {key for key, source in sources.items() if source.role == "test"}
        assert tests == {
            "mnist_test", "mnist_corrupted", "paint_strokes", "khmer_report_test", "devanagari_cmaterdb_test",
            "bangla_cmaterdb_test", "telugu_cmaterdb_test", "dig_mnist", "gurmukhi_test", "arabic_cmaterdb_test",
            "madbase_test",
        }  # fmt: skip
        learnt = {source.script for source in sources.values() if source.role == "train"}
        assert learnt == {*SCRIPTS, SIGNS}

    def test_signs_are_named_alike_and_stretched_sets_say_so(self, monkeypatch, tmp_path):
        monkeypatch.setenv("LEKH_DATA", str(tmp_path))
        pages = np.stack([an_l()] * 6)
        for key, labels in (("operators_drawn", np.arange(6)), ("arabic_cmaterdb_train", np.array([0, 1, 2, 9, 0, 5]))):
            path = tmp_path / datasets.SOURCES[key].path
            path.parent.mkdir(parents=True)
            npz(path, images=pages, labels=labels)
        signs = datasets.open_source("operators_drawn")
        assert signs.class_names == OPERATORS and not signs.stretched
        assert [OPERATORS[label] for label in signs.labels] == ["+", "÷", "/", "×", ".", "-"]
        stretched = datasets.open_source("arabic_cmaterdb_train")
        assert stretched.labels.tolist() == [0, 1, 2, 9, 0, 5] and stretched.stretched
        assert stretched.take([1]).stretched

    def test_known_label_slips_are_left_out_of_training_sets_only(self, monkeypatch, tmp_path):
        monkeypatch.setenv("LEKH_DATA", str(tmp_path))
        monkeypatch.setattr(datasets, "LABEL_SLIPS", tmp_path / "slips.csv")
        (tmp_path / "slips.csv").write_text("set,file\nthai_canvas,3/1.png\nodia_pen,3/0.png\n", encoding="utf-8")
        class_folders(tmp_path / "thai/web_canvas", ["2", "3"])
        kept = datasets.open_source("thai_canvas").images
        assert [file.relative_to(tmp_path / "thai/web_canvas").as_posix() for file in kept] == [
            "2/0.png", "2/1.png", "3/0.png",
        ]  # fmt: skip

    def test_the_list_of_slips_names_training_sets(self):
        lines = datasets.LABEL_SLIPS.read_text(encoding="utf-8").splitlines()[1:]
        assert len(lines) == len(set(lines)) > 0
        assert all(datasets.SOURCES[line.split(",")[0]].role == "train" for line in lines)

    @pytest.mark.parametrize(("value", "problem"), [(None, "is not set"), ("no such folder", "names no folder")])
    def test_the_data_root_must_be_there(self, monkeypatch, value, problem):
        monkeypatch.delenv("LEKH_DATA", raising=False)
        if value:
            monkeypatch.setenv("LEKH_DATA", value)
        with pytest.raises(LekhError, match=problem):
            datasets.root()

    def test_unknown_and_absent_and_present(self, monkeypatch, tmp_path):
        monkeypatch.setenv("LEKH_DATA", str(tmp_path))
        with pytest.raises(LekhError, match="There is no data set emnist"):
            datasets.open_source("emnist")
        with pytest.raises(LekhError, match=r"Put it at latin/usps/train\.npz"):
            datasets.open_source("usps_train")
        (tmp_path / "latin/usps").mkdir(parents=True)
        npz(tmp_path / "latin/usps/train.npz", images=draw("latin", 3)[np.newaxis], labels=np.array([3]))
        dataset = datasets.open_source("usps_train")
        assert (dataset.name, dataset.script, len(dataset)) == ("usps_train", "latin", 1)


def test_an_encrypted_npz_is_said_to_be_damaged(tmp_path):
    file = tmp_path / "locked.npz"
    np.savez(file, images=np.zeros((2, 8, 8), np.uint8), labels=np.arange(2))
    content = bytearray(file.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # bit 0 of a member's flags says encrypted
        place = content.find(signature)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(signature, place + 1)
    file.write_bytes(content)
    with pytest.raises(LekhError, match="damaged or laid out in another way"):
        datasets.load(file, "latin")
