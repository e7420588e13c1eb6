"""Which script the digits of one picture are of, and whether one hand wrote all of them oddly."""

from collections.abc import Sequence

import numpy as np

from lekh.clutter import PRINT, evidence
from lekh.hand import Hand
from lekh.judging import digit_of, unlike
from lekh.looking import CROWDED, Found, hand_of, looked_at
from lekh.model import Model
from lekh.numerals import AUTO

Scripts = tuple[tuple[str, float], ...]

NEARLY_ALL = 0.9  # of the pieces on a page of many that looks like print must be digits once they are straightened
VETO = 0.01  # the least that a digit gives each script, so that one odd digit does not decide against the others


def probable_scripts(probabilities: np.ndarray, model: Model) -> Scripts:
    """How probable each script is, given all digits of an image together.

    Each digit multiplies every script by the script's share of it; what is hardly a digit hardly counts.

    Args:
        probabilities: float32 `(N, C)`, what the network says of each digit.
        model: whose scripts are asked for.

    Returns:
        Scripts and probabilities that sum to 1, the most probable first.
    """
    scripts = model.card.scripts
    shares = np.stack([probabilities[:, model.card.indices(script)].sum(axis=1) for script in scripts], axis=1)
    written = shares.sum(axis=1, keepdims=True)
    support = (1 - VETO) * shares / np.maximum(written, 1e-9) + VETO / len(scripts)
    logits = (written * np.log(support)).sum(axis=0)
    chances = np.exp(logits - logits.max())
    chances /= chances.sum()
    return tuple((scripts[place], float(chances[place])) for place in np.argsort(-chances, kind="stable"))


def scripts_given(found: Sequence[Found], model: Model, script: str) -> Scripts:
    """The one script that was asked for, or for `auto` how probable each is, given these pieces, at least one."""
    if script != AUTO:
        return ((script, 1.0),)
    return probable_scripts(np.stack([digit.looked for digit in found]), model)


def by_one_hand(
    digits: Sequence[tuple[np.ndarray, tuple]], looked: list[Found], model: Model, script: str
) -> tuple[list[Found], Scripts, Hand | None]:
    """What the network says of the digits of one picture, straightened where one hand wrote all of them oddly; how
    probable the scripts are; and that hand, or `None`.

    Args:
        digits: pairs of ink, float32 `(h, w)`, and box, in pixels of the page.
        looked: what the network says of them as they are.
        model: a loaded model folder.
        script: the one that was asked for, or `"auto"`.
    """
    scripts = scripts_given(looked, model, script)
    hand = hand_of(looked, model, script)
    if hand is None:
        return looked, scripts, None
    straight = looked_at(digits, model, script, hand)
    others = scripts_given(straight, model, script)
    before, then = _digits_of(looked, model, scripts), _digits_of(straight, model, others)
    if others[0][0] != scripts[0][0] and (len(looked) > CROWDED or then[0] <= before[0]):
        return looked, scripts, None  # bent far enough, digits of one script look like another's, some of them surely
    if len(looked) > CROWDED and (then[1] > before[1] or (before[1] > PRINT and then[0] < NEARLY_ALL * len(looked))):
        return looked, scripts, None  # and letters like digits
    return straight, others, hand


def _digits_of(looked, model, scripts):
    """How many pieces are digits of the likeliest script, and the mean evidence that they are none."""
    digits = [digit_of(piece, model, scripts[0][0]) for piece in looked]
    none = np.array([unlike(piece, model.card) for piece in looked])
    confidence, rejected = np.array([(digit.confidence, digit.rejected) for digit in digits]).T
    return np.count_nonzero(rejected == 0), float(evidence(none, confidence, rejected > 0).mean())
