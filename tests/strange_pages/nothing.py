"""Pictures without any digit, and how many of them are said to show one: `python tests/strange_pages --nothing`."""

import cv2
import numpy as np

from strange_pages import camera, kinds_set, papers, pens, print_shop, scenes
from strange_pages.camera import Photo
from strange_pages.hands import Hand
from strange_pages.kinds import chance
from strange_pages.sheets import Sheet, cloud

NOBODY = Hand("latin", ((),) * 10, (), 0.0, 1.0, 0.2)


def blank(rng):
    """Paper of any kind with nothing on it."""
    papers_of = papers.plain, papers.ruled, papers.squared, papers.graph, papers.spiral
    return papers_of[int(rng.integers(len(papers_of)))](rng)


def creased(rng):
    """Paper that was crumpled, or folded often."""
    sheet = papers.plain(rng)
    if rng.random() < 0.4:
        papers.fold(sheet, rng)
        return sheet
    high, wide = sheet.light.shape[:2]
    small = high // 4, wide // 4
    count = int(rng.integers(25, 120))
    places = rng.uniform(0, 1, (count, 2)) * small[::-1]
    rows, columns = np.mgrid[0 : small[0], 0 : small[1]].astype(np.float32)
    columns, rows = columns + 4 * cloud(rng, *small, 40), rows + 4 * cloud(rng, *small, 40)
    nearest, second, owner = np.full(small, np.inf), np.full(small, np.inf), np.zeros(small, int)
    for index, (x, y) in enumerate(places):
        far = (columns - x) ** 2 + (rows - y) ** 2
        second = np.minimum(second, np.maximum(far, nearest))
        owner = np.where(far < nearest, index, owner)
        nearest = np.minimum(nearest, far)
    edge = np.exp(-((np.sqrt(second) - np.sqrt(nearest)) / rng.uniform(1, 3)))
    tone = rng.normal(0, rng.uniform(0.02, 0.08), count)[owner]
    relief = 1 + tone + rng.uniform(-0.16, 0.12) * edge
    sheet.relief = cv2.GaussianBlur(cv2.resize(relief.astype(np.float32), (wide, high)), (0, 0), 2.0)
    return sheet


def shadows(rng):
    """Paper or a wall on which something throws hard shadows: blinds, a plant, a fence."""
    sheet = papers.plain(rng)
    high, wide = sheet.light.shape[:2]
    shade = np.zeros((high, wide), np.uint8)
    kind = rng.choice(["blinds", "plant", "fence"])
    if kind == "plant":
        for _ in range(int(rng.integers(6, 25))):
            start, way = rng.uniform(0, 1, 2) * (wide, high), rng.uniform(0, 2 * np.pi)
            size = rng.uniform(60, 220)
            cv2.ellipse(shade, (start, (size, size * rng.uniform(0.2, 0.5)), float(np.degrees(way))), 255, -1)
            end = start + 2 * size * np.array([np.cos(way), np.sin(way)])
            cv2.line(
                shade, *(tuple(np.round(p).astype(int).tolist()) for p in (start, end)), 255, int(rng.integers(4, 12))
            )
    else:
        pitch, slope = rng.uniform(70, 260), rng.uniform(-0.4, 0.4)
        for at in np.arange(-high, high + wide, pitch):
            ends = [(0, at), (wide, at + slope * wide)] if kind == "blinds" else [(at, 0), (at + slope * high, high)]
            thick = int(pitch * rng.uniform(0.25, 0.6))
            cv2.line(shade, *(tuple(np.round(p).astype(int).tolist()) for p in ends), 255, thick)
    soft = cv2.GaussianBlur(shade, (0, 0), rng.uniform(2, 12)).astype(np.float32) / 255
    sheet.relief = 1 - rng.uniform(0.25, 0.7) * soft
    return sheet


def print_page(rng):
    """Print in any letters that the machine's fonts have, in one column or two."""
    sheet = papers.plain(rng)
    left, top, right, bottom = sheet.margins
    letters, high = str(rng.choice(list(print_shop.LETTERS))), rng.uniform(2.6, 6.5)
    columns = int(rng.integers(1, 3)) if high < 4.5 else 1
    wide = (sheet.size[0] - left - right) / columns
    low = sheet.size[1] - bottom if rng.random() < 0.7 else top + rng.uniform(2, 6) * high
    for column in range(columns):
        start = left + column * wide
        print_shop.paragraph(sheet, letters, rng, (start, top, start + wide - 4, low), high)
    return sheet


