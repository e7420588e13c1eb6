"""Where collected digits are kept: in a session's memory, or in a folder that survives a kill at any moment."""

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lekh import clipping
from lekh.collection_names import class_of
from lekh.errors import LekhError
from lekh.images import to_grey

try:
    import fcntl
except ImportError:  # Windows: writers do not wait for each other there; a load mends what that leaves
    fcntl = None

METADATA = "metadata.jsonl"
SOURCES = ("drawn", "photo", "correction", "uploaded")
_INCOMING = ".incoming"  # files that are being written; hidden, so that no data set is made of them
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


@dataclass(frozen=True)
class Example:
    """One collected digit; the fields are those of its line of metadata.

    Attributes:
        label: its class, `"0"` to `"9"`, or the name of a symbol of one's own; the folder it lies in.
        source: one of `SOURCES`.
        date: when it was collected, UTC, ISO 8601.
        consent: whether its writer agreed that it is kept.
        size_wh: of its picture in pixels.
        sha256: of its pixels, see `clipping.digest`; no two examples of a script have the same.
        bytes: of its file.
        file: its name.
    """

    label: str
    source: str
    date: str
    consent: bool
    size_wh: tuple[int, int]
    sha256: str
    bytes: int = 0
    file: str = ""

    def line(self) -> dict:
        """What the picture carries about itself."""
        return {
            "class": self.label,
            "source": self.source,
            "date": self.date,
            "consent": self.consent,
            "size": list(self.size_wh),
            "sha256": self.sha256,
        }

    def metadata(self) -> dict:
        """Its line of `metadata.jsonl`."""
        return {"file": f"{self.label}/{self.file}", **self.line(), "bytes": self.bytes}


def provenance(line: dict) -> tuple[str, str] | None:
    """Source and date of a line from outside; `None` unless both are of their form."""
    source, date = line.get("source"), line.get("date")
    if source in SOURCES and isinstance(date, str) and _DATE.fullmatch(date):
        return source, date
    return None


class MemoryStore:
    """Pictures that are gone with the session."""

    most_examples, most_bytes = 1000, 24 * 2**20

    def __init__(self):
        self._kept: dict[str, tuple[Example, bytes]] = {}

    def changed(self) -> bool:
        """Whether somebody else wrote to it."""
        return False

    def load(self) -> list[Example]:
        """Every example, the oldest first."""
        return [example for example, _ in self._kept.values()]

    def read(self, example: Example) -> bytes:
        """The PNG of an example."""
        return self._kept[example.sha256][1]

    def write(self, example: Example, png: bytes) -> None:
        """Keeps an example; of the same pixels there is one only."""
        self._kept[example.sha256] = example, png

    def delete(self, examples: Iterable[Example]) -> None:
        """Forgets examples."""
        for example in examples:
            self._kept.pop(example.sha256, None)


