"""The last layer of a network, taught on features of a few digits and of what it knew before."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lekh.head import Head, softmax


@dataclass(frozen=True)
class Settings:
    """How the last layer learns; chosen on writers held out of the network's training, distorted until it misread them.

    Attributes:
        seed: of every random choice.
        copies: how often each digit is seen, the first time as it is, then bent; fewer where there are many digits.
        most_copies: of all digits together, about.
        strength: of the bending, drawn evenly between these two.
        steps: of the optimizer, each with everything at once.
        rate: the first step's learning rate, which falls to nothing.
        pull: towards the weights as they were.
        rehearsal: weight of what is rehearsed, the digits' being 1, where they are of a script with statistics.
        gentle: the same for shapes of one's own, which have to find room among all others, and without statistics.
        wider: how far what is rehearsed is spread, with either weight.
        rehearsed: features that are drawn, of all classes together.
        most_moved: of the probability in the answers to these, from one class to another; what is learnt beyond that is
            taken back; of shapes of one's own, and without statistics, nothing is.
        smoothing: share of each target that the other classes of the script get.
    """

    seed: int = 7
    copies: int = 30
    most_copies: int = 6000
    strength: tuple[float, float] = (0.0, 0.9)
    steps: int = 150
    rate: float = 0.03
    pull: float = 1e-3
    rehearsal: float = 64.0
    gentle: float = 16.0
    wider: tuple[float, float] = (1.7, 1.4)
    rehearsed: int = 2600
    most_moved: float = 0.006
    smoothing: float = 0.05


class Lesson:
    """The last layer's own outputs, fitted to examples and to what it said before: a convex problem."""

    def __init__(self, first: Head, own: np.ndarray, rivals: np.ndarray, settings: Settings):
        """Begins with the layer `first`.

        Args:
            first: the layer as it was, see `wider`.
            own: int `(K,)`, outputs that learn.
            rivals: int `(R,)`, sorted, outputs that a digit is to win against, those that learn included.
            settings: how.
        """
        self.first, self.own, self.rivals, self.settings = first, own, rivals, settings
        self.moving = np.isin(rivals, own)

    def prepare(self, features: np.ndarray, labels: np.ndarray, kept: np.ndarray, known: int) -> None:
        """Examples and what is rehearsed, with their targets.

        Args:
            features: float32 `(M, F)` of the examples.
            labels: int `(M,)`, the output of each.
            kept: float32 `(R, F)` of what is rehearsed; may be empty.
            known: outputs from this one on are new, so there was no answer before.
        """
        settings, count = self.settings, len(features)
        both = np.concatenate([features, kept]) if len(kept) else features
        self.inputs = np.concatenate([both, np.ones((len(both), 1), np.float32)], axis=1)
        self.logits = self.first.logits(both)[:, self.rivals]
        self.targets = np.zeros_like(self.logits)
        self.targets[:count, self.moving] = settings.smoothing / max(1, self.moving.sum())
        self.targets[np.arange(count), np.searchsorted(self.rivals, labels)] += 1 - settings.smoothing
        if len(kept):
            old = self.rivals < known
            self.targets[count:, old] = softmax(self.logits[count:, old])
        self.weights = np.full((len(both), 1), 1 / count, np.float32)
        self.weights[count:] = settings.rehearsal / max(1, len(kept))
        self.count = count

    def learn(self, tell: Callable[[int, float, float], None]) -> Head:
        """Adam on everything at once; the rate falls along a cosine.

        Args:
            tell: is called now and then with the step, the loss of the examples, and the share of them read right.
        """
        settings = self.settings
        change = np.zeros((self.inputs.shape[1], int(self.moving.sum())), np.float32)
        mean, square = np.zeros_like(change), np.zeros_like(change)
        for step in range(1, settings.steps + 1):
            logits = self.logits.copy()
            logits[:, self.moving] += self.inputs @ change
            answers = softmax(logits)
            error = self.weights * (answers - self.targets)[:, self.moving]
            slope = self.inputs.T @ error + settings.pull * change
            mean = 0.9 * mean + 0.1 * slope
            square = 0.98 * square + 0.02 * slope**2
            rate = settings.rate * (1 + np.cos(np.pi * step / settings.steps)) / 2
            change -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.98**step)) + 1e-8)
            if step % 5 == 0 or step in (1, settings.steps):
                tell(step, *self._score(answers))
        change *= self._share(change)
        kernel, bias = self.first.kernel.copy(), self.first.bias.copy()
        outputs = self.rivals[self.moving]
        kernel[:, outputs] += change[:-1]
        bias[outputs] += change[-1]
        return Head(kernel, bias)

    def _share(self, change):
        """How much of the change leaves the answers to what is rehearsed nearly as they were; 1: all of it does."""
        logits = self.logits[self.count :]
        if not len(logits):
            return 1.0
        before, moved = softmax(logits), self.inputs[self.count :] @ change
        for share in np.linspace(1, 0, 21, dtype=np.float32):
            after = logits.copy()
            after[:, self.moving] += share * moved
            if np.abs(softmax(after) - before).sum(axis=1).mean() / 2 <= self.settings.most_moved:
                break
        return share

    def _score(self, answers):
        answers, targets = answers[: self.count], self.targets[: self.count]
        loss = -(targets * np.log(answers + 1e-9)).sum(axis=1).mean()
        return float(loss), float((answers.argmax(axis=1) == targets.argmax(axis=1)).mean())


def wider(before: Head, outputs: int) -> Head:
    """The layer with more outputs, which begin by saying next to nothing."""
    more = outputs - len(before.bias)
    kernel = np.pad(before.kernel, ((0, 0), (0, more)))
    return Head(kernel, np.pad(before.bias, (0, more)))
