"""`train --from` in a process of its own, as a page starts it: watched, ended, and cleaned up when nobody waits."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterable
from pathlib import Path

from lekh.errors import LekhError

AT_ONCE = 2  # trainings of all visitors together
NEEDED = 250_000_000  # bytes of memory that one takes, with some to spare
LONGEST = 600.0  # seconds, after which it is taken for stuck
_PREFIX = "lekh-teaching-"
_ROOT = Path(__file__).resolve().parent.parent
_MEMORY_LIMITS = (  # of the container: what it may use, what it uses
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)
_starting = threading.Lock()
_running: "weakref.WeakSet[Job]" = weakref.WeakSet()


class Job:
    """One training. It ends, and its folder goes, when `close` is called or nobody holds the job any more.

    Attributes:
        out: the model folder, there once `state` is `"done"`.
    """

    def __init__(self, pictures: Iterable[tuple[str, bytes]], script: str, start: Path):
        """Starts it.

        Args:
            pictures: class name and content of an image file, one a digit.
            script: of the digits.
            start: the model folder to begin with.

        Raises:
            LekhError: too many are at it already, there is too little memory, or the process does not start.
        """
        with _starting:
            if sum(job.state == "running" for job in list(_running)) >= AT_ONCE:
                raise LekhError("Others are training on this server right now", "Try again in a minute")
            if (free := free_memory()) is not None and free < NEEDED:
                raise LekhError("This server has too little memory to train", "Download the digits, and train at home")
            _sweep()
            folder = new_folder()
            try:
                self._process = _started(folder, pictures, script, start)
            except OSError as error:
                shutil.rmtree(folder, ignore_errors=True)
                raise LekhError("The training did not start", "Try again in a minute") from error
            self.out, self._began = folder / "model", time.monotonic()
            self._folder, self._read, self._rest, self._events = folder, 0, b"", []
            self._end = weakref.finalize(self, _ended, self._process, folder)
            _running.add(self)

    @property
    def state(self) -> str:
        """`"running"`, `"done"`, `"failed"` or `"closed"`."""
        if not self._end.alive:
            return "closed"
        if self._process.poll() is None:
            if time.monotonic() - self._began > LONGEST:
                _kill(self._process)
            return "running"
        shutil.rmtree(self._folder / "digits", ignore_errors=True)  # somebody's handwriting, and needed no more
        return "done" if self._process.returncode == 0 and (self.out / "card.json").is_file() else "failed"

    def events(self) -> list[dict]:
        """All that it has told so far, see `lekh.finetune.finetune`; at last `"done"` or `"error"`."""
        with contextlib.suppress(OSError), (self._folder / "events").open("rb") as stream:
            stream.seek(self._read)
            fresh = stream.read()
            self._read += len(fresh)
            *lines, self._rest = (self._rest + fresh).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError):
                    self._events.append(json.loads(line))
        return self._events

    @property
    def problem(self) -> LekhError:
        """Why it failed."""
        told = next((event for event in self.events() if event.get("event") == "error"), None)
        if told is None:
            return LekhError("The training ended before it was done", "Try again, perhaps with fewer digits")
        return LekhError(told["problem"], told["remedy"])

    def close(self) -> None:
        """Ends it, and removes all that it wrote."""
        self._end()


def new_folder() -> Path:
    """A folder of this process's own, which goes when another process finds that this one is gone."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def _sweep():
    """Removes what a server left that was killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and Path("/proc").is_dir() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)


def free_memory() -> int | None:
    """Bytes that this machine, or the container on it, can still give; `None` where nobody knows."""
    found = []
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        line = next(line for line in lines if line.startswith("MemAvailable:"))
        found.append(1024 * int(line.split()[1]))
    for most, used in _MEMORY_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # "max" where there is no limit
            found.append(int(most.read_text(encoding="ascii")) - int(used.read_text(encoding="ascii")))
    return min(found, default=None)


def _started(folder, pictures, script, start):
    for number, (label, content) in enumerate(pictures):
        place = folder / "digits" / label
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(content)
    command = [sys.executable, "-m", "lekh", "train", str(folder / "digits"), "--script", script]
    command += ["--from", str(Path(start).resolve()), "--out", str(folder / "model"), "--json"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # leaves a core to the page
    with (folder / "events").open("wb") as events, (folder / "errors").open("wb") as errors:
        return subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=events, stderr=errors,
            start_new_session=True,
        )  # fmt: skip


def _ended(process, folder):
    _kill(process)
    shutil.rmtree(folder, ignore_errors=True)


def _kill(process):
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