class FolderStore:
    """Pictures in class folders.

    A picture carries its own metadata and appears under its name by one rename, complete and on the disk: there is no
    moment at which a kill leaves a half one. `metadata.jsonl` repeats what the pictures say, a line each, and is made
    anew from them when it does not agree.
    """

    most_examples, most_bytes = 10_000, 200 * 2**20

    def __init__(self, folder: str | Path, script: str):
        self.folder, self.script = Path(folder), script
        self._stamp = None

    def changed(self) -> bool:
        """Whether somebody else wrote to it since it was loaded."""
        return self._stamp != self._now()

    def load(self) -> list[Example]:
        """Every example, the oldest first; clears away what a kill left."""
        if not self.folder.is_dir():
            self._stamp = self._now()
            return []
        with self._locked(alone=True) as alone:
            if alone:
                for part in (self.folder / _INCOMING).glob("*.part"):
                    part.unlink(missing_ok=True)
            known, agrees = self._listed()
            files = [f"{child.name}/{file.name}" for child in self._class_folders() for file in child.glob("[!.]*.png")]
            found = [known.get(file) or self._adopted(file) for file in files]
            kept = self._newest(sorted(filter(None, found), key=lambda example: (example.date, example.file)))
            if not agrees or kept != list(known.values()):
                self._rewrite(kept)
            self._stamp = self._now()
        return kept

    def read(self, example: Example) -> bytes:
        """The PNG of an example.

        Raises:
            LekhError: somebody removed it.
        """
        try:
            return self._path(example).read_bytes()
        except OSError as error:
            raise LekhError("A collected picture is gone", "Open the page again") from error

    def write(self, example: Example, png: bytes) -> None:
        """Keeps an example, on the disk when this returns."""
        path = self._path(example)
        with self._locked(), self._own_change():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(path, png)
            self._append(example)

    def delete(self, examples: Iterable[Example]) -> None:
        """Removes the pictures of examples, then their lines."""
        gone = set()
        with self._locked(alone=True), self._own_change():
            for example in examples:
                self._path(example).unlink(missing_ok=True)
                gone.add(f"{example.label}/{example.file}")
            if gone:
                self._rewrite([example for file, example in self._listed()[0].items() if file not in gone])
            for child in self._class_folders():
                if not any(child.iterdir()):
                    child.rmdir()

    # Files

    def _path(self, example):
        return self.folder / example.label / example.file

    def _class_folders(self):
        def is_class(name):
            try:
                return class_of(name, self.script) == name
            except LekhError:
                return False

        if not self.folder.is_dir():
            return []
        return sorted(child for child in self.folder.iterdir() if child.is_dir() and is_class(child.name))

    def _replace(self, path, content):
        part = self.folder / _INCOMING / f"{secrets.token_hex(8)}.part"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)

    def _append(self, example):
        line = json.dumps(example.metadata()).encode() + b"\n"
        descriptor = os.open(self.folder / METADATA, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, line)  # in one go: lines of two processes do not mix
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _rewrite(self, examples):
        lines = "".join(json.dumps(example.metadata()) + "\n" for example in examples)
        self._replace(self.folder / METADATA, lines.encode())

    def _now(self):
        try:
            state = (self.folder / METADATA).stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_size, state.st_ino

    @contextmanager
    def _locked(self, alone: bool = False) -> Iterator[bool]:
        """Holds the folder, together with other writers or alone; yields whether nobody else writes."""
        (self.folder / _INCOMING).mkdir(parents=True, exist_ok=True)
        if fcntl is None:
            yield False
            return
        with (self.folder / _INCOMING / "lock").open("wb") as lock:  # given back when it is closed, and by a kill
            fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield alone

    @contextmanager
    def _own_change(self):
        """What is written here need not be loaded again; what somebody else wrote before still has to be."""
        foreign = self.changed()
        yield
        if not foreign:
            self._stamp = self._now()

    # Metadata

    def _listed(self):
        """The examples that `metadata.jsonl` names and that are there, by file, and whether it names nothing else."""
        try:
            content = (self.folder / METADATA).read_bytes()
        except OSError:
            return {}, False
        found, lines = {}, content.splitlines()
        for line in lines:
            example = self._parsed(line)
            if example is not None and self._path(example).is_file():
                found[f"{example.label}/{example.file}"] = example
        return found, len(found) == len(lines) and content.endswith(b"\n")

    def _parsed(self, line):
        try:
            said = json.loads(line)
            folder, _, file = said["file"].partition("/")
            if Path(file).name != file or folder != said["class"] or class_of(folder, self.script) != folder:
                return None
            return replace(_example(said, folder), file=file, bytes=int(said["bytes"]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, LekhError):
            return None  # a line that a kill cut off; the picture says the same

    def _adopted(self, file):
        """The example of a picture that `metadata.jsonl` does not name; `None` where it is no picture."""
        path = self.folder / file
        try:
            png = path.read_bytes()
            pixels = to_grey(png)
        except (OSError, LekhError):
            return None
        said = clipping.line_of(png)
        source, date = provenance(said) or ("uploaded", "1970-01-01T00:00:00Z")
        consent = said.get("consent") is True
        size, digest = pixels.shape[::-1], clipping.digest(pixels)
        return Example(path.parent.name, source, date, consent, size, digest, len(png), path.name)

    def _newest(self, examples):
        """Of examples with the same pixels the last; a kill between two steps of a move leaves the old one too."""
        newest = {example.sha256: example for example in examples}
        for example in examples:
            last = newest[example.sha256]
            if example is not last and example.file == last.file:
                self._path(example).unlink(missing_ok=True)
        return list(dict.fromkeys(newest[example.sha256] for example in examples))


def _example(said: dict, label: str) -> Example:
    width, height = map(int, said["size"])
    source, date = provenance(said) or ("uploaded", "")
    if not date or not re.fullmatch("[0-9a-f]{64}", said["sha256"]):
        raise ValueError("not a line of metadata")
    return Example(label, source, date, said["consent"] is True, (width, height), said["sha256"])


def _sync_folder(folder: Path) -> None:
    """Has a rename reach the disk; other systems than POSIX do that by themselves."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
