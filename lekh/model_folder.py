"""Model folders as a whole: written at once or not at all; packed as a zip; taken from a zip from anywhere."""

import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from lekh import model
from lekh.errors import LekhError
from lekh.model import CARD, FILES

NAMES = (  # what a packed folder may hold
    CARD, *sum(FILES, ()), "reader.keras", "reader.tflite", "rehearsal.npz", "rehearsal_second.npz",
)  # fmt: skip
MOST_BYTES = 40_000_000  # of a packed folder, and of all its files together
_NO_MODEL = "This is no model folder of Lekh"
_REMEDY = "Choose a zip file that was downloaded here"


def check_place(out: Path, start: Path | None = None) -> None:
    """Sees to it that `write` will have a place.

    Raises:
        LekhError: the folder holds something else than a model, or is the one to begin with.
    """
    if start is not None and out.resolve() == start.resolve():
        raise LekhError("The new model would take the old one's place", "Choose another folder")
    if out.is_dir() and not (out / CARD).is_file() and any(out.iterdir()):
        raise LekhError(f"{out.name}/ holds something else than a model", "Choose another folder")
    if out.exists() and not out.is_dir():
        raise LekhError(f"{out.name} is a file", "Choose another folder")


def write(
    out: Path, start: Path, card: dict, networks: Mapping[str, bytes], check: Callable[[Path], None] = lambda _: None
) -> None:
    """Writes a model folder that has the networks of another, some of them replaced; whoever is killed leaves none.

    Args:
        out: the folder; a model that is there is replaced.
        start: the other folder.
        card: the card, whose `files` are filled in; files of the other that it names are copied.
        networks: content by file name.
        check: is called with the folder before it takes its place, and raises what keeps it from doing so.

    Raises:
        LekhError: see `check_place`; or the folder cannot be written.
    """
    check_place(out, start)
    beside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        beside.mkdir()
        others = [name for name in card.get("files", {}) if name in NAMES and name not in networks]
        contents = {**{name: (start / name).read_bytes() for name in others}, **networks}
        for name, content in contents.items():
            (beside / name).write_bytes(content)
        files = {name: described(content) for name, content in contents.items()}
        text = json.dumps({**card, "files": files}, indent=1, ensure_ascii=False) + "\n"
        (beside / CARD).write_text(text, encoding="utf-8")
        model.load(beside)
        check(beside)
        _take_place(beside, out)
    except OSError as error:
        raise LekhError(f"{out.name}/ cannot be written", "Choose another folder") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def described(content: bytes) -> dict:
    """What a card says of a file."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _take_place(beside, out):
    if not out.exists():
        beside.rename(out)
        return
    aside = out.with_name(f".{out.name}.{os.getpid()}.old.part")
    out.rename(aside)
    try:
        beside.rename(out)
    except OSError:
        aside.rename(out)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sweep(out):
    """Removes what a process left that was killed while it wrote there."""
    for left in out.parent.glob(f".{out.name}.*.part"):
        number = re.match(r"\d+", left.name[len(out.name) + 2 :])
        if number and Path("/proc").is_dir() and not Path(f"/proc/{number[0]}").exists():
            shutil.rmtree(left, ignore_errors=True)


def packed(folder: Path) -> bytes:
    """The folder as a zip file, its networks stored as they are: they hardly get smaller."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in NAMES:
            if (folder / name).is_file():
                archive.write(folder / name, f"lekh-model/{name}")
    return content.getvalue()


def unpacked(content: bytes, out: Path) -> model.Model:
    """The model of a zip file, in a folder that is written for it once all of it has been checked.

    Args:
        content: the file; anything, from anywhere.
        out: a folder that is not there yet.

    Returns:
        The model, loaded.

    Raises:
        LekhError: it is no zip file, holds something else, unpacks to too much, or is not what its card describes.
    """
    beside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        members = _members(content)
        beside.mkdir(parents=True)
        for name, member in members.items():
            (beside / name).write_bytes(member)
        files = model.read_card(beside).raw.get("files")
        for name in members.keys() - {CARD}:
            said = files.get(name) if isinstance(files, dict) else None
            if not isinstance(said, dict) or said.get("sha256") != described(members[name])["sha256"]:
                raise LekhError("This model is damaged or of another version", _REMEDY)
        model.load(beside)
        beside.rename(out)
        return model.load(out)
    except LekhError as error:
        if error.remedy == _REMEDY:
            raise
        raise LekhError("This model is damaged or of another version", _REMEDY) from error  # without the folder's name
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _members(content):
    """The files of the archive by their bare names; all of them are known names in one folder at most."""
    if len(content) > MOST_BYTES:
        raise LekhError("This file is too large for a model", _REMEDY)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = [entry.filename.rpartition("/") for entry in entries]
            folders, bare = {folder for folder, _, _ in names}, [name for _, _, name in names]
            if len(folders) != 1 or sorted(set(bare)) != sorted(bare) or not set(bare) <= set(NAMES):
                raise LekhError(_NO_MODEL, _REMEDY)
            if re.search(r"\.\.|[/\\:\0]", next(iter(folders))) or sum(e.file_size for e in entries) > MOST_BYTES:
                raise LekhError(_NO_MODEL, _REMEDY)
            return {name: _read(archive, entry) for name, entry in zip(bare, entries, strict=True)}
    except LekhError:
        raise
    except Exception as error:  # whatever zipfile makes of a damaged or hostile archive
        raise LekhError(_NO_MODEL, _REMEDY) from error


def _read(archive, entry):
    """The member's bytes, never more than it says that it has."""
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise LekhError(_NO_MODEL, _REMEDY)
    return content
