"""Counts how well pages are read that no training saw: `python tests/strange_pages --seeds 1 --pages 14`.

Draws photos of pages of handwritten digits, of digits that training held out, written again with a pen; the program
shares nothing with the one that drew what the networks learnt from. A page depends on its kind, script, seed and number
only. Needs LEKH_DATA, see dataset/README.md.

Columns: digits written; those found and read right; found and misread; digits read where none was written; numbers
written; of those read digit after digit; of those read as a number of its own; seconds a page. With --nothing: pictures
without a digit, those in which one is read all the same, and how many are.
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path[:1] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

import cv2  # noqa: E402

from lekh import model, reading  # noqa: E402
from lekh.errors import LekhError  # noqa: E402
from strange_pages import kinds, nothing  # noqa: E402
from strange_pages.camera import Photo, enlarged  # noqa: E402
from strange_pages.counting import HEADINGS, NOTHING_HEADINGS, Count, match  # noqa: E402
from strange_pages.hands import SCRIPTS  # noqa: E402
from strange_pages.sheets import Sheet  # noqa: E402
from strange_pages.showing import save_page, save_wrong  # noqa: E402


def count_kind(kind: str, angle: float, chosen: argparse.Namespace, loaded, by_script: dict[str, Count]) -> Count:
    """Reads all pages of a kind, or with `--nothing` all pictures."""
    total = Count()
    for seed in chosen.seeds:
        for index in range(chosen.pages):
            script = chosen.scripts[index % len(chosen.scripts)]
            if chosen.nothing:
                drawn = nothing.picture(kind, seed, index, angle)
            else:
                drawn = kinds.page(kind, script, seed, index, angle, chosen.zeros)
            name = f"{kind}_{script}_{seed}_{index}" + (f"_turned{angle:g}" if angle else "")
            if chosen.megapixels:
                drawn = drawn[0], enlarged(drawn[1], chosen.megapixels)
            found = count_page(name, script, *drawn, chosen, loaded)
            total += found
            by_script[script] += found
    return total


def count_page(name: str, script: str, sheet: Sheet, photo: Photo, chosen: argparse.Namespace, loaded) -> Count:
    """Reads one photo, and saves what is to be saved."""
    if chosen.save:
        save_page(chosen.save, name, script, sheet, photo)
    if chosen.draw_only:
        return Count()
    start = time.perf_counter()
    found = reading.read(photo.jpeg, loaded, reading.AUTO if chosen.auto else script)
    matched = match(sheet, photo.to_sheet, found, time.perf_counter() - start)
    if chosen.wrong:
        save_wrong(chosen.wrong, name, sheet, photo, matched)
    return matched.count


def parsed() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nothing", action="store_true", help="pictures without digits instead of pages")
    every = f"of {','.join(kinds.KINDS)}; with --nothing of {','.join(nothing.PICTURES)}; all unless told"
    parser.add_argument("--kinds", type=_names, help=every)
    parser.add_argument("--seeds", type=_numbers, default=[1])
    parser.add_argument(
        "--pages", type=int, default=14, help="of each kind, seed and angle; page i is in script i mod n"
    )
    parser.add_argument("--angles", type=_degrees, default=[0.0], help="--angles=8,-12 turns them so many degrees")
    parser.add_argument("--megapixels", type=float, help="of each photo, enlarged; as drawn, 1 to 3, unless told")
    parser.add_argument("--scripts", type=_names, default=list(SCRIPTS))
    parser.add_argument("--zeros", action="store_true", help="Arabic zeros, which are dots, too")
    parser.add_argument("--auto", action="store_true", help="the script is not given")
    parser.add_argument("--by-script", action="store_true", help="a line for each script at the end")
    parser.add_argument("--model", type=Path, default=os.environ.get("LEKH_MODEL") or model.DEFAULT_FOLDER)
    parser.add_argument("--save", type=Path, help="a folder for the photos and what is written where")
    parser.add_argument("--wrong", type=Path, help="a folder for what was read wrongly")
    parser.add_argument("--draw-only", action="store_true", help="reads nothing; with --save")
    chosen = parser.parse_args()
    known = nothing.PICTURES if chosen.nothing else kinds.KINDS
    chosen.kinds = chosen.kinds or list(known)
    strange = set(chosen.kinds) - set(known)
    if strange:
        parser.error(f"there is no kind {', '.join(sorted(strange))}; there are {', '.join(known)}")
    return chosen


def _names(text):
    return [part for part in text.split(",") if part]


def _numbers(text):
    return [int(part) for part in _names(text)]


def _degrees(text):
    return [float(part) for part in _names(text)]


def main() -> int:
    """As the module says."""
    chosen = parsed()
    cv2.setNumThreads(1)
    loaded = None if chosen.draw_only else model.load(chosen.model)
    total, by_script = Count(), defaultdict(Count)
    print(f"{'':<16}{NOTHING_HEADINGS if chosen.nothing else HEADINGS}", flush=True)
    for kind in chosen.kinds:
        for angle in chosen.angles:
            found = count_kind(kind, angle, chosen, loaded, by_script)
            total += found
            _print(kind + (f" {angle:+g}°" if angle else ""), found, chosen)
    for script, found in by_script.items() if chosen.by_script else ():
        _print(script, found, chosen)
    _print("TOTAL", total, chosen)
    return 0


def _print(title, found, chosen):
    print(f"{title:<16}{found.nothing if chosen.nothing else found}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LekhError as error:
        sys.exit(str(error))
