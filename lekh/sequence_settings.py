"""How the network for numbers is trained."""

from dataclasses import dataclass, field

from lekh.strips import StripNormalization


@dataclass(frozen=True)
class Configuration:
    """Everything that decides a training run; kept in the card.

    Attributes:
        seed: of every random choice.
        epochs: how often the network sees `epoch_numbers` numbers.
        again: epochs of a second round, which goes on from there at half the rate; the mean of both rounds' weights is
            kept.
        epoch_numbers: see above.
        batch_size: numbers a step.
        learning_rate: the highest of the cosine schedule.
        weight_decay: of the optimizer.
        average: momentum of the moving average of the weights, which are the ones kept.
        alphabet: digits a source to compose with, at most; those that the network for digits has held out are left out.
        strangers: digits a source to measure with, at most, of those held out.
        fonts: fonts a script that serve as extra writers.
        fields: composed fields that take the road of an upload.
        pages: composed pages that do.
        views: samples of each real cheque: its numbers as they were found, and more or less of what is around them.
        shares: of an epoch: written on the spot, from composed fields and pages, real cheques, real registers.
        spliced: share of the composed and real samples that are put together from parts of two, so that no number is
            learnt by heart.
        alignment: weight of the loss of single columns beside that of whole numbers (CTC).
        across: weight, in that, of telling a digit from those of all scripts; 1 is that of telling it within its own.
        held_out: share of the real cheques and register pages that only validates.
        normalization: how numbers are brought to the network.
    """

    seed: int = 7
    epochs: int = 90
    again: int = 30
    epoch_numbers: int = 9_600
    batch_size: int = 64
    learning_rate: float = 1.5e-3
    weight_decay: float = 2e-3
    average: float = 0.998
    alphabet: int = 3_000
    strangers: int = 300
    fonts: int = 30
    fields: int = 3_000
    pages: int = 100
    views: int = 3
    shares: tuple[float, float, float, float] = (0.36, 0.2, 0.32, 0.12)
    spliced: float = 0.6
    alignment: float = 1.0
    across: float = 0.1
    held_out: float = 0.15
    normalization: StripNormalization = field(default_factory=StripNormalization)
