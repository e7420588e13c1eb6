"""Pages that print, signs or marks give an order to; each function makes one page."""

import numpy as np

from strange_pages import papers, pens, print_shop
from strange_pages.kinds_free import MOST_DIGITS, baselines, in_cell, lines_of_numbers
from strange_pages.writing import Writer

FRAME_INK = (0.12, 0.12, 0.12), (0.75, 0.5, 0.25), (0.4, 0.42, 0.42), (0.25, 0.3, 0.75)

# How many digits stand before, between and after a sign.
DATES = ((2, 2, 4), "/"), ((2, 2, 2), "/"), ((2, 1, 2), "-"), ((1, 1, 4), "."), ((3, 3, 3), " ")


def table(rng, hand):
    """A printed table: names in the first row and column, numbers in its cells."""
    sheet = papers.plain(rng)
    wide, high = sheet.size
    left, top, right, bottom = sheet.margins
    rows, columns = int(rng.integers(5, 10)), int(rng.integers(2, 5))
    tall = min(rng.uniform(9, 13), (high - top - bottom) / (rows + 1))
    names = rng.uniform(26, 36)
    cell = (wide - left - right - names) / columns
    xs = [left, *(left + names + cell * np.arange(columns + 1))]
    ys = top + rng.uniform(0, high - top - bottom - tall * (rows + 1)) + tall * np.arange(rows + 2)
    frame, width = FRAME_INK[int(rng.choice([0, 0, 2]))], rng.uniform(0.18, 0.45)
    sheet.lines([(xs[0], y, xs[-1], y) for y in ys] + [(x, ys[0], x, ys[-1]) for x in xs], width, frame, 0.9)
    face = print_shop.font("latin", rng, rng.uniform(2.8, 3.8))
    for row, y in enumerate(ys[1:]):
        print_shop.put(sheet, "Item" if row == 0 else print_shop.label(rng), left + 2, y - 0.32 * tall, face)
    for x in xs[1:-1]:
        print_shop.put(sheet, print_shop.label(rng)[: int(cell / 2.6)], x + 1.5, ys[1] - 0.32 * tall, face)
    writer = Writer(sheet, hand, pens.any_pen(rng), tall * rng.uniform(0.42, 0.62), rng)
    for y in ys[2:]:
        for x in xs[1:-1]:
            if rng.random() < 0.88 and len(sheet.written) < MOST_DIGITS:
                length = int(rng.integers(1, 5))
                while length > 1 and writer.room(length) > cell - 3:
                    length -= 1
                writer.write(writer.number(length), x + rng.uniform(1.2, 3), y - rng.uniform(0.18, 0.3) * tall)
    return sheet


def boxes(rng, hand):
    """A form: a label, and a row of joined boxes for a number, one digit each."""
    sheet = papers.plain(rng)
    frame, width, strength = FRAME_INK[int(rng.integers(4))], rng.uniform(0.15, 0.4), rng.uniform(0.6, 1.0)
    face = print_shop.font("latin", rng, rng.uniform(2.8, 3.6))
    side = rng.uniform(5.5, 8)
    tall = side * rng.uniform(1.0, 1.35)
    writer = Writer(sheet, hand, pens.any_pen(rng), min(tall * rng.uniform(0.6, 0.82), side * 1.05), rng)
    for x, y, room in _fields(sheet, rng, face, tall, 1.5):
        count = max(1, min(int(rng.integers(3, 11)), int(room / side)))
        ends = [(x + side * k, y - tall, x + side * k, y) for k in range(count + 1)]
        sheet.lines(
            [*ends, (x, y - tall, x + side * count, y - tall), (x, y, x + side * count, y)], width, frame, strength
        )
        filled = count if rng.random() < 0.7 else int(rng.integers(1, count + 1))
        number = sheet.next_number()
        for place, value in enumerate(writer.number(filled)):
            in_cell(writer, value, (x + side * place, y - tall, x + side * (place + 1), y), number, 0.88)
    return sheet


def comb(rng, hand):
    """A form: a label, and a line with ticks between the digits."""
    sheet = papers.plain(rng)
    frame, width, strength = FRAME_INK[int(rng.integers(4))], rng.uniform(0.15, 0.4), rng.uniform(0.6, 1.0)
    face = print_shop.font("latin", rng, rng.uniform(2.8, 3.6))
    side = rng.uniform(5.5, 8)
    writer = Writer(sheet, hand, pens.any_pen(rng), side * rng.uniform(0.7, 0.95), rng)
    for x, y, room in _fields(sheet, rng, face, side, 1.7):
        count = max(1, min(int(rng.integers(3, 11)), int(room / side)))
        tick, end = side * rng.uniform(0.22, 0.4), side * rng.uniform(0.4, 0.9)
        ticks = [(x + side * k, y - (end if k in (0, count) else tick), x + side * k, y) for k in range(count + 1)]
        sheet.lines([*ticks, (x, y, x + side * count, y)], width, frame, strength)
        number = sheet.next_number()
        for place, value in enumerate(writer.number(count)):
            box = (x + side * place, y - 1.25 * side, x + side * (place + 1), y - 0.08 * side)
            in_cell(writer, value, box, number, 0.9)
    return sheet


