"""Held-out digits -> temperatures at which a network is as sure as it is right."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from lekh.model import NO_DIGIT, ClassLabel
from lekh.normalize import Normalization, to_views
from lekh.numerals import SIGNS
from lekh.preparation import Pool

LEAST_TO_CALIBRATE = 100  # held-out digits; fewer say nothing of confidence
# Held-out digits are of the sets that were learnt from; other pens and cameras are read less surely than they are.
TEMPERATURES = (0.7, 3.0)
SCRIPT_TEMPERATURES = (0.7, 1.5)  # a few hundred digits all read right must not make it sure of everything
FEW_MISSES = 10  # of a script, held out; fewer, of which some are slips of the label, say little of its temperature


def calibrate(
    network, held_out: Pool, classes: Sequence[ClassLabel], parameters: Normalization
) -> tuple[float, dict[str, float]]:
    """Makes the confidences fit the held-out digits.

    Returns:
        The temperature at which the probabilities of all classes fit best; and for each script with enough digits, the
        further temperature at which those of a reading, within the script, do, nearer to 1 the fewer misses speak for
        it.
    """
    scripts = np.array([label.script for label in classes])
    written = np.isin(scripts, [NO_DIGIT, SIGNS], invert=True)[held_out.classes]
    if written.sum() < LEAST_TO_CALIBRATE:
        return 1.0, {}
    held_out = held_out.only(written)
    views = [to_views(square.astype(np.float32) / 255, parameters) for square in held_out.squares]
    outputs = network.predict(np.concatenate(views), batch_size=512, verbose=0)
    logits = np.log(np.maximum(outputs, 1e-12)).reshape(len(held_out), -1, outputs.shape[1])  # (N, V, C)
    own = scripts[held_out.classes][:, None] == scripts[None, :]
    chances = held_out.chances(0.5)  # every source has its say
    temperature = _best_temperature(lambda at: _answers(np.where(own[:, None], logits, -1e9), at), held_out, chances)
    answers = _answers(logits, temperature)
    further = {}
    for script in dict.fromkeys(scripts[held_out.classes]):
        mine = scripts[held_out.classes] == script
        if mine.sum() >= LEAST_TO_CALIBRATE:
            shares = np.log(np.where(own, answers, 1e-30)[mine] + 1e-30)[:, None]
            some = held_out.only(mine)
            best = _best_temperature(
                partial(_answers, shares), some, chances[mine] / chances[mine].sum(), SCRIPT_TEMPERATURES
            )
            misses = int((shares[:, 0].argmax(axis=1) != some.classes).sum())
            further[str(script)] = round(best ** (misses / (misses + FEW_MISSES)), 4)
    return temperature, further


def _answers(logits, temperature):
    """`(N, C)`: the mean over views `(N, V, C)` at a temperature."""
    scaled = np.exp((logits - logits.max(axis=2, keepdims=True)) / temperature)
    return (scaled / scaled.sum(axis=2, keepdims=True)).mean(axis=1)


def _best_temperature(answers_at, held_out, chances, limits=TEMPERATURES):
    def loss(temperature):
        right = answers_at(temperature)[np.arange(len(held_out)), held_out.classes]
        return -(np.log(right + 1e-12) * chances).sum()

    return round(float(min(np.geomspace(*limits, 120), key=loss)), 4)
