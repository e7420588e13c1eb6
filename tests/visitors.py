"""Many visitors at once: `make visitors`, or `python tests/visitors.py --sessions 30 --seconds 600`.

Each uploads and draws digits of its own over its own websocket; an answer that is another's, an error on the page, or a
memory that keeps growing ends the script with status 1.
"""

import argparse
import itertools
import os
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from drawn import draw  # noqa: E402
from hostile import saved  # noqa: E402
from visits import Visitor, megabytes, served, wait_until_up  # noqa: E402

from lekh import model, reading  # noqa: E402

LEAST = 2  # pictures of a visitor, however slow the machine is
PAUSE = 1.0  # seconds in which a visitor looks at an answer


@dataclass
class Record:
    """What all visitors saw.

    Attributes:
        seconds: of each answer, from the first byte sent to the last received.
        crossed: answers that were not the visitor's own.
        errors: exceptions, on the page or on the way.
        memory: `(seconds since the start, megabytes of the server)`.
    """

    seconds: list[float] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 answers came."""
        return statistics.quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 1 else float("nan")


def readable(folder: Path) -> tuple[int, ...]:
    """The drawn digits that this model reads as what they are, so that another answer is another's."""
    loaded = model.load(folder)
    return tuple(digit for digit in range(10) if reading.read(draw("latin", digit), loaded, "latin").text == str(digit))


def visit(address: str, number: int, end: float, record: Record, pause: float, digits: tuple[int, ...]) -> None:
    """One visitor, until `end` or a little longer: uploads and draws in turn."""
    try:
        visitor = Visitor(address)
        for turn in itertools.count():
            if time.monotonic() > end and turn >= LEAST:
                break
            digit, own = digits[(number + turn) % len(digits)], f"visitor-{number}-{turn}.png"
            _one_answer(visitor, digit, own, number * 10_000 + turn, turn % 2 == 0, record)
            time.sleep(pause)
        visitor.close()
    except Exception as error:  # noqa: BLE001 - whatever a visitor meets is what is counted
        record.errors.append(f"visitor {number}: {type(error).__name__}: {error}")


def _one_answer(visitor, digit, own, seed, uploads, record):
    content = _sheet(digit, seed)
    visitor.choose(1 if uploads else 0)
    start = time.perf_counter()
    if uploads:
        visitor.upload(own, content)
    else:
        visitor.draw(content, strokes=seed % 1000 + 1)
    record.seconds.append(time.perf_counter() - start)
    answers = [metric.body for metric in visitor.find("metric")]
    told = [caption.body for caption in visitor.find("markdown")]
    if visitor.find("exception"):
        record.errors.append(f"{own}: an exception on the page")
    if answers != [str(digit)] or (uploads and own not in told):
        record.crossed.append(f"{own}: {digit} was drawn, {answers} shown")


def _sheet(digit, seed):
    """A digit that no other sheet equals byte for byte, so that no cache answers for it."""
    page = draw("latin", digit)
    page[0, :24] = [254 + (seed >> bit & 1) for bit in range(24)]
    return saved(page)


def run(folder: Path, sessions: int, seconds: float, pause: float = PAUSE) -> Record:
    """Serves the page and sends the visitors.

    Args:
        folder: of the model.
        sessions: visitors at once.
        seconds: how long they stay.
        pause: seconds between two pictures of a visitor.
    """
    record, digits = Record(), readable(folder)
    with served(folder) as (process, address):
        wait_until_up(process, address)
        start = time.monotonic()
        visitors = [
            threading.Thread(target=visit, args=(address, number, start + seconds, record, pause, digits), daemon=True)
            for number in range(sessions)
        ]
        for visitor in visitors:
            visitor.start()
        while any(visitor.is_alive() for visitor in visitors):
            record.memory.append((time.monotonic() - start, megabytes(process)))
            time.sleep(min(5.0, seconds / 8))
        record.memory.append((time.monotonic() - start, megabytes(process)))
    return record


def growth(record: Record) -> float:
    """Megabytes by which the last fifth of the time needs more than the fifth in its middle."""
    values = [value for _, value in record.memory]
    fifth = max(1, len(values) // 5)
    middle = len(values) // 2
    return statistics.median(values[-fifth:]) - statistics.median(values[middle - fifth // 2 :][:fifth])


def main() -> int:
    """As the module says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--model", default=os.environ.get("LEKH_MODEL") or model.DEFAULT_FOLDER, type=Path)
    chosen = parser.parse_args()
    record = run(chosen.model.resolve(), chosen.sessions, chosen.seconds)
    for line in (*record.crossed[:10], *record.errors[:10]):
        print(line)
    memory = [f"{value:.0f}" for _, value in record.memory[:: max(1, len(record.memory) // 10)]]
    print(f"{chosen.sessions} visitors, {len(record.seconds)} answers in {chosen.seconds:.0f} s")
    print(f"{len(record.crossed)} crossed, {len(record.errors)} errors")
    print(f"an answer: median {statistics.median(record.seconds):.2f} s, p95 {record.p95:.2f} s")
    print(f"memory of the server, MB: {' '.join(memory)}; {growth(record):+.0f} in the second half")
    return int(bool(record.crossed or record.errors) or growth(record) > 30)


if __name__ == "__main__":
    sys.exit(main())