def _fields(sheet, rng, face, tall, apart):
    """Prints labels; yields where each one's field begins, `(x, y of its foot, width)`."""
    left, top, right, bottom = sheet.margins
    rows = int(rng.integers(5, 10))
    pitch = min(tall * rng.uniform(apart, apart + 0.5), (sheet.size[1] - top - bottom) / rows)
    above = rng.random() < 0.3 and pitch > tall + 4.5
    start = left if above else left + rng.uniform(29, 36)
    for row in range(rows):
        y = top + pitch * (row + 1)
        if len(sheet.written) < MOST_DIGITS:
            print_shop.put(sheet, print_shop.label(rng), left, y - tall - 1.0 if above else y - 0.3 * tall, face)
            yield start, y, sheet.size[0] - right - start


def header(rng, hand):
    """A worksheet: a printed heading of two lines, numbers by hand below."""
    sheet = [papers.plain, papers.plain, papers.ruled, papers.squared][int(rng.integers(4))](rng)
    left, top, _, _ = sheet.margins
    first, second = print_shop.HEADINGS[int(rng.integers(len(print_shop.HEADINGS)))]
    large = rng.uniform(5, 8)
    print_shop.put(sheet, first, left, top, print_shop.font("latin", rng, large))
    print_shop.put(sheet, second, left, top + 1.5 * large, print_shop.font("latin", rng, rng.uniform(3.2, 5)))
    sheet.margins = left, top + 1.5 * large + 6, *sheet.margins[2:]
    lines_of_numbers(sheet, hand, rng)
    return sheet


def circled(rng, hand):
    """Some answers have a ring or a frame around them, or a line below, by the same pen or a red one."""
    sheet = [papers.plain, papers.ruled, papers.squared][int(rng.integers(3))](rng)
    pen = pens.any_pen(rng)
    marker = pens.Pen(rng.uniform(0.4, 0.7), pens.COLOURS["red"], 0.9, 0.0, 0.1, 0.03) if rng.random() < 0.5 else pen
    rows = baselines(sheet, rng, 12)[::2] if sheet.baselines else baselines(sheet, rng, int(rng.integers(5, 9)))
    height = float(np.clip(rng.uniform(0.4, 0.5) * np.diff(rows).min() if len(rows) > 1 else 5, 3.8, 7))
    writer = Writer(sheet, hand, pen, height, rng)
    left, _, right, _ = sheet.margins
    for baseline in rows:
        x = left + rng.uniform(2, 8)
        while len(sheet.written) < MOST_DIGITS:
            length = int(rng.integers(1, 5))
            if x + writer.room(length) + height > sheet.size[0] - right:
                break
            end = writer.write(writer.number(length), x, baseline)
            if rng.random() < 0.4:
                _marked(writer, (x, baseline - height, end, baseline), marker)
            x = end + rng.uniform(2.0, 3.4) * height
    return sheet


def _marked(writer, box, pen):
    """A ring, a frame or a line, with room left around the number or nearly none."""
    rng, (left, top, right, bottom) = writer.rng, box
    room = rng.uniform(0.22, 0.5) * writer.height
    kind = rng.choice(["ring", "frame", "line"], p=[0.6, 0.25, 0.15])
    if kind == "ring":
        turns = np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.08), 40) + rng.uniform(0, 2 * np.pi)
        wide, high = (right - left) / 2 * 1.15 + 1.3 * room, (bottom - top) / 2 + 1.3 * room
        grown = 1 + 0.04 * np.sin(2 * turns + rng.uniform(0, 6)) + np.linspace(0, rng.normal(0, 0.08), 40)
        points = np.stack([(left + right) / 2 + wide * grown * np.cos(turns),
                           (top + bottom) / 2 + high * grown * np.sin(turns)], 1)  # fmt: skip
        pens.stroke(writer.sheet, pen, [points], rng)
    elif kind == "frame":
        left, top, right, bottom = left - room, top - room, right + room, bottom + room
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        writer.by_hand([tuple(np.array(corner) + rng.normal(0, 0.25, 2)) for corner in corners], pen)
    else:
        low = bottom + rng.uniform(0.25, 0.45) * writer.height
        writer.by_hand([(left - 0.5, low), (right + 0.5, low + rng.normal(0, 0.4))], pen)


def sums(rng, hand):
    """Sums in columns with a line above the result, or along a line with an equals sign."""
    sheet = [papers.plain, papers.squared, papers.ruled][int(rng.integers(3))](rng)
    writer = Writer(sheet, hand, pens.any_pen(rng), rng.uniform(4.6, 6.5), rng)
    (_columns if rng.random() < 0.55 else _along)(writer)
    return sheet


