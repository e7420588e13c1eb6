"""Every mistake with its remedy, fingerprints, and the sets of the catalogue as they lie under the data root."""

import numpy as np
import pytest
from drawn import draw
from stored_sets import an_l, class_folders, idx, npz

from lekh import datasets
from lekh.errors import LekhError
from lekh.numerals import OPERATORS


def _write(path, content):
    path.write_bytes(content)
    return path


PAGES = np.zeros((3, 4, 4), np.uint8)
LABELS = np.array([0, 1, 2])
MISTAKES = {
    "nothing there": (lambda d: d / "none.npz", "There is no file or folder none.npz"),
    "a name that no file can have": (lambda d: d / ("x" * 5000), "cannot be opened"),
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
