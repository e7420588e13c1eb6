"""What a data set holds, in numbers: counts, sizes, brightness, polarity, mean digits, outliers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from lekh import augment, ground, images, ink, photo
from lekh.datasets import IMAGE_SUFFIXES, Dataset
from lekh.normalize import Normalization, to_input
from lekh.numerals import DIGITS, SCRIPTS

DRAWING_SIDE = 96  # strokes have no pixels; to be measured they are drawn this large
LEVELS = 256


@dataclass(frozen=True, eq=False)
class Exploration:
    """Statistics of a data set of N digits in k classes; the last four of M digits drawn from it at random.

    Attributes:
        dataset: what was measured.
        counts: int64 `(k,)`, digits a class.
        sizes_wh: int64 `(N, 2)`, width and height in pixels; of strokes, in the units of their file.
        levels: float64 `(k, 3)`, mean, median and standard deviation of the grey levels (0 to 255) of all pixels of a
            class; nan where a class is empty.
        picked: int64 `(M,)`, places in the data set.
        dark_on_light: bool `(M,)`, the polarity that `lekh.ink` decides.
        inked: bool `(M,)`, whether any ink was found.
        inputs: float32 `(M, S, S)`, what the network would see; zeros where no ink was found.
    """

    dataset: Dataset
    counts: np.ndarray
    sizes_wh: np.ndarray
    levels: np.ndarray
    picked: np.ndarray
    dark_on_light: np.ndarray
    inked: np.ndarray
    inputs: np.ndarray = field(repr=False)

    @property
    def picked_labels(self) -> np.ndarray:
        """int64 `(M,)`."""
        return self.dataset.labels[self.picked]

    def mean_digits(self) -> np.ndarray:
        """float32 `(k, S, S)`: the mean input of each class, nan where none was picked."""
        means = np.full((len(self.counts), *self.inputs.shape[1:]), np.nan, np.float32)
        for label in range(len(means)):
            members = self.inked & (self.picked_labels == label)
            if members.any():
                means[label] = self.inputs[members].mean(axis=0)
        return means

    def distances(self) -> np.ndarray:
        """float64 `(M,)`: how far each input lies from the mean digit of its class; nan where no ink was found.

        In standard deviations of that distance within the class; 0 is as far as usual.
        """
        gaps = self.inputs - self.mean_digits()[self.picked_labels]
        away = np.sqrt(np.square(gaps).sum(axis=(1, 2), dtype=np.float64))
        away[~self.inked] = np.nan
        for label in np.unique(self.picked_labels[self.inked]):
            members = self.inked & (self.picked_labels == label)
            away[members] = (away[members] - away[members].mean()) / max(away[members].std(), 1e-9)
        return away

    def outliers(self, most: int = 5) -> list[tuple[int, int, float]]:
        """The digits farthest from their class's mean: `(place in the data set, label, distance)`, farthest first."""
        distances = np.where(self.inked, self.distances(), -np.inf)
        order = np.argsort(-distances, kind="stable")[: min(most, int(self.inked.sum()))]
        return [(int(self.picked[i]), int(self.picked_labels[i]), float(distances[i])) for i in order]


