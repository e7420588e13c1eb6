"""Goes through every door with hostile input: `make fuzz`, or `python tests/fuzz.py --model FOLDER --count 1000`.

Each attack is timed and its memory measured; the script ends with a table, and with status 1 if anything but a sentence
came back, took over 2 s of this process's time, or over 300 MB. With `--atheris`, atheris chooses the bytes of uploads
by what they reach in the code (install it first; it is no requirement).
"""

import argparse
import io
import os
import sys
import time
import traceback
import warnings
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

import hostile  # noqa: E402

MOST_SECONDS, MOST_MEGABYTES = 2.0, 300.0


class Watch:
    """Seconds of this process's own time, and megabytes (2**20 bytes) at the peak over what it had before."""

    def __enter__(self):
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        self._before = _status("VmRSS")
        self._start = time.process_time()
        return self

    def __exit__(self, *_):
        self.seconds = time.process_time() - self._start
        self.megabytes = _status("VmHWM") - self._before


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 1024


def run(doors: list[str], count: int, first: int) -> int:
    """Goes through the doors in turn; prints what happened; returns the number of failures."""
    failures, worst = 0, {door: [0, 0, 0.0, 0.0] for door in doors}
    for number in range(first, first + count):
        door = doors[number % len(doors)]
        watch = Watch()
        refused = False
        try:
            with watch:
                refused = hostile.attack(door, number)
        except Exception:  # noqa: BLE001 - this is what is looked for
            failures += 1
            print(f"{door} {number}: an exception", traceback.format_exc(), flush=True)
        if watch.seconds > MOST_SECONDS or watch.megabytes > MOST_MEGABYTES:
            failures += 1
            print(f"{door} {number}: {watch.seconds:.2f} s, {watch.megabytes:.0f} MB", flush=True)
        kept = worst[door]
        worst[door] = [kept[0] + 1, kept[1] + refused, max(kept[2], watch.seconds), max(kept[3], watch.megabytes)]
        if number % 5000 == 4999:
            print(f"{number + 1 - first} done, {failures} failures", flush=True)
    for door, (attacks, refused, seconds, megabytes) in worst.items():
        print(
            f"{door:<12} {attacks:>7} attacks, {refused:>7} refused; at most {seconds:.2f} s, {megabytes:.0f} MB more"
        )
    print(f"{count} attacks, {failures} failures")
    return failures


def guided() -> None:
    """Atheris, without end, over the bytes of an upload."""
    import atheris

    from lekh import images, reading
    from lekh.errors import LekhError

    atheris.instrument_all()
    model = hostile.trusted()

    def upload(data: bytes) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                images.to_grey(io.BytesIO(data))
                reading.read(data, model)
            except LekhError:
                pass

    atheris.Setup([sys.argv[0]], upload)
    atheris.Fuzz()


def main() -> int:
    """As the module says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first attack; the same number is the same")
    parser.add_argument("--doors", nargs="+", choices=sorted(hostile.DOORS), default=list(hostile.DOORS))
    parser.add_argument("--model", required=True, help="a small model folder, e.g. made by tests/build_tiny_model.py")
    parser.add_argument("--atheris", action="store_true")
    chosen = parser.parse_args()
    os.environ.setdefault("STREAMLIT_LOGGER_LEVEL", "error")
    hostile.use_model(Path(chosen.model))
    if chosen.atheris:
        guided()
    return int(run(chosen.doors, chosen.count, chosen.first) > 0)


if __name__ == "__main__":
    sys.exit(main())
