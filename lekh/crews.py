"""Who reads a folder: processes of this machine, or a Dask cluster. They take batches and answer in any order.

A picture may be the end of the process that reads it: the memory is too small, a decoder has a fault. A crew reports
such a batch as `None`, replaces the process and goes on; `lekh.folders` then gives its pictures one by one.
"""

import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from typing import Protocol

from lekh import reading, rows
from lekh.addresses import Picture
from lekh.errors import LekhError
from lekh.litert import usable_cores
from lekh.model import CARD, TFLITE, Model

PATIENCE = 30.0, 20.0  # seconds that a batch may take, and more for each picture; the worst picture takes 2
AHEAD = 2  # batches that a process has at once: the next one waits there while an answer is on its way
START = 30  # seconds for a cluster to have a worker
Batch = tuple[Picture, ...]
Answers = list[dict]


@dataclass(frozen=True)
class Way:
    """How pictures are read: the script, and whether each holds one digit."""

    script: str
    single: bool


class Crew(Protocol):
    """Reads batches. `with` it: at the end its processes are gone."""

    @property
    def capacity(self) -> int:
        """Batches that it can take at once, at least one."""

    def give(self, number: int, batch: Batch) -> None:
        """Hands over a batch under a number that no other batch in work has."""

    def wait(self) -> list[tuple[int, Answers | None]]:
        """The batches that were done since; `None` for one that ended its process. Waits for one at least."""


def read_batch(batch: Batch, model: Model, way: Way) -> Answers:
    """What `read --json` prints of each picture."""
    if way.single:
        return [_answer(picture.name, said) for picture, said in zip(batch, _each(batch, model, way), strict=True)]
    return [_answer(picture.name, _one(picture, model, way)) for picture in batch]


def _each(batch, model, way):
    return reading.read_each(map(_content, batch), model, way.script)


def _content(picture):
    try:
        return picture.content()
    except LekhError as error:
        return error


def _one(picture, model, way):
    try:
        return reading.read(picture.content(), model, way.script)
    except LekhError as error:
        return error


def _answer(name, said):
    return rows.refused(name, str(said)) if isinstance(said, LekhError) else rows.answered(name, said)


def _safely(batch, model, way):
    """As `read_batch`; `None` where Lekh itself has a fault, so that one picture does not cost the others."""
    try:
        return read_batch(batch, model, way)
    except Exception:  # noqa: BLE001 - the picture is named in its row, and can be read alone to see the fault
        return None


# This machine


