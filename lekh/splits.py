"""A set of digits in two parts that share no writer: what the network learns from, and what is held out."""

import numpy as np

from lekh.errors import LekhError
from lekh.labelled import Dataset

SPLIT = 7  # the seed that parts what the network learns from and what is held out, whatever the seed of its training


def split_by_writer(dataset: Dataset, fraction: float, seed: int) -> tuple[Dataset, Dataset]:
    """Two parts that share no writer.

    Writers are drawn at random and held out as long as that brings the part nearer to `fraction` of the digits. Of a
    set whose writers are unknown, digits that follow each other are held out, at the same place in each class: files
    are often in the order of their writers. Where they are not, the held-out part flatters, because near-copies by one
    hand end up on both sides.

    Args:
        dataset: at least two writers, or at least two digits when nobody wrote the writers down.
        fraction: share of the digits to hold out, 0 < fraction < 1.
        seed: the same seed gives the same parts.

    Returns:
        `(train, held_out)`, each in the order of `dataset`.

    Raises:
        LekhError: there is nothing to split.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction lies between 0 and 1; got {fraction}.")
    rng = np.random.default_rng(seed)
    held = _held_out_runs if dataset.writers is None else _held_out_writers
    mask = held(dataset, fraction, rng)
    if mask.all() or not mask.any():
        raise LekhError(f"{dataset.name} cannot be split", "Add digits by a second writer")
    return dataset.take(np.flatnonzero(~mask)), dataset.take(np.flatnonzero(mask))


def _held_out_writers(dataset: Dataset, fraction: float, rng: np.random.Generator) -> np.ndarray:
    ids, codes, sizes = np.unique(dataset.writers, return_inverse=True, return_counts=True)
    order, target, chosen = rng.permutation(len(ids)), fraction * len(dataset), []
    for writer in order:
        held = sizes[chosen].sum()
        if abs(held + sizes[writer] - target) < abs(held - target) and len(chosen) < len(ids) - 1:
            chosen.append(writer)
    if not chosen and len(ids) > 1:  # every writer is larger than twice the target
        chosen.append(np.argmin(sizes))
    return np.isin(codes, chosen)


def _held_out_runs(dataset: Dataset, fraction: float, rng: np.random.Generator, runs: int = 3) -> np.ndarray:
    mask = np.zeros(len(dataset), bool)
    starts = (np.arange(runs) + rng.random(runs) * (1 - fraction)) / runs
    for label in np.unique(dataset.labels):
        members = np.flatnonzero(dataset.labels == label)
        wanted = round(fraction * len(members))
        lengths = np.diff(np.round(np.linspace(0, wanted, runs + 1)).astype(int))
        for start, length in zip(starts, lengths, strict=True):
            first = min(int(start * len(members)), len(members) - length)
            mask[members[first : first + length]] = True
    return mask
