"""Which of the things found on a page are print: among letters, what looks like a digit is a letter too.

A word is known by its letters; a page of print by its words. What is written into a form is larger than the form's own
print, which is all of about one height: there size tells, so that the names of fields do not make letters of the
numbers in them.
"""

import numpy as np

from lekh.dotted import may_be_zeros

WORD = 5  # things that follow each other closely: print, where many of them are no digits
PRINTED = 0.25  # share of what is no digit, in print
LARGE_PRINT = 0.5  # the same, in a form, of what is so large that a digit may be written there that looks like none
PAGEFUL = 40  # things; where as many are no digits, the page is print
LETTERS = 3  # that tell how high the print of a form is
FILLED_IN = 6  # larger digits, at least, that make a page a form
EVEN = 1.25  # between the heights of which half of its letters are, the larger over the smaller
LARGER, TWICE = 1.3, 1.8  # times the height of the print: a number that is none; what is written, as a rule
TINY = 0.5  # of the height of what is written: print
HEADINGS = (TINY, 0.12), (0.7, 0.25)  # lower than what is written, by so much; share of what is no digit in that print
ABOUT_EVEN = 1.6  # EVEN of its letters, short ones and tall
LONGEST = 12  # digits of a number
LOWER = 0.75  # of the height of what is written, a heading that is known by its line


def amid_print(
    letter: np.ndarray, height: np.ndarray, number: np.ndarray, line: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which of the things found on a page belong to words.

    Args:
        letter: bool `(N,)`, which look like no digit by themselves, nor like a sign of arithmetic.
        height: float `(N,)`, in pixels.
        number: int `(N,)`, for each the number it is a part of, as `layout` has found them.
        line: int `(N,)`, for each the line that it stands on.

    Returns:
        bool `(N,)`, and bool `(N,)`: those of them that are the print of a form, which says nothing of the rest.
    """
    number, line = (np.unique(of, return_inverse=True)[1] for of in (number, line))
    length, letters = np.bincount(number), np.bincount(number, letter)
    tall = np.array([_height(height[number == each]) for each in range(len(length))])
    clear = (letters == 0)[number]
    heading, written = _line_of_print(letter, height, tall[number], length[number], clear, line), None
    if letter.sum() >= LETTERS:
        heading |= _heading(letter, height, tall[number], clear, line)
        written = _written_height(letter, height, clear)
    if written is not None:
        large = tall > LARGER * np.median(height[letter])
        word = (large & (length >= WORD) & (letters > LARGE_PRINT * length)) | (
            ~large & ((letters > 0) | (tall < TINY * written))
        )
        return word[number] | heading, (word & ~large)[number] | heading
    word = ((length >= WORD) & (letters > PRINTED * length))[number]
    if len(letter) >= PAGEFUL and letter.mean() > PRINTED:
        word |= (letters > 0)[number] | (np.bincount(line, letter) > PRINTED * np.bincount(line))[line]
    return word | heading, heading


def of_lost_hairlines(stroke: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Which things on a page are print of a fine face, of whose letters only the upright strokes were found.

    Args:
        stroke: bool `(N,)`, which are bare strokes.
        number: int `(N,)`, as for `amid_print`.

    Returns:
        bool `(N,)`: all, or none where not most of a whole page stands in long numbers of little but strokes.
    """
    number = np.unique(number, return_inverse=True)[1]
    length, strokes = np.bincount(number), np.bincount(number, stroke)
    long = (length >= WORD) & (2 * strokes > length)
    return np.full(len(stroke), len(stroke) >= PAGEFUL and 2 * length[long].sum() > len(stroke))


def _heading(letter, height, tall, clear, line):
    """bool `(N,)`: which things are small print above or beside what is written larger; `tall`: the height of the
    number that each belongs to, `clear`: whether that has no letter, `line`: the line of each."""
    none = np.zeros_like(letter)
    if clear.sum() < max(FILLED_IN, letter.sum()):
        return none
    beside_letters = (np.bincount(line, letter) > 0)[line]
    for lower, share in HEADINGS:
        small = tall < np.where(beside_letters, lower, TINY) * np.median(height[clear])  # some digits are low, too
        of_small = height[letter & small]
        if len(of_small) >= max(LETTERS, share * small.sum()):
            low, high = np.quantile(of_small, (0.25, 0.75))
            if high <= ABOUT_EVEN * low:
                return small
    return none


def _line_of_print(letter, height, tall, length, clear, line):
    """bool `(N,)`: which things stand on a line that is lower than what is written, all of it, and where many are
    letters, or much lower and in a row longer than any number; arguments as for `_heading`, `length` that of the number
    that each belongs to, and the line of each."""
    known = clear & (length <= LONGEST)
    if known.sum() < max(FILLED_IN, letter.sum()):
        return np.zeros_like(letter)
    written = np.median(height[known])
    count, letters = np.bincount(line), np.bincount(line, letter)
    print_only = (np.bincount(line, tall < LOWER * written) == count) & (count >= WORD) & (letters > PRINTED * count)
    return print_only[line] | (tall < TINY * written) & (length > LONGEST)


def _height(of_number):
    """The height of a number, whatever dots are among its digits."""
    return np.median(of_number[~may_be_zeros(of_number, of_number)])


def _written_height(letter, height, clear):
    """The height of what is written into a form, in pixels, or `None` where the page is no form; `clear`: which
    things are in numbers without a letter."""
    low, middle, high = np.quantile(height[letter], (0.25, 0.5, 0.75))
    filled_in = clear & (height > LARGER * middle)
    if high > EVEN * low or filled_in.sum() < max(FILLED_IN, letter.sum()):
        return None
    written = np.median(height[filled_in])
    return written if written > TWICE * middle else None
