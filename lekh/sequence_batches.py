"""Samples of composed numbers, and batches of them and of real ones, made in processes beside the one that learns."""

import os
from collections.abc import Iterator, Sequence

import numpy as np
from tqdm import tqdm

from lekh import compose, compose_field, compose_page, preparation
from lekh.alphabet import Alphabet
from lekh.model import ClassLabel
from lekh.sequence_found import found_numbers
from lekh.sequence_samples import MOST_DIGITS, Sample, spliced, targets, vary
from lekh.sequence_settings import Configuration
from lekh.strips import Frame, to_strip

REAL = "latin"  # the script of which there are real numbers
REAL_SHARE = 0.25  # of the composed ones; the other scripts share the rest
CHUNK = 1536  # numbers that travel from the composing process at a time
_MEMORY = {}  # of a worker process


def composed_samples(letters: Alphabet, configuration: Configuration) -> list[Sample]:
    """Composed fields and pages by the road of an upload, as many as the configuration says."""
    seeds = np.random.default_rng(configuration.seed + 1).integers(2**31, size=(2, 400))
    jobs = [(int(seed), "field", part) for seed, part in _shared(configuration.fields, 60, seeds[0])]
    jobs += [(int(seed), "page", part) for seed, part in _shared(configuration.pages, 4, seeds[1])]
    samples = []
    with preparation.processes(os.cpu_count() or 1, _remember, letters) as workers:
        parts = workers.map(_composed_part, jobs)
        for part in tqdm(parts, "composed", len(jobs), unit="part", leave=False, disable=None):
            samples.extend(part)
    return samples


def batches(letters: Alphabet, pools: Sequence[list[Sample]], classes: Sequence[ClassLabel],
            configuration: Configuration) -> Iterator[tuple[np.ndarray, np.ndarray]]:  # fmt: skip
    """Endless training batches, written in another process while the network learns.

    Args:
        letters: to write numbers on the spot.
        pools: samples of composed, cheque and register numbers, in the order of `Configuration.shares`.
        classes: outputs of the network after blank.
        configuration: how.

    Yields:
        float32 `(B, H, W, 1)` strips of one width, and int32 `(B, T + MOST_DIGITS)`, see `targets`.
    """
    rng = np.random.default_rng(configuration.seed)
    with preparation.processes(1, _remember, letters, pools, classes, configuration) as worker:
        waiting = []
        while True:
            while len(waiting) < 3:
                waiting.append(worker.submit(_chunk, int(rng.integers(2**31))))
            for pixels, wanted in waiting.pop(0).result():
                yield pixels.astype(np.float32)[..., np.newaxis] / 255, wanted


def written(letters: Alphabet, script: str, rng: np.random.Generator) -> Sample:
    """A number written on the spot, without paper and camera; now and then something that is none."""
    if rng.random() < 0.06:
        composed = compose.nothing(rng)
    else:
        composed = compose.number(compose.random_text(rng), letters, script, rng)
    boxes = np.array(composed.boxes, np.float32).reshape(-1, 4)
    pixels = np.clip(composed.ink * 255, 0, 255).astype(np.uint8)
    return Sample(pixels, Frame.of(composed.ink), script, composed.text, boxes[:, [0, 2]].T)


def _remember(*values):
    _MEMORY["values"] = values


def _shared(total, size, seeds):
    parts = min(len(seeds), -(-total // size))
    return (
        [(seed, len(part)) for seed, part in zip(seeds, np.array_split(np.arange(total), parts), strict=False)]
        if total
        else []
    )


def _composed_part(job):
    """Samples of some fields or pages; runs in a worker process."""
    (letters,), (seed, kind, count) = _MEMORY["values"], job
    rng = np.random.default_rng(seed)
    scripts, samples = [script for script in dict.fromkeys(letters.scripts.tolist()) if letters.writes(script)], []
    for _ in range(count):
        script = _some_script(scripts, rng)
        if kind == "field":
            page = compose_field.field(compose.number(compose.random_text(rng), letters, script, rng), rng)
            samples += found_numbers(page, script, rng)
        else:
            rows = [
                [compose.random_text(rng, 7) for _ in range(rng.integers(1, 6))] for _ in range(rng.integers(3, 10))
            ]
            size = float(np.exp(rng.uniform(np.log(16), np.log(60))))
            samples += found_numbers(compose_page.page(rows, letters, script, rng, size), script)
    return samples


def _chunk(seed):
    """Batches of strips of similar width; runs in the worker process."""
    letters, pools, classes, configuration = _MEMORY["values"]
    rng = np.random.default_rng(seed)
    parameters = configuration.normalization
    place = {(label.script, str(label.digit)): index + 1 for index, label in enumerate(classes)}
    scripts = [script for script in dict.fromkeys(label.script for label in classes) if letters.writes(script)]
    shares = np.array(
        [share if index == 0 or pools[index - 1] else 0 for index, share in enumerate(configuration.shares)]
    )
    made = []
    for kind in rng.choice(len(shares), CHUNK, p=shares / shares.sum()):
        if kind == 0:
            sample = written(letters, _some_script(scripts, rng), rng)
            pixels, frame, middles = vary(sample, rng, 0.5)
        else:
            pool = pools[kind - 1]
            sample = pool[rng.integers(len(pool))]
            if rng.random() < configuration.spliced:
                sample = spliced(sample, pool[rng.integers(len(pool))], rng)
            pixels, frame, middles = vary(sample, rng, rng.uniform(0, 1.2))
        strip = to_strip(pixels, parameters, frame)
        labels = [place[sample.script, digit] for digit in sample.text]
        made.append((strip.pixels, targets(labels, middles, strip, parameters)))
    return _by_width(made, configuration, rng)


def _some_script(scripts, rng):
    """The script of the real numbers for a share of the composed ones, else any."""
    return REAL if REAL in scripts and rng.random() < REAL_SHARE else scripts[rng.integers(len(scripts))]


def _by_width(made, configuration, rng):
    """Batches of neighbours in width, the narrower ones padded, in random order."""
    order = sorted(range(len(made)), key=lambda index: made[index][0].shape[1] + rng.random())
    size, parameters = configuration.batch_size, configuration.normalization
    found = []
    for start in range(0, len(order) - size + 1, size):
        some = [made[index] for index in order[start : start + size]]
        width = max(pixels.shape[1] for pixels, _ in some)
        columns = width // parameters.stride
        strips = np.zeros((size, parameters.height, width), np.uint8)
        wanted = np.zeros((size, columns + MOST_DIGITS), np.int32)
        for row, (pixels, target) in enumerate(some):
            own = pixels.shape[1] // parameters.stride
            strips[row, :, : pixels.shape[1]] = np.clip(pixels * 255 + 0.5, 0, 255)
            wanted[row, :own], wanted[row, columns:] = target[:own], target[own:]
        found.append((strips, wanted))
    return [found[index] for index in rng.permutation(len(found))]
