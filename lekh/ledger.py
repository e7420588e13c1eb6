"""A table that grows by whole rows and survives a kill: CSV, appended to, flushed to the disk, mended when opened."""

import contextlib
import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lekh.errors import LekhError
from lekh.rows import as_cell

_ANOTHER = "Choose another name for the table"
_MARK = b"\xef\xbb\xbf"  # tells spreadsheets that this is UTF-8


class Ledger:
    """A table under construction. The first cell of a row names it; rows are never changed.

    Attributes:
        names: the first cells of all rows that are on the disk.
    """

    def __init__(self, path: Path, columns: Sequence[str], settings: dict):
        """Opens or begins the table; `opened` is the way to it.

        Args:
            path: of the CSV file.
            columns: its header.
            settings: what makes rows comparable; kept beside the table until it is finished.

        Raises:
            LekhError: it cannot be written, is another table, is in use, or was begun with other settings.
        """
        self.path, self.columns = path, list(columns)
        try:
            if path.exists() and not path.is_file():  # a device or a pipe, which may never end
                raise OSError("no regular file")
            self._unfinished = path.with_name(f"{path.name}.unfinished")
            self._file = path.open("r+b" if path.exists() else "x+b")
            _lock(self._file, path)
            self._compare(settings)
            self.names = self._mended()
        except (OSError, ValueError) as error:  # ValueError: it is no name of a file
            raise LekhError(
                f"{path.name or 'The table'} cannot be written", "Choose another place for the table"
            ) from error

    def append(self, rows: Iterable[Sequence]) -> None:
        """Writes whole rows; when this returns, they survive a kill."""
        rows = [[as_cell(cell) for cell in row] for row in rows]
        try:
            self._file.write(_encoded(rows))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise LekhError(
                f"{self.path.name} cannot be written any further",
                "Make room on the disk, then start the same command again: it goes on where it ended",
            ) from error
        self.names.update(row[0] for row in rows)

    def finish(self) -> None:
        """Says that no row is missing."""
        self._unfinished.unlink(missing_ok=True)

    def close(self) -> None:
        """Leaves the table for the next run."""
        self._file.close()

    def _compare(self, settings):
        """Refuses to mix rows that were made in different ways."""
        with contextlib.suppress(OSError, ValueError):
            begun = json.loads(self._unfinished.read_text(encoding="utf-8"))
            if begun != settings:
                raise LekhError(
                    f"{self.path.name} was begun with other settings",
                    f"Give the same ones as then, or {_ANOTHER.lower()}",
                )
        fresh = self._unfinished.with_name(f"{self._unfinished.name}.new")
        fresh.write_text(json.dumps(settings), encoding="utf-8")
        fresh.replace(self._unfinished)

    def _mended(self) -> set[str]:
        """The names that are there, after what a kill left of a last row was cut off."""
        content = self._file.read()
        header = _MARK + _encoded([self.columns])
        if header.startswith(content) and content != header:  # new, or killed before the first row
            self._cut(0)
            self._file.write(header)
            self._file.flush()
            return set()
        if not content.startswith(header):
            raise LekhError(f"{self.path.name} is another table", _ANOTHER)
        names, whole = set(), len(header)
        for start, end in _records(content, len(header)):
            row = _decoded(content[start:end])
            if len(row) != len(self.columns):
                if end < len(content) and b"\0" not in content[start:]:
                    raise LekhError(f"{self.path.name} has a damaged row after {len(names)} others", _ANOTHER)
                break
            names.add(row[0])
            whole = end
        self._cut(whole)
        return names

    def _cut(self, length):
        self._file.seek(length)
        self._file.truncate()


@contextlib.contextmanager
def opened(path: str | Path, columns: Sequence[str], settings: dict) -> Iterator[Ledger]:
    """A `Ledger`, closed at the end, whatever happens."""
    ledger = Ledger(Path(path), columns, settings)
    try:
        yield ledger
    finally:
        ledger.close()


def _lock(file, path):
    """One run at a time; the system lets go when the process ends, however it does."""
    try:
        import fcntl
    except (
        ImportError
    ):  # Windows refuses a second writer by itself only in part; two runs there are the person's affair
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise LekhError(f"Another run is writing {path.name}", f"Wait for it, or {_ANOTHER.lower()}") from error


def _records(content: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Where each whole record begins and ends: at a line feed outside quotes."""
    begin, quotes = start, 0
    while (end := content.find(b"\n", start) + 1) > 0:
        quotes += content.count(b'"', start, end)
        start = end
        if quotes % 2 == 0:
            yield begin, end
            begin = end


def _encoded(rows) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("utf-8", "backslashreplace")


def _decoded(record: bytes) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(record.decode("utf-8"), newline="")), [])
    except (UnicodeDecodeError, csv.Error):
        return []