def drawing(rng):
    """A house, a flower, a face, a tree or a sun, drawn with a pen."""
    sheet = [papers.plain, papers.plain, papers.squared][int(rng.integers(3))](rng)
    pen, (wide, high) = pens.any_pen(rng), sheet.size
    for _ in range(int(rng.integers(1, 4))):
        size = rng.uniform(22, 70)
        place = np.array([rng.uniform(0.55 * size, wide - 0.55 * size), rng.uniform(0.55 * size, high - 0.55 * size)])
        lines = _DRAWN[int(rng.integers(len(_DRAWN)))](rng)
        pens.stroke(sheet, pen, [_by_hand(line, rng) * size + place for line in lines], rng)
    return sheet


def _by_hand(line, rng):
    """A line in a unit square around zero, not quite as meant."""
    line = np.asarray(line, float)
    if len(line) < 8:
        along = np.linspace(0, len(line) - 1, 6 * (len(line) - 1) + 1)
        line = np.stack([np.interp(along, np.arange(len(line)), line[:, axis]) for axis in (0, 1)], 1)
    return line + np.cumsum(rng.normal(0, 0.0025, line.shape), 0)


def _ring(x, y, wide, high=None, first=0.0, last=2 * np.pi):
    turns = np.linspace(first, last, 36)
    return np.stack([x + wide * np.cos(turns), y + (high or wide) * np.sin(turns)], 1)


def _house(rng):
    walls = [[(-0.35, 0), (-0.35, 0.45), (0.35, 0.45), (0.35, 0), (-0.35, 0)], [(-0.42, 0.02), (0, -0.4), (0.42, 0.02)]]
    door = [(-0.08, 0.45), (-0.08, 0.2), (0.08, 0.2), (0.08, 0.45)]
    window = np.array([(-0.28, 0.1), (-0.16, 0.1), (-0.16, 0.24), (-0.28, 0.24), (-0.28, 0.1)])
    cross = [[(-0.22, 0.1), (-0.22, 0.24)], [(-0.28, 0.17), (-0.16, 0.17)]]
    return [
        *walls,
        door,
        window,
        window + np.array([0.44, 0]),
        *cross,
        [(0.18, -0.2), (0.18, -0.4), (0.26, -0.4), (0.26, -0.13)],
    ]


def _flower(rng):
    petals = int(rng.integers(5, 9))
    turns = np.arange(petals) * 2 * np.pi / petals
    rings = [_ring(0.2 * np.cos(turn), -0.22 + 0.2 * np.sin(turn), 0.1) for turn in turns]
    stem, leaf = [(0, -0.02), (0.02, 0.25), (0, 0.48)], _ring(0.12, 0.25, 0.12, 0.045)
    return [_ring(0, -0.22, 0.1), *rings, stem, leaf]


def _face(rng):
    eyes = [_ring(-0.15, -0.1, 0.05, 0.035), _ring(0.15, -0.1, 0.05, 0.035)]
    mouth = _ring(0, 0.1, 0.18, 0.12, 0.2, np.pi - 0.2)
    hair = [[(x, -0.42 + abs(x) * 0.2), (x * 1.2, -0.5)] for x in np.linspace(-0.25, 0.25, 7)]
    return [_ring(0, 0, 0.38, 0.45), *eyes, [(0, -0.04), (-0.03, 0.08), (0.03, 0.08)], mouth, *hair]


def _tree(rng):
    turns = np.linspace(0, 2 * np.pi, 80)
    crown = np.stack(
        [(0.3 + 0.04 * np.sin(9 * turns)) * np.cos(turns), -0.2 + (0.26 + 0.04 * np.sin(9 * turns)) * np.sin(turns)], 1
    )
    return [crown, [(-0.06, 0.05), (-0.05, 0.48)], [(0.06, 0.05), (0.07, 0.48)], [(-0.2, 0.48), (0.25, 0.48)]]


