"""Digits that a person collects, of one script or of symbols of their own, to train on."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from lekh import clipping
from lekh.collection_names import OWN, checked_classes, checked_script, class_of
from lekh.collection_store import METADATA, SOURCES, Example, FolderStore, MemoryStore
from lekh.errors import LekhError
from lekh.images import Source, to_grey
from lekh.numerals import DIGITS, SCRIPTS
from lekh.reading import Box

__all__ = ["FOLDER", "METADATA", "OWN", "SOURCES", "Collection", "Example", "Taken"]

FOLDER = Path(__file__).resolve().parent.parent / "dataset" / "collected"


@dataclass(frozen=True)
class Taken:
    """What came of many pictures: how many are new, were there already, and have no ink to learn from."""

    new: int
    known: int
    blank: int


class Collection:
    """Collected digits of one script, each picture once. Safe to share between threads.

    Attributes:
        script: a name in `lekh.numerals.SCRIPTS`, or any other for symbols of one's own.
        classes: names of the classes: the ten digits, or the names that were given and those that examples have.
    """

    def __init__(self, script: str, classes: Sequence[str] = (), store: MemoryStore | FolderStore | None = None):
        """Without a store the digits are kept in memory.

        Raises:
            LekhError: `script` or one of `classes` is no name, see `lekh.collection_names`.
        """
        self.script = checked_script(script)
        self._store = MemoryStore() if store is None else store
        self._lock = threading.RLock()
        self._given = DIGITS if script in SCRIPTS else checked_classes(classes)
        self._examples = {example.sha256: example for example in self._store.load()}

    @classmethod
    def on_disk(cls, script: str, root: str | Path = FOLDER, classes: Sequence[str] = ()) -> "Collection":
        """The collection under `root/<script>/<class>/`, a data set that `lekh.datasets.load` reads as it lies there.

        Raises:
            LekhError: `script` or one of `classes` is no name.
        """
        script = checked_script(script)
        return cls(script, classes, FolderStore(Path(root) / script, script))

    @property
    def folder(self) -> Path | None:
        """Where it lies; `None` while it is in memory."""
        return getattr(self._store, "folder", None)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the digits, or in which they were given."""
        used = (example.label for example in self.examples())
        return tuple(dict.fromkeys((*self._given, *used)))

    def __len__(self) -> int:
        return len(self._examples)

    def refresh(self) -> None:
        """Takes in what others have written to the same folder; costs nothing where nobody has."""
        with self._lock:
            if self._store.changed():
                self._examples = {example.sha256: example for example in self._store.load()}

    def examples(self, label: str | None = None) -> tuple[Example, ...]:
        """All examples, or those of a class, the oldest first."""
        with self._lock:
            return tuple(example for example in self._examples.values() if label in (None, example.label))

    def counts(self) -> dict[str, int]:
        """How many examples each class has, also where that is none."""
        counted = dict.fromkeys(self.classes, 0)
        for example in self.examples():
            counted[example.label] += 1
        return counted

    def picture(self, example: Example) -> bytes:
        """The PNG of an example.

        Raises:
            LekhError: somebody removed its file.
        """
        return self._store.read(example)

    # Changes

    def name_classes(self, names: Sequence[str]) -> None:
        """Names the symbols of a script of one's own; a class that has examples stays, named or not.

        Raises:
            LekhError: one of them is no name, or they are too many.
        """
        if self.script not in SCRIPTS:
            used = [example.label for example in self.examples()]
            named = checked_classes(names)
            checked_classes([*named, *used])
            self._given = named

    def add(
        self, label: str, clip: np.ndarray, source: str, consent: bool = False, date: str | None = None
    ) -> Example | None:
        """Keeps one example; a picture that another class has moves: the last word counts.

        Args:
            label: a digit or its numeral; or the name of a symbol, which becomes a class.
            clip: uint8 `(h, w)`, as `clipping.cut` makes it.
            source: one of `SOURCES`.
            consent: whether its writer agreed that it is kept.
            date: when it was collected, UTC, ISO 8601; now by default.

        Returns:
            What is kept; `None` where the class has this picture already.

        Raises:
            LekhError: the label is no class, or the collection is full.
        """
        if source not in SOURCES:
            raise ValueError(f"source is one of {SOURCES}; got {source!r}.")
        label = class_of(label, self.script)
        with self._lock:
            if label not in self.classes:
                checked_classes([*self.classes, label])
            sha256 = clipping.digest(clip)
            before = self._examples.get(sha256)
            if before is not None and before.label == label:
                return None
            example = Example(label, source, date or _now(), consent, clip.shape[::-1], sha256)
            png = clipping.to_png(clip, example.line())
            example = replace(example, bytes=len(png), file=f"{sha256[:16]}.png")
            self.check_room(0 if before else 1, len(png))
            try:
                self._store.write(example, png)
                if before is not None and self.folder is not None:
                    self._store.delete([before])
            except OSError as error:
                raise LekhError("A digit could not be kept on the disk", "Make room, or check the folder") from error
            self._examples.pop(sha256, None)
            self._examples[sha256] = example
            return example

    def add_picture(self, label: str, picture: Source, source: str, consent: bool = False) -> Example | None:
        """Keeps the one digit of a picture, anything that `images.to_grey` takes; otherwise as `add`.

        Raises:
            LekhError: it is no picture or shows no ink, or as `add`.
        """
        return self.add(label, clipping.cut(to_grey(picture)), source, consent)

    def add_boxes(
        self, picture: Source, told: Sequence[Box], others: Sequence[clipping.Xywh], source: str, consent: bool = False
    ) -> Taken:
        """Keeps the digits in boxes of a picture; otherwise as `add`.

        Args:
            picture: anything that `images.to_grey` takes.
            told: boxes, each with the place of its class among `classes`; one without ink is left out.
            others: all boxes of the picture; what is cut out of it reaches into none but its own.

        Raises:
            LekhError: it is no picture, or the collection is full.
        """
        grey, classes = to_grey(picture), self.classes
        self.check_room(len(told))
        new = blank = 0
        for box in told:
            beside = [other for other in others if other != box.box_xywh]
            try:
                clip = clipping.cut(grey, box.box_xywh, beside)
            except LekhError:
                blank += 1
                continue
            new += self.add(classes[box.digit], clip, source, consent) is not None
        return Taken(new, len(told) - new - blank, blank)

    def remove(self, examples: Iterable[Example]) -> None:
        """Forgets examples.

        Raises:
            LekhError: they cannot be deleted from the disk.
        """
        with self._lock:
            gone = [self._examples[example.sha256] for example in examples if example.sha256 in self._examples]
            try:
                self._store.delete(gone)
            except OSError as error:
                raise LekhError("Digits could not be deleted from the disk", "Check the folder") from error
            for example in gone:
                del self._examples[example.sha256]

    def clear(self, label: str | None = None) -> None:
        """Forgets all examples, or those of a class."""
        self.remove(self.examples(label))

    def check_room(self, count: int, size: int = 0) -> None:
        """Checks that so many more examples, of `size` bytes together, may come.

        Raises:
            LekhError: the collection would hold more than its store may.
        """
        total = sum(example.bytes for example in self.examples())
        if len(self) + count > self._store.most_examples or total + size > self._store.most_bytes:
            megabytes = self._store.most_bytes // 2**20
            raise LekhError(
                f"A collection holds at most {self._store.most_examples} digits and {megabytes} MB",
                "Download it, then delete some",
            )


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
