"""The kinds of pages by name, and the photo of one."""

import zlib

import numpy as np

from strange_pages import camera, kinds_free, kinds_set
from strange_pages.camera import Photo
from strange_pages.hands import hand
from strange_pages.sheets import Sheet

KINDS = {
    "plain": kinds_free.plain,
    "ruled": kinds_free.ruled,
    "squared": kinds_free.squared,
    "squared1": kinds_free.squared1,
    "graph": kinds_free.graph,
    "spiral": kinds_free.spiral,
    "folded": kinds_free.folded,
    "bleed": kinds_free.bleed,
    "pencil": kinds_free.pencil,
    "card": kinds_free.card,
    "one": kinds_free.one,
    "touching": kinds_free.touching,
    "table": kinds_set.table,
    "boxes": kinds_set.boxes,
    "comb": kinds_set.comb,
    "header": kinds_set.header,
    "circled": kinds_set.circled,
    "sums": kinds_set.sums,
    "dates": kinds_set.dates,
    "lists": kinds_set.lists,
    "book": kinds_set.book,
}


def chance(*names: str | int) -> np.random.Generator:
    """Chance that these names decide, and nothing else."""
    return np.random.default_rng([zlib.crc32(str(name).encode()) for name in names])


def page(kind: str, script: str, seed: int, index: int, angle: float = 0.0, zeros: bool = False) -> tuple[Sheet, Photo]:
    """A sheet and its photo; the same arguments give the same ones. Another angle turns the same sheet."""
    drawn = chance(kind, script, seed, index)
    sheet = KINDS[kind](drawn, hand(script, drawn, zeros))
    taken = camera.photo(
        sheet, chance("camera", kind, script, seed, index), angle, low_light=kind == "pencil", whole=kind == "card"
    )
    return sheet, taken
