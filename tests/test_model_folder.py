"""Model folders are written whole or not at all, and come back from their zips."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from lekh import model, model_folder
from lekh.errors import LekhError
from lekh.model import CARD, KERAS, TFLITE


@pytest.mark.parametrize("there", [False, True], ids=["a new folder", "over another"])
@pytest.mark.parametrize("at", ["write_bytes", "write_text", "rename"])
def test_a_write_that_breaks_off_changes_nothing(at, there, tiny_model_folder, tmp_path, monkeypatch):
    out = tmp_path / "out"
    if there:
        shutil.copytree(tiny_model_folder, out)
    card = json.loads((tiny_model_folder / CARD).read_text("utf-8"))

    def broken(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(Path, at, broken)
    with pytest.raises(LekhError, match="cannot be written"):
        model_folder.write(out, tiny_model_folder, card, {})
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == (["out"] if there else [])
    if there:
        model.load(out)


def test_what_a_killed_process_left_is_removed(tiny_model_folder, tmp_path):
    left = tmp_path / ".out.99999999.part"
    left.mkdir()
    card = json.loads((tiny_model_folder / CARD).read_text("utf-8"))
    model_folder.write(tmp_path / "out", tiny_model_folder, card, {})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    model.load(tmp_path / "out")


def zipped(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def test_a_folder_comes_back_from_its_zip(tiny_model_folder, tmp_path):
    loaded = model_folder.unpacked(model_folder.packed(tiny_model_folder), tmp_path / "back")
    assert loaded.card == model.load(tiny_model_folder).card
    assert (tmp_path / "back" / KERAS).read_bytes() == (tiny_model_folder / KERAS).read_bytes()


HOSTILE = {
    "no zip": lambda files: b"hello",
    "cut off": lambda files: zipped(files)[:2000],
    "a slip": lambda files: zipped({f"../{name}": member for name, member in files.items()}),
    "an absolute path": lambda files: zipped({f"/etc/{name}": member for name, member in files.items()}),
    "two folders": lambda files: zipped({f"{place}/{name}": files[name] for place, name in enumerate(files)}),
    "a stranger": lambda files: zipped({**files, "digits.pkl": b"cos\nsystem\n"}),
    "a bomb": lambda files: zipped({**files, KERAS: bytes(60_000_000)}),
    "another network": lambda files: zipped({**files, TFLITE: files[TFLITE] + b"\0"}),
    "another source": lambda files: zipped({**files, KERAS: b"PK"}),
    "no card": lambda files: zipped({name: member for name, member in files.items() if name != CARD}),
    "a card that is none": lambda files: zipped({**files, CARD: b"[]"}),
    "no network": lambda files: zipped({CARD: files[CARD]}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused_and_leaves_nothing(case, tiny_model_folder, tmp_path):
    files = {name: (tiny_model_folder / name).read_bytes() for name in (CARD, KERAS, TFLITE)}
    with pytest.raises(LekhError) as raised:
        model_folder.unpacked(HOSTILE[case](files), tmp_path / "inner" / "back")
    assert str(tmp_path) not in str(raised.value)
    assert ".part" not in str(raised.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