class Processes:
    """So many processes of this machine, each with a model of its own."""

    def __init__(self, count: int, model: Model, way: Way):
        self._setting = str(model.folder), way
        self._context = multiprocessing.get_context("spawn")  # a fork would copy threads in any state
        self._workers = [_Worker(self._context, self._setting) for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker in self._workers:
            worker.end()

    @property
    def capacity(self) -> int:
        """As `Crew.capacity`."""
        return AHEAD * len(self._workers)

    def give(self, number: int, batch: Batch) -> None:
        """Hands a batch to the process that has least to do."""
        min(self._workers, key=lambda worker: len(worker.given)).give(number, batch)

    def wait(self) -> list[tuple[int, Answers | None]]:
        """As `Crew.wait`."""
        done = []
        while not done:
            ready = connection.wait([worker.line for worker in self._workers], timeout=1.0)
            for place, worker in enumerate(self._workers):
                if worker.line in ready or worker.is_late():
                    done += self._taken_from(place, worker)
        return done

    def _taken_from(self, place, worker):
        try:
            if worker.line.poll():
                return worker.take()
        except (EOFError, OSError):  # it ended
            pass
        worker.end()
        if not worker.ready:
            raise LekhError("The processes that read pictures do not start", "Try --workers 1, or close other programs")
        self._workers[place] = fresh = _Worker(self._context, self._setting)
        if not worker.given:
            return []
        (number, _), *later = worker.given
        for others in later:
            fresh.give(*others)
        return [(number, None)]


class _Worker:
    """One process and the line to it."""

    def __init__(self, context, setting):
        self.line, other = context.Pipe()
        self.given = deque()
        self.ready = False
        self._since = time.monotonic()
        self._process = context.Process(target=_work, args=(other, *setting), daemon=True)
        self._process.start()
        other.close()  # so that the line ends with the process

    def give(self, number, batch):
        if not self.given:
            self._since = time.monotonic()
        self.given.append((number, batch))
        with contextlib.suppress(OSError):  # it ended; `wait` finds out
            self.line.send(batch)

    def take(self):
        answers = self.line.recv()
        self._since = time.monotonic()
        if not self.ready:  # its first word is that it has its model
            self.ready = True
            return []
        return [(self.given.popleft()[0], answers)]

    def is_late(self):
        if not self.given:
            return False
        whole, each = PATIENCE
        return time.monotonic() - self._since > whole + each * len(self.given[0][1])

    def end(self):
        self._process.kill()
        self._process.join()
        self.line.close()


def _work(line, folder, way):
    """What a process does: reads what comes, until the line ends."""
    from lekh import litert, model

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key press reaches all; the first process ends the others
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with litert.without_chatter():
        loaded = model.load(folder)
    try:
        line.send(None)
        while True:
            line.send(_safely(line.recv(), loaded, way))
    except (EOFError, OSError):
        return


def _end_with_parent():
    """A killed parent says nothing; whoever waits for it would wait for ever."""
    connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


# A cluster


class Cluster:
    """The workers of a Dask scheduler: they need Lekh, and to reach the pictures. The model is brought along."""

    def __init__(self, scheduler: str, model: Model, way: Way):
        distributed = _distributed()
        self._futures = {}
        self._tries = itertools.count()
        try:
            self._client = distributed.Client(scheduler, timeout=START, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise LekhError(
                f"No Dask scheduler answers at {scheduler}", "Check its address, and that it runs"
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=START)
        except TimeoutError as error:
            self._client.close()
            raise LekhError(f"The cluster at {scheduler} has no worker", "Start some: dask worker ADDRESS") from error
        self._way = way
        self._plugin = f"lekh-{model.card.raw['files'][TFLITE]['sha256'][:12]}"
        files = {path.name: path.read_bytes() for path in (model.folder / CARD, *model.folder.glob("*.tflite"))}
        self._on_every_worker(lambda: self._client.register_plugin(_plugin_of(distributed, files), name=self._plugin))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for future in self._futures:
            future.cancel()
        self._client.close()

    def check(self, picture: Picture) -> None:
        """Makes sure that every worker reaches the pictures.

        Raises:
            LekhError: one does not.
        """
        seen = self._on_every_worker(lambda: self._client.run(_reaches, picture))
        blind = sorted(worker for worker, reached in seen.items() if not reached)
        if blind:
            raise LekhError(
                f"The worker {blind[0]} does not reach {picture.name}",
                "Put the pictures where every machine finds them under the same address: a shared folder, s3://, gs://",
            )

    @property
    def capacity(self) -> int:
        """As `Crew.capacity`; it follows the cluster's size."""
        return max(1, AHEAD * sum(self._client.nthreads().values()))

    def give(self, number: int, batch: Batch) -> None:
        """Hands a batch to the scheduler."""
        key = f"lekh-read-{os.getpid()}-{next(self._tries)}"
        future = self._client.submit(_read_there, batch, self._way, self._plugin, key=key, pure=False)
        self._futures[future] = number, batch

    def wait(self) -> list[tuple[int, Answers | None]]:
        """As `Crew.wait`."""
        distributed = _distributed()
        done = []
        while not done:
            try:
                with self._client.as_current():
                    ready = distributed.wait(list(self._futures), timeout=1.0, return_when="FIRST_COMPLETED").done
            except (TimeoutError, distributed.TimeoutError):
                ready = ()
            if self._client.status != "running":
                raise LekhError(
                    "The Dask scheduler went away", "Start the same command again: it goes on where it ended"
                )
            for future in ready:
                done += self._taken(future, distributed)
        return done

    def _taken(self, future, distributed):
        number, batch = self._futures.pop(future)
        try:
            return [(number, future.result(timeout=START))]
        except distributed.KilledWorker:  # each of several workers ended with it
            return [(number, None)]
        except (TimeoutError, OSError, distributed.client.FutureCancelledError):  # its worker ended with the answer
            self.give(number, batch)
            return []
        except (ImportError, AttributeError) as error:
            raise _other_version() from error

    def _on_every_worker(self, action):
        try:
            return action()
        except (ImportError, AttributeError, TypeError) as error:
            raise _other_version() from error


def _other_version():
    return LekhError("The workers of the cluster lack Lekh, or have another version", "Install this version on each")


def _distributed():
    try:
        import distributed
    except ImportError as error:
        raise LekhError("A cluster needs dask.distributed", "Install it: pip install distributed") from error
    return distributed


def _plugin_of(distributed, files):
    """What each worker of the cluster does when it starts, or now: it keeps the model, loaded once."""

    class Reader(distributed.WorkerPlugin):
        def setup(self, worker):
            from lekh import litert, model

            folder = Path(worker.local_directory) / "lekh-model"
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                (folder / name).write_bytes(content)
            with litert.without_chatter():
                self.model = model.load(folder)

    return Reader()


def _read_there(batch: Batch, way: Way, plugin: str) -> Answers | None:
    from distributed import get_worker

    return _safely(batch, get_worker().plugins[plugin].model, way)


def _reaches(picture: Picture) -> bool:
    try:
        content = picture.content()
    except LekhError:
        return False
    return not isinstance(content, Path) or content.exists()


def processes(count: int | None) -> int:
    """So many processes, or as many as this one may use cores."""
    return usable_cores() if count is None else count
