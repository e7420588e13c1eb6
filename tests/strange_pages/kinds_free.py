"""Pages on which numbers stand where the hand puts them; each function makes one page."""

import numpy as np

from strange_pages import papers, pens
from strange_pages.hands import Hand
from strange_pages.sheets import Sheet
from strange_pages.writing import Writer

MOST_DIGITS = 100


def lines_of_numbers(sheet: Sheet, hand: Hand, rng: np.random.Generator, pen=None, touching=0.0, longest=6) -> Writer:
    """Five to twelve lines of numbers, on the paper's rules where it has some."""
    pen = pen or pens.any_pen(rng)
    rows = baselines(sheet, rng, int(rng.integers(5, 13)))
    pitch = np.diff(rows).min() if len(rows) > 1 else 9.0
    height = float(np.clip(pitch * rng.uniform(0.52, 0.78), 3.6, 8.5))
    writer = Writer(sheet, hand, pen, height, rng, touching)
    drift = rng.normal(0, 0.012)
    short = rng.random() < 0.35
    for baseline in rows:
        fill_line(writer, baseline - rng.uniform(0.2, 0.6) * bool(sheet.baselines), drift, longest, short)
        if len(sheet.written) >= MOST_DIGITS:
            break
    return writer


def baselines(sheet: Sheet, rng: np.random.Generator, count: int) -> list[float]:
    """Heights at which lines stand."""
    _, top, _, bottom = sheet.margins
    low = sheet.size[1] - bottom
    if sheet.baselines:
        kept = [line for line in sheet.baselines if top + 5 < line < low]
        every = max(1, round(7.5 / float(np.diff(kept).mean()))) if len(kept) > 1 else 1
        kept = kept[int(rng.integers(every)) :: every]
        first = int(rng.integers(max(1, len(kept) - count + 1)))
        return kept[first : first + count]
    pitch = min(rng.uniform(8.5, 14), (low - top) / count)
    first = top + rng.uniform(0.7, 1.0) * pitch + rng.uniform(0, max(0.0, low - top - pitch * count))
    return [first + pitch * row + rng.normal(0, 0.25) for row in range(count)]


def fill_line(writer: Writer, baseline: float, drift: float, longest: int, short: bool) -> None:
    """Numbers from the left margin on, with wide gaps, until the line or the mood ends."""
    sheet, rng = writer.sheet, writer.rng
    left, _, right, _ = sheet.margins
    x, end = left + rng.uniform(0, 5), sheet.size[0] - right
    while True:
        length = int(rng.integers(3 if writer.touching else 1, longest + 1))
        if x + writer.room(length) > end:
            break
        here = baseline - drift * (x - left)
        x = writer.write(writer.number(length), x, here, drift) + rng.uniform(1.2, 2.6) * writer.height
        if short and rng.random() < 0.5:
            break


def plain(rng, hand):
    """Numbers on plain paper."""
    sheet = papers.plain(rng)
    lines_of_numbers(sheet, hand, rng)
    return sheet


def ruled(rng, hand):
    """Numbers on pale rules, most with a red margin."""
    sheet = papers.ruled(rng)
    lines_of_numbers(sheet, hand, rng)
    return sheet


def squared(rng, hand):
    """Numbers on squares of 5 mm, not one digit a square."""
    sheet = papers.squared(rng)
    lines_of_numbers(sheet, hand, rng)
    return sheet


def squared1(rng, hand):
    """One digit a square."""
    sheet = papers.squared(rng, float(rng.choice([5.0, 5.0, 6.0, 7.0])))
    cell = sheet.cell
    writer = Writer(sheet, hand, pens.any_pen(rng), cell * rng.uniform(0.62, 0.84), rng)
    left, top, right, bottom = sheet.margins
    columns = [x for x in np.arange(sheet.corner[0], sheet.size[0] - right - cell, cell) if x > left]
    rows = [y for y in np.arange(sheet.corner[1], sheet.size[1] - bottom - cell, cell) if y > top]
    step = int(rng.integers(1, 3))
    for y in rows[::step][: int(rng.integers(6, 13))]:
        column = int(rng.integers(0, 3))
        while column < len(columns) and len(sheet.written) < MOST_DIGITS:
            length = min(int(rng.integers(1, 6)), len(columns) - column)
            number = sheet.next_number()
            for value in writer.number(length):
                in_cell(writer, value, (columns[column], y, columns[column] + cell, y + cell), number)
                column += 1
            column += int(rng.integers(1, 4))
    return sheet


