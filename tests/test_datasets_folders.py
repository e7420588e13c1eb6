"""Folders of pictures: what the labels, the writers and the marks say."""

import csv
import json

import numpy as np
import pytest
from PIL import Image
from stored_sets import class_folders

from lekh import datasets
from lekh.errors import LekhError


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
