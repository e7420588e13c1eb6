"""Files of many digits: arrays, idx and strokes."""

import gzip
import json

import numpy as np
import pytest
from stored_sets import an_l, idx, npz

from lekh import datasets, images
from lekh.errors import LekhError


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