def _columns(writer):
    sheet, rng, height = writer.sheet, writer.rng, writer.height
    left, top, right, bottom = sheet.margins
    pitch = height * rng.uniform(1.45, 1.75)
    wide = writer.room(4) + height
    for y in np.arange(top, sheet.size[1] - bottom - 4.2 * pitch, 4.2 * pitch + height):
        for x in np.arange(left, sheet.size[0] - right - wide, wide + height):
            if len(sheet.written) >= MOST_DIGITS:
                return
            rows, end = int(rng.integers(2, 4)), x + wide
            for row in range(rows):
                _flush(writer, int(rng.integers(1, 4)), end, y + pitch * (row + 1))
            writer.sign("+" if rng.random() < 0.8 else "-", x - 0.3 * height, y + pitch * rows)
            low = y + pitch * rows + rng.uniform(0.3, 0.45) * height
            writer.by_hand([(x - 0.5, low), (end + 1, low + rng.normal(0, 0.4))])
            _flush(writer, int(rng.integers(1, 5)), end, low + rng.uniform(1.25, 1.5) * height)


def _flush(writer, length, right, baseline):
    """A number that ends at `right`: written from about where it has to begin."""
    writer.write(writer.number(length), right - writer.room(length), baseline)


def _along(writer):
    sheet, rng, height = writer.sheet, writer.rng, writer.height
    left, _, right, _ = sheet.margins
    rows = baselines(sheet, rng, int(rng.integers(6, 13)))
    for baseline in rows:
        x = left + rng.uniform(0, 6)
        while x + 3 * writer.room(2) + 2.4 * height < sheet.size[0] - right and len(sheet.written) < MOST_DIGITS:
            x = writer.write(writer.number(int(rng.integers(1, 3))), x, baseline)
            x = writer.sign(str(rng.choice(["+", "+", "-", "×"])), x, baseline)
            x = writer.write(writer.number(int(rng.integers(1, 3))), x, baseline)
            x = writer.sign("=", x, baseline)
            x = writer.write(writer.number(int(rng.integers(1, 3))), x, baseline) + rng.uniform(2, 3.5) * height


def dates(rng, hand):
    """Dates such as 12/05/2026 or 12-5-26, and telephone numbers."""
    sheet = [papers.plain, papers.ruled, papers.squared][int(rng.integers(3))](rng)
    writer = Writer(sheet, hand, pens.any_pen(rng), rng.uniform(4.2, 6.2), rng)
    left, _, right, _ = sheet.margins
    for baseline in baselines(sheet, rng, int(rng.integers(6, 13))):
        x = left + rng.uniform(0, 6)
        while len(sheet.written) < MOST_DIGITS:
            parts, sign = DATES[int(rng.integers(len(DATES)))]
            if x + sum(map(writer.room, parts)) + 1.7 * writer.height > sheet.size[0] - right:
                break
            x = _dated(writer, parts, sign, x, baseline) + rng.uniform(2, 4) * writer.height
    return sheet


def _dated(writer, parts, sign, x, baseline):
    for place, length in enumerate(parts):
        if place and sign == " ":
            x += writer.rng.uniform(0.7, 1.1) * writer.height
        elif place:
            x = writer.sign(sign, x, baseline, 0.16)
        x = writer.write(writer.number(length), x, baseline)
    return x


def lists(rng, hand):
    """Numbered answers: 1) 23   2) 45."""
    sheet = [papers.plain, papers.ruled, papers.squared][int(rng.integers(3))](rng)
    writer = Writer(sheet, hand, pens.any_pen(rng), rng.uniform(4.4, 6.4), rng)
    left, _, right, _ = sheet.margins
    rows = baselines(sheet, rng, int(rng.integers(6, 13)))
    mark, columns = (")", ".")[int(rng.random() < 0.25)], int(rng.integers(1, 3))
    wide = (sheet.size[0] - left - right) / columns
    for column in range(columns):
        for row, baseline in enumerate(rows):
            item = [int(part) for part in str(1 + row + column * len(rows))]
            if len(sheet.written) >= MOST_DIGITS or not set(item) <= set(writer.hand.values):
                continue
            x = left + column * wide + rng.uniform(0, 2)
            end = writer.write(item, x, baseline)
            end = writer.sign(mark, end, baseline, 0.14) + rng.uniform(0.6, 1.4) * writer.height
            length, free = int(rng.integers(1, 5)), left + (column + 1) * wide - writer.height - end
            while length and writer.room(length) > free:
                length -= 1
            if length:
                writer.write(writer.number(length), end, baseline)
    return sheet


def book(rng, hand):
    """A page of print, without digits."""
    sheet = papers.plain(rng)
    letters = hand.script if hand.script in print_shop.LETTERS else str(rng.choice(["latin", "greek", "cyrillic"]))
    if rng.random() < 0.3:
        letters = "latin"
    left, top, right, bottom = sheet.margins
    high = rng.uniform(3.0, 5.5)
    if rng.random() < 0.5:
        face = print_shop.font(letters, rng, 1.7 * high)
        print_shop.put(sheet, print_shop.words(letters if face else "latin", rng, 3), left, top + 1.7 * high, face)
        top += 3.4 * high
    print_shop.paragraph(sheet, letters, rng, (left, top, sheet.size[0] - right, sheet.size[1] - bottom), high)
    return sheet
