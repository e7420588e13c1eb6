"""Everything under LEKH_DATA -> what the network for numbers learns from, and what it is measured on.

All of it takes the road of an upload: a field or a page is composed, its ink found, its lines laid out, and each number
found there is matched with what was written.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lekh import datasets, model, preparation
from lekh.alphabet import Alphabet
from lekh.datasets import Dataset
from lekh.sequence_alphabet import alphabet
from lekh.sequence_batches import composed_samples
from lekh.sequence_real import CHEQUE_DIGITS, CHEQUES, REGISTERS, cheque_samples, labels_of, register_samples, split
from lekh.sequence_samples import Sample
from lekh.sequence_settings import Configuration


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the reader learns from, and what it is measured on.

    Attributes:
        letters: single digits to write numbers with.
        strangers: single digits of writers whom neither network has seen.
        pools: samples of composed, cheque and register numbers.
        held: rows of `labels.csv` that are held out, by the folder they are in.
    """

    letters: Alphabet
    strangers: Alphabet
    pools: tuple[list[Sample], list[Sample], list[Sample]]
    held: dict[Path, list[dict]]


def prepare(digits: model.Model, configuration: Configuration) -> Prepared:
    """Gathers everything under LEKH_DATA.

    Args:
        digits: the network for single digits, which finds the real numbers on the registers.
        configuration: how much of each.

    Raises:
        LekhError: the data root is not set, or there are no digits.
    """
    cheques, registers = (datasets.root() / path for path in (CHEQUES, REGISTERS))
    rows = {
        folder: split(labels_of(folder), configuration.held_out, configuration.seed) for folder in (cheques, registers)
    }
    held_files = [row["file"] for row in rows[cheques][1]]
    sets = [dataset for dataset in preparation.open_sources()[0] if dataset.script in digits.card.scripts]
    learnt = [
        _without_writers(dataset, held_files) if dataset.name == CHEQUE_DIGITS else preparation.split(dataset)[0]
        for dataset in sets
    ]
    with preparation.processes(os.cpu_count() or 1) as workers:
        letters = alphabet(learnt, configuration, workers)
        strange = strangers(sets, configuration, workers)
    pools = (
        composed_samples(letters, configuration),
        cheque_samples(cheques, rows[cheques][0], configuration),
        register_samples(registers, rows[registers][0], digits),
    )
    return Prepared(letters, strange, pools, {folder: held for folder, (_, held) in rows.items()})


def strangers(sets: Sequence[Dataset], configuration: Configuration, workers: ProcessPoolExecutor) -> Alphabet:
    """Single digits that both networks have held out, for composing; as `alphabet`, without fonts."""
    held = [preparation.split(dataset)[1] for dataset in sets if dataset.name != CHEQUE_DIGITS]
    few = replace(configuration, alphabet=configuration.strangers, fonts=0)
    return alphabet([dataset for dataset in held if dataset is not None], few, workers)


def _without_writers(dataset, writers):
    if dataset.writers is None:
        return dataset
    return dataset.take(np.flatnonzero(~np.isin(dataset.writers, writers)))