def in_cell(
    writer: Writer, value: int, box: tuple[float, float, float, float], number: int, room: float = 0.86
) -> None:
    """One digit in the middle of a cell, no wider than that."""
    rng, shape = writer.rng, writer.shaped(writer.hand.digit(value, writer.rng))
    wide, high = box[2] - box[0], box[3] - box[1]
    kept = writer.height
    writer.height = min(kept, room * wide / max(shape.size[0], 1e-6), room * high / max(shape.size[1], 1e-6))
    free_x, free_y = wide - shape.size[0] * writer.height, high - shape.size[1] * writer.height
    x = box[0] + free_x * (0.5 + rng.uniform(-0.22, 0.22))
    base = box[3] - free_y * (0.42 + rng.uniform(-0.2, 0.2)) if shape.strokes else box[3] - 0.15 * high
    writer.put(shape, value, x, base, number)
    writer.height = kept


def graph(rng, hand):
    """Numbers on millimetre paper."""
    sheet = papers.graph(rng)
    sheet.baselines = []
    lines_of_numbers(sheet, hand, rng)
    return sheet


def spiral(rng, hand):
    """A leaf of a spiral notebook."""
    sheet = papers.spiral(rng)
    lines_of_numbers(sheet, hand, rng)
    return sheet


def folded(rng, hand):
    """Paper that was folded once to three times."""
    sheet = [papers.plain, papers.ruled, papers.squared][int(rng.integers(3))](rng)
    lines_of_numbers(sheet, hand, rng)
    papers.fold(sheet, rng)
    return sheet


def bleed(rng, hand):
    """The writing of the other side shows through."""
    sheet = [papers.plain, papers.ruled][int(rng.integers(2))](rng)
    behind = papers.plain(rng, *sheet.size)
    lines_of_numbers(behind, hand, rng)
    papers.seen_through(sheet, behind, rng)
    lines_of_numbers(sheet, hand, rng)
    return sheet


def pencil(rng, hand):
    """Grainy pencil; the photo is taken in low light."""
    sheet = [papers.plain, papers.plain, papers.ruled][int(rng.integers(3))](rng)
    lines_of_numbers(sheet, hand, rng, pens.pencil(rng, faint=rng.random() < 0.5))
    return sheet


def card(rng, hand):
    """A note on a desk with one digit, one number, or a few."""
    sheet = papers.plain(rng, rng.uniform(55, 105), rng.uniform(45, 85))
    wide, high = sheet.size
    sheet.margins = 6, 6, 6, 6
    height = rng.uniform(6, 12)
    writer = Writer(sheet, hand, pens.any_pen(rng), height, rng)
    wanted = int(rng.choice([0, 1, 2], p=[0.3, 0.3, 0.4]))
    if wanted == 0:
        writer.height = rng.uniform(9, 22)
        writer.write([writer.value()], wide * rng.uniform(0.3, 0.55), high * rng.uniform(0.55, 0.75))
    elif wanted == 1:
        length = int(rng.integers(2, 7))
        while length > 1 and writer.room(length) > wide - 14:
            length -= 1
        writer.write(writer.number(length), 7 + rng.uniform(0, 4), high * rng.uniform(0.5, 0.7))
    else:
        for baseline in np.arange(8 + height, high - 5, height * rng.uniform(1.4, 1.9)):
            fill_line(writer, baseline, rng.normal(0, 0.01), 5, True)
    return sheet


def one(rng, hand):
    """One digit, from as small as others write to as large as a fist, on any paper."""
    sheet = [papers.plain, papers.plain, papers.ruled, papers.squared, papers.graph][int(rng.integers(5))](rng)
    wide, high = sheet.size
    pen = pens.pencil(rng, faint=rng.random() < 0.3) if rng.random() < 0.3 else pens.any_pen(rng)
    writer = Writer(sheet, hand, pen, float(np.exp(rng.uniform(np.log(7), np.log(50)))), rng)
    writer.write([writer.value()], wide * rng.uniform(0.2, 0.6), high * rng.uniform(0.45, 0.7))
    return sheet


def touching(rng, hand):
    """Numbers of three to six digits of which about a third touch the next one."""
    sheet = papers.plain(rng)
    lines_of_numbers(sheet, hand, rng, touching=0.34)
    return sheet