def _sun(rng):
    turns = np.arange(10) * 2 * np.pi / 10
    rays = [[(0.25 * np.cos(t), 0.25 * np.sin(t)), (0.42 * np.cos(t), 0.42 * np.sin(t))] for t in turns]
    return [_ring(0, 0, 0.2), *rays]


def _fish(rng):
    body = _ring(0, 0, 0.35, 0.18)
    return [
        body,
        [(0.34, 0), (0.5, -0.15), (0.48, 0.15), (0.34, 0)],
        _ring(-0.2, -0.04, 0.025),
        _ring(-0.1, 0, 0.1, 0.15, -1.2, 1.2),
    ]


_DRAWN = (_house, _flower, _face, _tree, _sun, _fish)


def empty_form(rng):
    """A table, boxes or combs with printed names and no entry."""
    return [kinds_set.table, kinds_set.boxes, kinds_set.comb][int(rng.integers(3))](rng, NOBODY)


def town_map(rng):
    """Streets, a river, blocks and names; or lines of equal height."""
    sheet = papers.plain(rng)
    wide, high = sheet.size
    if rng.random() < 0.4:
        hills = cloud(rng, round(high * 4), round(wide * 4), rng.uniform(120, 300))
        for level in np.arange(-2, 2.1, rng.uniform(0.2, 0.5)):
            found, _ = cv2.findContours((hills > level).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            for ring in found:
                if len(ring) > 60:
                    ends = ring[:, 0].astype(float) / 4
                    lines = [(*ends[k], *ends[k + 3]) for k in range(0, len(ends) - 3, 3)]
                    sheet.lines(lines, 0.2, (0.2, 0.35, 0.6), 0.8)
    else:
        _streets(sheet, rng, wide, high)
    face = print_shop.font("latin", rng, rng.uniform(2.2, 3.6))
    for _ in range(int(rng.integers(3, 12))):
        word = print_shop.words("latin", rng, 1).title()
        print_shop.put(sheet, word, rng.uniform(5, wide - 25), rng.uniform(8, high - 5), face)
    return sheet


def _streets(sheet, rng, wide, high):
    for _ in range(int(rng.integers(5, 14))):
        t = np.linspace(-0.1, 1.1, 60)
        start, way = rng.uniform(0, 1, 2), rng.uniform(-1, 1)
        bend = rng.normal(0, 0.12) * np.sin(np.pi * t * rng.uniform(0.5, 2)) + way * (t - 0.5)
        x, y = (t * wide, (start[1] + bend) * high) if rng.random() < 0.5 else ((start[0] + bend) * wide, t * high)
        width, colour = rng.uniform(0.3, 1.6), papers.GREY if rng.random() < 0.8 else papers.BLUE
        for side in (-width, width):
            lines = [(x[k], y[k] + side, x[k + 1], y[k + 1] + side) for k in range(len(t) - 1)]
            sheet.lines(lines, 0.2, colour, 1.0)
    for _ in range(int(rng.integers(5, 30))):
        box = np.ones((int(rng.integers(20, 80)), int(rng.integers(20, 80))), np.float32) * 0.5
        sheet.press(box, rng.uniform(0, wide), rng.uniform(0, high), papers.GREY)


# What it is, and whether it fills the picture.
PICTURES = {
    "blank": (blank, False),
    "desk": (scenes.desk, True),
    "leaves": (scenes.leaves, True),
    "creased": (creased, False),
    "shadows": (shadows, False),
    "cloth": (scenes.cloth, True),
    "hands": (scenes.hands, True),
    "screen": (scenes.screen, True),
    "print": (print_page, False),
    "drawing": (drawing, False),
    "form": (empty_form, False),
    "map": (town_map, False),
    "bricks": (scenes.bricks, True),
    "keyboard": (scenes.keyboard, True),
}


def picture(kind: str, seed: int, index: int, angle: float = 0.0) -> tuple[Sheet, Photo]:
    """A picture without digits; the same arguments give the same one."""
    drawn, fills = PICTURES[kind]
    sheet = drawn(chance("nothing", kind, seed, index))
    return sheet, camera.photo(sheet, chance("nothing", "camera", kind, seed, index), angle, fills=fills)
