"""Folders of a hundred thousand pictures: read by several processes or a cluster, into a table that survives a kill.

Rows stand in the order of the listing, whoever read them; a row is written once, and what is written is not read again.
"""

import contextlib
import hashlib
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lekh import addresses, crews, ledger
from lekh.addresses import Picture
from lekh.crews import Way
from lekh.model import CARD, Model
from lekh.rows import COLUMNS, as_cell, refused, row

BATCH = {True: 48, False: 4}  # pictures that a process gets at once: of one digit each, or whole pages
WINDOW = 32  # batches that may wait for an earlier one, besides those at work
FAULT = "Reading this picture ended its process: it may need more memory than there is, or show a fault of Lekh."


def crew(model: Model, way: Way, workers: int | None = None, scheduler: str | None = None) -> crews.Crew:
    """Who reads.

    Args:
        model: a loaded model folder.
        way: how to read.
        workers: processes of this machine; by default one a core.
        scheduler: address of a Dask scheduler, whose workers read instead.

    Raises:
        LekhError: the cluster does not answer, or `distributed` is missing.
    """
    if scheduler is None:
        return crews.Processes(crews.processes(workers), model, way)
    return crews.Cluster(scheduler, model, way)


def read(pictures: Iterable[Picture], crew: crews.Crew, way: Way) -> Iterator[list[dict]]:
    """Reads pictures.

    Args:
        pictures: of `addresses.pictures`.
        crew: of `crew`, entered.
        way: how to read.

    Yields:
        What `read --json` prints of each picture, in their order, some pictures at a time. A picture that ended its
        process has that as its error.
    """
    number = itertools.count()
    fresh = map(_Slot, iter(partial(_taken, iter(pictures), BATCH[way.single]), ()))
    line: list[_Slot] = []  # in the pictures' order, from the first that has no answers yet
    again: deque[_Slot] = deque()
    at_work: dict[int, _Slot] = {}
    while True:
        while len(at_work) < crew.capacity and (slot := _next(again, fresh, line, crew.capacity + WINDOW)):
            key = next(number)
            at_work[key] = slot
            crew.give(key, slot.batch)
        if not at_work:
            return
        for key, answers in crew.wait():
            slot = at_work.pop(key)
            if answers is None and len(slot.batch) > 1:
                alone = [_Slot((picture,)) for picture in slot.batch]
                place = line.index(slot)
                line[place : place + 1] = alone
                again.extend(alone)
            else:
                slot.answers = [refused(slot.batch[0].name, FAULT)] if answers is None else answers
        while line and line[0].answers is not None:
            yield line.pop(0).answers


@dataclass(eq=False)
class _Slot:
    """Pictures, and later their answers."""

    batch: tuple[Picture, ...]
    answers: list[dict] | None = None


def _taken(pictures, count):
    return tuple(itertools.islice(pictures, count))


def _next(again, fresh, line, most):
    """What is to be read next: first what goes alone; nothing new while an early batch keeps many waiting."""
    if again:
        return again.popleft()
    slot = next(fresh, None) if len(line) < most else None
    if slot is not None:
        line.append(slot)
    return slot


def settings(model: Model, way: Way) -> dict:
    """What two runs must share for their rows to stand in one table."""
    card = hashlib.sha256((model.folder / CARD).read_bytes()).hexdigest()
    return {"script": way.script, "single": way.single, "model": card}


@dataclass
class Counts:
    """What became of a folder: pictures in it, of them read before, read now, and refused now."""

    total: int = 0
    before: int = 0
    read: int = 0
    refused: int = 0


def to_table(
    sources: Iterable[str],
    table: str | Path,
    model: Model,
    way: Way,
    hire: Callable[[], crews.Crew],
    shown=None,
    say=None,
) -> Counts:
    """Reads all pictures under some addresses into a table; what is in it already is not read again.

    Args:
        sources: as for `addresses.pictures`.
        table: CSV file with `COLUMNS`, begun or continued.
        model: a loaded model folder.
        way: how to read.
        hire: makes the crew, when there is anything to do.
        shown: like `tqdm`, to show progress.
        say: called with each answer, after its row is on the disk.

    Raises:
        LekhError: as `addresses.pictures`, `ledger.Ledger` and the crew.
    """
    found = addresses.pictures(sources)
    with ledger.opened(table, COLUMNS, settings(model, way)) as rows:
        left = [picture for picture in found if as_cell(picture.name) not in rows.names]
        counts = Counts(len(found), len(found) - len(left))
        if left:
            with _bar(shown, len(found), counts.before) as tick, hire() as crew:
                if isinstance(crew, crews.Cluster):
                    crew.check(left[0])
                for answers in read(left, crew, way):
                    rows.append(map(row, answers))
                    refused = sum(answer["error"] is not None for answer in answers)
                    counts.refused += refused
                    counts.read += len(answers) - refused
                    tick(len(answers))
                    if say is not None:
                        for answer in answers:
                            say(answer)
        rows.finish()
    return counts


@contextlib.contextmanager
def _bar(shown, total, before):
    if shown is None:
        yield lambda count: None
        return
    with shown(total=total, initial=before, unit=" pictures", smoothing=0.05) as bar:
        yield bar.update