def explore(dataset: Dataset, most: int = 2000, seed: int = 0, parameters: Normalization | None = None) -> Exploration:
    """Measures a data set.

    Args:
        dataset: of pictures or strokes.
        most: digits that take the whole road to the network's input, drawn at random; all are counted and measured.
        seed: of the random choice and of the pens that draw strokes.
        parameters: of the network's input; the defaults if left out.

    Raises:
        LekhError: a picture cannot be read.
    """
    parameters = parameters or Normalization()
    rng = np.random.default_rng(seed)
    classes = len(dataset.class_names)
    picked = np.sort(rng.permutation(len(dataset))[:most])
    chosen = set(picked.tolist())
    histograms = np.zeros((classes, LEVELS), np.int64)
    sizes, dark, inputs = [], [], []
    for index, page in enumerate(pages(dataset, rng)):
        sizes.append(_size_wh(dataset.images[index], page))
        histograms[dataset.labels[index]] += np.bincount(page.ravel(), minlength=LEVELS)
        if index in chosen:
            dark.append(is_dark_on_light(page))
            found = photo.find_digit(page)
            shape = (parameters.size, parameters.size)
            inputs.append(np.zeros(shape, np.float32) if found is None else to_input(found.ink, parameters)[..., 0])
    inputs = np.stack(inputs)
    return Exploration(
        dataset=dataset,
        counts=np.bincount(dataset.labels, minlength=classes),
        sizes_wh=np.array(sizes, np.int64),
        levels=np.array([_level_statistics(histogram) for histogram in histograms]),
        picked=picked,
        dark_on_light=np.array(dark),
        inked=inputs.any(axis=(1, 2)),
        inputs=inputs,
    )


def pages(dataset: Dataset, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Each digit of a set as a uint8 `(H, W)` page; strokes are drawn first."""
    for item in dataset.images:
        yield augment.draw(item, rng, DRAWING_SIDE) if dataset.has_strokes else images.to_grey(item)


def is_dark_on_light(grey: np.ndarray) -> bool:
    """Whether `lekh.ink` takes the dark pixels of a page (uint8 `(H, W)`) for ink, rather than the light ones."""
    scale = ground.WORK / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    contrast = ink.contrast_of(small)
    return float(((contrast - contrast.mean()) * small).sum()) <= 0


def named_samples(folder: Path, script: str) -> Dataset:
    """The pictures `<script>_<digit>_<kind>.<ending>` of a folder, as `dataset/samples/` has them.

    Raises:
        LekhError: there is none.
    """
    files = sorted(file for file in folder.glob(f"{script}_[0-9]_*") if file.suffix.lower() in IMAGE_SUFFIXES)
    labels = np.array([int(file.stem.split("_")[1]) for file in files], np.int64)
    return Dataset(f"samples_{script}", script, tuple(files), labels)


def numerals(dataset: Dataset) -> tuple[str, ...]:
    """How each class is written: in the script's numerals, or by its own name."""
    known = dataset.script in SCRIPTS and dataset.class_names == DIGITS
    return tuple(SCRIPTS[dataset.script].digits) if known else dataset.class_names


def summary(explorations: Iterable[Exploration]) -> list[dict]:
    """One row a data set: what a table of them shows."""
    return [
        {
            "set": found.dataset.name,
            "digits": len(found.dataset),
            "fewest in a class": int(found.counts.min()),
            "most in a class": int(found.counts.max()),
            "writers": "unknown" if found.dataset.writers is None else len(np.unique(found.dataset.writers)),
            "width": _range(found.sizes_wh[:, 0]),
            "height": _range(found.sizes_wh[:, 1]),
            "dark on light": f"{found.dark_on_light.mean():.1%}",
            "no ink found": f"{int((~found.inked).sum())} of {len(found.inked)}",
        }
        for found in explorations
    ]


def _range(values: np.ndarray) -> str:
    low, middle, high = int(values.min()), int(np.median(values)), int(values.max())
    return str(low) if low == high else f"{low} to {high}, median {middle}"


def _size_wh(item, page: np.ndarray) -> tuple[int, int]:
    if not hasattr(item, "strokes"):
        return page.shape[1], page.shape[0]
    width, height = np.ptp(np.concatenate(item.strokes), axis=0)
    return round(float(width)), round(float(height))


def _level_statistics(histogram: np.ndarray) -> tuple[float, float, float]:
    """Mean, median and standard deviation of grey levels from how often each occurs."""
    total = histogram.sum()
    if total == 0:
        return np.nan, np.nan, np.nan
    levels = np.arange(LEVELS)
    mean = float((histogram * levels).sum() / total)
    deviation = float(np.sqrt((histogram * np.square(levels - mean)).sum() / total))
    median = float(np.searchsorted(np.cumsum(histogram), total / 2))
    return mean, median, deviation
