"""How a writer's hand turns, slants and stretches digits, found from a few of them, and taken back out of others.

Much of what makes a hand hard to read is the same in all of its digits, and small: three numbers, for which twenty
digits are enough. A model that was taught a hand sees each digit as it is and straightened, and believes either as far
as it looks like a digit; the first more, because others write upright (`lekh.looking.SAY`).

The digits of one picture share a hand too, that of whoever wrote them or the slant of the camera. It is found without
knowing what they are: as that by which all of them together are read most surely.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np

from lekh.normalize import bent, shrunk

# What is tried, of each of the three; then, around the best, steps of these sizes to either side.
TURNS, SLANTS, ASPECTS = (-24.0, -12.0, 0.0, 12.0, 24.0), (-0.4, -0.2, 0.0, 0.2, 0.4), (0.67, 1.0, 1.5)
STEPS = (8.0, 0.13, 1.2), (4.0, 0.07, 1.1)
USUAL = 20.0, 0.4, 0.4  # standard deviations of hands: degrees, slant, logarithm of the aspect
COMMON = 7.0, 0.2, 0.4  # the same, of hands that nobody vouches for
LEAST = 1.0  # nats by which a hand must explain its digits better than an upright one does
LIMITS = 60.0, 1.5, 4.0  # of a hand that a card may name
FIRST = 4  # digits of a picture that are tried as every hand
KEPT = 12  # hands as which the others are tried
FLOOR = 0.01  # probability added to each; a digit that nothing explains, a slip perhaps, decides no more than that


@dataclass(frozen=True)
class Hand:
    """What straightens the digits of a hand, in the order in which it is done from last to first.

    Attributes:
        turn: degrees, clockwise on the page.
        slant: sideways over height.
        aspect: width over height, of what was square.
    """

    turn: float = 0.0
    slant: float = 0.0
    aspect: float = 1.0

    def __post_init__(self):
        turn, slant, aspect = LIMITS
        if not (abs(self.turn) <= turn and abs(self.slant) <= slant and 1 / aspect <= self.aspect <= aspect):
            raise ValueError(f"No hand is turned, slanted and stretched like {self}.")

    def as_dict(self) -> dict:
        """As the card keeps it."""
        return asdict(self)

    @property
    def matrix(self) -> np.ndarray:
        """float64 `(2, 2)`, of x and y."""
        angle = np.deg2rad(self.turn)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return turned @ np.array([[1, self.slant], [0, 1]]) @ np.diag([self.aspect**0.5, self.aspect**-0.5])

    def oddness(self, usual: tuple[float, float, float] = USUAL) -> float:
        """How far it is from an upright hand, in nats: minus the logarithm of how common it is beside that."""
        off = np.array([self.turn, self.slant, np.log(self.aspect)]) / usual
        return float(0.5 * (off**2).sum())

    def straightened(self, ink: np.ndarray, size: int) -> np.ndarray:
        """The ink of one digit, float32 `(h, w)`, 0 paper .. 1 ink, as an upright hand would have written it.

        Args:
            ink: of that digit alone.
            size: side of the network's input; more pixels than twice as many are not bent.
        """
        return bent(shrunk(ink, 2 * size), self.matrix)


GRID = tuple(Hand(*values) for values in product(TURNS, SLANTS, ASPECTS))


def fitted(
    inks: Sequence[np.ndarray], truth: Sequence[int], answers: Callable[[Sequence[np.ndarray]], np.ndarray], size: int
) -> Hand | None:
    """The hand that wrote these digits, as a network sees it.

    Args:
        inks: float32 `(h, w)` of one digit each.
        truth: which each is, a column of the answers.
        answers: the network: inks -> probabilities `(N, K)` that sum to 1.
        size: side of the network's input.

    Returns:
        The likeliest, all digits and the hand itself considered; `None` where an upright one explains them as well.
    """
    small = [shrunk(ink, 2 * size) for ink in inks]
    rows = np.arange(len(small))

    def explained(hand):
        given = answers([bent(ink, hand.matrix) for ink in small])[rows, truth]
        return float(np.log(given + FLOOR).sum()) - hand.oddness()

    found = {Hand(): explained(Hand())}
    upright = found[Hand()]
    if upright > -LEAST:
        return None

    def best_with(hands: Iterable[Hand]):
        found.update((hand, explained(hand)) for hand in hands if hand not in found)
        return max(found, key=found.get)

    best = best_with(GRID)
    for turn, slant, aspect in STEPS:
        around = product((-turn, 0, turn), (-slant, 0, slant), (1 / aspect, 1, aspect))
        best = best_with([Hand(best.turn + t, best.slant + s, best.aspect * a) for t, s, a in around])
    return best if found[best] > upright + LEAST else None


def shared(
    inks: Sequence[np.ndarray],
    others: Sequence[np.ndarray],
    answers: Callable[[Sequence[np.ndarray]], np.ndarray],
    size: int,
) -> Hand | None:
    """The hand that wrote digits of which nobody said which they are: that by which they are read most surely.

    Args:
        inks: float32 `(h, w)` of one digit each, of one picture.
        others: more of them, which must not be read less surely.
        answers: the network: inks -> how probable the likeliest digit of each script is, `(N, K)` for K scripts that
            all of them may be written in.
        size: side of the network's input.

    Returns:
        The likeliest, all of `inks` and the hand itself considered; `None` where that is an upright one.
    """

    def explained_by(hands, digits):  # (H, K)
        small = [shrunk(ink, 2 * size) for ink in digits]
        given = answers([bent(ink, hand.matrix) for hand in hands for ink in small])
        return np.log(given + FLOOR).reshape(len(hands), len(small), -1).sum(axis=1)

    hands = GRID
    explained = np.array([[LEAST * (hand == Hand()) - hand.oddness(COMMON)] for hand in hands])
    step = -(-len(inks) // FIRST)
    rest = [ink for place, ink in enumerate(inks) if place % step]
    for some, most in ((inks[::step], len(hands)), (rest, KEPT)):
        if some:
            order = np.argsort(-explained.max(axis=1), kind="stable")[:most]
            hands = [hands[place] for place in order]
            explained = explained[order] + explained_by(hands, some)
    best = hands[int(explained.max(axis=1).argmax())]
    if best == Hand():
        return None
    if others:
        upright, straightened = explained_by([Hand(), best], others).max(axis=1)
        if straightened < upright:
            return None
    return best
