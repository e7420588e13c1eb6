"""Single digits to write numbers with, by the hands that wrote them."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Alphabet:
    """Single digits to write with.

    Attributes:
        squares: uint8 `(N, INK_SIDE, INK_SIDE)`, as `augment.to_square` makes them.
        scripts: str `(N,)`.
        digits: int64 `(N,)`, 0 .. 9.
        sources: str `(N,)`: the set that each came from; every set is written with equally often.
        writers: str `(N,)`: digits with the same writer were written by the same hand; "" where nobody knows.
    """

    squares: np.ndarray = field(repr=False)
    scripts: np.ndarray = field(repr=False)
    digits: np.ndarray = field(repr=False)
    sources: np.ndarray = field(repr=False)
    writers: np.ndarray = field(repr=False)

    def __post_init__(self):
        if not len(self.squares) == len(self.scripts) == len(self.digits) == len(self.sources) == len(self.writers):
            raise ValueError("Each digit of an alphabet has a square, a script, a value, a source and a writer.")
        by_source, by_writer = {}, {}
        keys = zip(self.scripts, self.sources, self.writers, self.digits, strict=True)
        for row, (script, source, writer, digit) in enumerate(keys):
            by_source.setdefault(str(script), {}).setdefault(str(source), {}).setdefault(int(digit), []).append(row)
            if writer:
                by_writer.setdefault((str(source), str(writer)), {}).setdefault(int(digit), []).append(row)
        object.__setattr__(self, "_by_source", by_source)
        object.__setattr__(self, "_by_writer", by_writer)

    def writes(self, script: str) -> bool:
        """Whether one source at least has all ten digits of `script`, so that any number can be written."""
        return any(len(rows) == 10 for rows in self._by_source.get(script, {}).values())

    def hand(self, text: str, script: str, rng: np.random.Generator) -> list[np.ndarray]:
        """A square for each digit of `text`, by one writer as far as that writer's digits are known.

        Raises:
            ValueError: no digit of this value and script is in the alphabet.
        """
        sources = self._by_source.get(script, {})
        wanted = {int(digit) for digit in text}
        able = [source for source, rows in sources.items() if wanted <= rows.keys()]
        if not able:
            raise ValueError(f"No source has all digits of a number in {script}.")
        source = able[rng.integers(len(able))]
        rows = sources[source]
        first = rows[int(text[0])]
        own = self._by_writer.get((source, str(self.writers[first[rng.integers(len(first))]])), {})
        chosen = []
        for digit in text:
            known = own.get(int(digit)) or rows[int(digit)]
            chosen.append(self.squares[known[rng.integers(len(known))]])
        return chosen
