"""Pieces of ink -> what the network for single digits says of them.

Of a doubtful one it sees several views, and so does a second network, where the model has one. Of digits held out of
training, bent hard, 416 of 17,750 are misread at one look, 379 in every view, 348 by both networks; of these digits as
they are, 77, 57 and 57 of 8,875.

Where many digits of a picture are in doubt, they may all be turned, slanted or squeezed alike; that is undone first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from lekh import normalize
from lekh.hand import Hand, shared
from lekh.model import Card, Model
from lekh.numerals import AUTO, DOTTED

SURE = 0.98  # a digit under this confidence is looked at in every way
STRAY = 0.05  # probability of the script that was asked for and of no digit; under it another look is due
SAY, OPPOSED = 0.8, 0.75  # of a hand that the model was taught, as sure as it is; how much less where no hand is needed
LEAST = 3  # digits of a picture that can tell how all of them were written
MOST = 12  # that are asked
DOUBTFUL = 0.9, 0.25  # confidence under which a digit may be of an odd hand, and the share of such digits it takes
CROWDED = 48  # pieces of ink; on a page with more, only so many are looked at again, and only what touches is parted


@dataclass(frozen=True, eq=False)
class Found:
    """The ink of one digit on a page and what was said of it.

    Attributes:
        ink: float32 `(h, w)`.
        box_xywh: in pixels of the page.
        seen: float32 `(S, S, 1)`, the network's input.
        looked: float32 `(C,)`, what the network for single digits says.
        told: float32 `(C,)`, what the network for numbers says, where it saw other digits beside it.
        whole: whether the ink hangs together with no other digit's.
        between: whether it stands between others of its number.
    """

    ink: np.ndarray
    box_xywh: tuple[int, int, int, int]
    seen: np.ndarray
    looked: np.ndarray
    told: np.ndarray | None = None
    whole: bool = True
    between: bool = False


def hand_of(found: Sequence[Found], model: Model, script: str) -> Hand | None:
    """How the digits of one picture are turned, slanted and stretched, all alike, so that many of them are in doubt.

    Args:
        found: the pieces of ink of a picture as they are, some of which may be no digit.
        model: a loaded model folder.
        script: the one that was asked for, or `"auto"`.

    Returns:
        What straightens them; `None` where they are too few, or read as surely as they are.
    """
    if len(found) < LEAST:
        return None
    scripts = [model.card.indices(name) for name in (model.card.scripts if script == AUTO else [script])]

    def best_of_each_script(said):
        return np.stack([said[:, places].max(axis=1) for places in scripts], axis=1)

    def answers(inks):
        inputs = np.stack([normalize.to_input(ink, model.card.normalization) for ink in inks])
        return best_of_each_script(model.predict(inputs))

    step = -(-len(found) // MOST)
    asked = np.stack([digit.looked for digit in found[::step]])
    like = np.flatnonzero(asked[:, model.card.no_digit].sum(axis=1) < 0.5)
    if len(like) < max(LEAST, len(asked) / 2):  # among other things there is always a hand that makes one a digit
        return None
    if script == AUTO:
        script = model.card.scripts[int(np.log(best_of_each_script(asked[like]) + STRAY).sum(axis=0).argmax())]
    confidence, share = DOUBTFUL
    if (_sureness(asked[like], model, script) < confidence).sum() < max(2, share * len(like)):
        return None
    others = [digit.ink for place, digit in enumerate(found) if place % step]
    others = others[:: max(1, len(others) // CROWDED)]
    return shared([found[step * place].ink for place in like], others, answers, model.card.normalization.size)


def looked_at(
    digits: Sequence[tuple[np.ndarray, tuple]], model: Model, script: str, hand: Hand | None = None
) -> list[Found]:
    """What the network for single digits says of each digit; of a doubtful one the mean over its views.

    Args:
        digits: pairs of ink, float32 `(h, w)`, and box, in pixels of the page; of more than `CROWDED` none is doubted.
        model: a loaded model folder.
        script: the one that was asked for, or `"auto"`: doubt is about what that leaves open.
        hand: from `hand_of`, where these are digits of one picture.
    """
    inputs, probabilities = _recognised([own for own, _ in digits], model, script, hand)
    if script == DOTTED and len(digits):
        probabilities = _points_as_zeros(probabilities, model.card)
    return [Found(own, box, *said) for (own, box), *said in zip(digits, inputs, probabilities, strict=True)]


def looked_again(
    found: list[list[list[Found]]], model: Model, script: str, hand: Hand | None = None
) -> list[list[list[Found]]]:
    """The digits of a crowded page, the least sure of them seen in every way, now that its script is known."""
    every = [digit for line in found for number in line for digit in number]
    looked = np.stack([digit.looked for digit in every])
    sure = _sureness(looked, model, script)
    doubtful = [place for place in np.argsort(sure)[:CROWDED] if sure[place] < SURE]
    if doubtful:
        inks = [every[place].ink for place in doubtful]
        ways = _ways(inks, model, script, hand)
        looked[doubtful] = _together(ways, [_in_every_way(way, model) for way in ways], model)
        if script == DOTTED:
            looked[doubtful] = _points_as_zeros(looked[doubtful], model.card)
    answers = iter(looked)
    return [[[replace(digit, looked=next(answers)) for digit in number] for number in line] for line in found]


def _points_as_zeros(probabilities: np.ndarray, card: Card) -> np.ndarray:
    """float32 `(N, C)`, what the network says of shapes, as who expects Arabic takes it: a point is a zero."""
    zeros = card.indices(DOTTED)[:1] if DOTTED in card.scripts else []
    points = [place for place in card.signs if card.classes[place].symbol == "."]
    if not zeros or not points:
        return probabilities
    taken = probabilities.copy()
    taken[:, zeros] += taken[:, points]
    taken[:, points] = 0
    return taken


class _Way(NamedTuple):
    """Digits as they are, or straightened as the hand of a script, whose name it has then."""

    script: str | None
    inks: list[np.ndarray]
    inputs: np.ndarray  # float32 (N, S, S, 1)
    said: np.ndarray  # float32 (N, C), by the first network at one look

    def only(self, places):
        return _Way(self.script, [self.inks[place] for place in places], self.inputs[places], self.said[places])


def _recognised(inks, model, script, hand):
    """What the network sees of each digit, as it is or straightened, float32 `(N, S, S, 1)`, and what it says of it,
    `(N, C)`."""
    if not inks:
        return (), ()
    ways = _ways(inks, model, script, hand)
    probabilities = _together(ways, [way.said for way in ways], model)
    doubtful = np.flatnonzero(_sureness(probabilities, model, script) < SURE) if len(inks) <= CROWDED else ()
    if len(doubtful):
        theirs = [way.only(doubtful) for way in ways]
        again = [_in_every_way(way, model) for way in theirs]
        probabilities[doubtful] = _together(theirs, again, model)
    return ways[0].inputs, probabilities


def _ways(inks, model, script, own=None):
    """The digits first as they are, or as their own hand, where there is one; then as each hand that was taught in the
    script, or in any for `auto`."""
    parameters = model.card.normalization
    hands = [(name, hand) for name, hand in model.card.hands.items() if script in (AUTO, name)]
    made = []
    for name, hand in [(None, own), *hands]:
        shown = inks if hand is None else [hand.straightened(ink, parameters.size) for ink in inks]
        inputs = np.stack([normalize.to_input(ink, parameters) for ink in shown])
        made.append(_Way(name, shown, inputs, model.predict(inputs)))
    return made


def _together(ways, said, model):
    """float32 `(N, C)`: what is said of the digits as they are; a hand has its say on its own script's classes.

    The more, the more surely it is a digit when it is straightened, and the less, the more surely it is one as it is:
    what others wrote is read well without the hand, and what is defaced looks like nothing with it. How probable other
    scripts are stays as it was: another script is not that hand's.
    """
    together = said[0].copy()
    for way, straight in zip(ways[1:], said[1:], strict=True):
        own = model.card.indices(way.script)
        places = [*own, *model.card.no_digit]
        as_it_is, sure = (
            np.minimum(first.said[:, own].max(axis=1), later[:, own].max(axis=1))[:, np.newaxis]
            for first, later in ((ways[0], said[0]), (way, straight))
        )
        say = SAY * sure * (1 - OPPOSED * as_it_is)
        shares = [part / np.maximum(part.sum(axis=1, keepdims=True), 1e-9)
                  for part in (together[:, places], straight[:, places])]  # fmt: skip
        together[:, places] = together[:, places].sum(axis=1, keepdims=True) * ((1 - say) * shares[0] + say * shares[1])
    return together


def _sureness(probabilities, model, script):
    """How little another look could change, `(N,)`, 0 to 1: of which class a digit is, or which of `script`, or none.

    Which of several scripts a shape is of does not matter where one is asked for, unless it is hardly of that one.
    """
    if script == AUTO:
        return probabilities.max(axis=1)
    among = probabilities[:, model.card.indices(script)]
    unlike = probabilities[:, model.card.no_digit].sum(axis=1)
    known = among.sum(axis=1) + unlike
    return np.where(known < STRAY, 0.0, np.maximum(among.max(axis=1), unlike) / np.maximum(known, 1e-9))


def _in_every_way(way, model):
    """float32 `(N, C)`: the mean of what both networks say of each digit as it is, and of its other views."""
    bent = np.stack([normalize.to_views(ink, model.card.normalization)[1:] for ink in way.inks])  # (N, V, S, S, 1)

    def mean(network, as_it_is):
        answers = network.predict(bent.reshape(-1, *bent.shape[2:])).reshape(*bent.shape[:2], as_it_is.shape[1])
        return np.concatenate([as_it_is[:, np.newaxis], answers], axis=1).mean(axis=1)

    first = mean(model, way.said)
    return first if model.second is None else (first + mean(model.second, model.second.predict(way.inputs))) / 2
