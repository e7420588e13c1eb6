"""Digits and signs as a pen draws them, for tests that draw on the page.

A digit is 100 high. Each line is one digit, from 0 on: strokes parted by a bar, points `x,y` parted by spaces. They
follow the middle of a font's strokes; but for the Khmer 5, which people write with a loop.
"""

from itertools import chain

LATIN = """
28,6 43,8 51,15 58,42 58,66 53,81 45,90 34,93 25,92 15,85 8,64 11,22 19,10
9,22 22,12 31,10 31,7 | 31,91 31,10
10,13 27,6 44,8 52,15 54,29 49,46 7,93 | 59,92 11,91
9,12 24,6 38,6 50,12 54,22 52,35 40,43 37,49 54,58 57,73 52,85 42,91 23,93 5,89 | 20,48 37,48
53,91 51,9 43,14 11,60 8,70 68,70
50,6 13,6 10,41 12,44 37,43 48,48 54,56 56,65 52,83 37,92 23,93 5,88
51,6 30,8 16,19 8,42 8,67 15,85 26,92 42,92 54,83 58,74 58,58 48,44 41,42 27,42 16,51 8,53
18,95 23,91 57,18 59,7 7,6
27,6 45,8 55,19 54,32 39,48 26,47 12,31 12,17 17,11 | 26,47 11,61 7,74 12,87 31,93 50,89 58,79 56,62 39,48
12,92 35,91 49,81 56,63 58,40 54,20 45,10 26,6 11,16 7,39 10,47 17,54 35,56 57,44
"""
KHMER = """
35,7 51,9 59,13 65,29 64,76 59,86 47,91 21,89 14,85 9,73 11,20 21,10
29,49 15,48 10,43 9,24 13,14 22,9 35,7 59,12 65,26 65,73 61,85 48,91 26,91 15,87 10,78
43,53 37,51 37,25 47,26 58,34 77,25 77,75 71,87 57,93 35,93 18,84 15,71 15,9 13,5 6,5
55,89 55,15 77,7 95,11 101,21 102,89 | 18,91 9,89 11,17 16,11 30,7 43,9 55,15
62,40 50,41 47,50 49,68 61,85 62,91 30,93 22,89 14,77 14,12 12,5 6,5
95,5 62,34 40,42 20,34 14,20 26,10 44,14 50,28 36,48 10,86 16,92 70,92 84,84 78,72 68,62 74,50 92,46
7,33 10,27 31,23 44,25 51,32 54,42 53,80 47,89 39,93 19,92 11,86 7,78 11,61 17,57 29,56 | 7,7 8,28
19,93 7,92 7,33 10,26 16,23 29,31 42,23 48,26 50,35 52,88 58,93 68,93 72,90 74,82 74,8
38,52 53,54 54,91 43,89 31,79 18,89 7,92 7,37 11,29 18,24 31,23 54,28 54,33 | 54,8 54,28
54,29 54,8 | 35,67 44,67 52,72 53,83 49,89 40,93 22,93 10,86 7,67 14,50 46,50 | 54,26 29,23 15,25 9,31 8,41 14,50
"""
SIGNS = {
    "+": "0,55 56,55 | 28,27 28,83",
    "-": "0,55 56,55",
    "×": "0,30 48,80 | 48,30 0,80",
    "/": "48,0 0,100",
    "=": "0,42 56,42 | 0,66 56,66",
}
DIGITS = {"latin": LATIN.strip().splitlines(), "khmer": KHMER.strip().splitlines()}


def strokes(
    written: str, script: str, size_wh: tuple[int, int], height: float, gap: float = 0.4
) -> list[list[tuple[int, int]]]:
    """Strokes that write Western digits and signs in the middle of a canvas, digits `height` pixels high."""
    scale, x, placed = height / 100, 0.0, []
    for symbol in written:
        shape = _points(SIGNS[symbol] if symbol in SIGNS else DIGITS[script][int(symbol)])
        left, right = (edge(px for px, _ in chain.from_iterable(shape)) for edge in (min, max))
        placed += [[((px - left) * scale + x, py * scale) for px, py in stroke] for stroke in shape]
        x += (right - left) * scale + gap * height
    across, down = (size_wh[0] - x + gap * height) / 2, (size_wh[1] - height) / 2
    return [[(round(px + across), round(py + down)) for px, py in stroke] for stroke in placed]


def _points(shape: str) -> list[list[tuple[int, ...]]]:
    return [[tuple(map(int, point.split(","))) for point in stroke.split()] for stroke in shape.split("|")]
