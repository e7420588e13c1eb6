"""What others do with digits, to compare with: HOG or a network's features with an SVM, and the networks of reports.

Nothing here is on the way to an answer. Pictures are resized whole, as such work does, and never see `lekh.ink` or
`lekh.normalize`: the difference is part of what is compared. scikit-learn, scikit-image and Keras are imported where
they are used; the first two are development requirements.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lekh import datasets, images, preparation
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.preparation import Configuration
from lekh.training import fast_precision

SIDE = 28  # pixels
FEATURES = "features"  # the layer before the last of `feature_network`
CONTOUR_THRESHOLD = 75  # grey level under which the contour script takes a pixel for ink
CONTOUR_DIGIT, CONTOUR_MARGIN = 18, 5  # pixels: its digits, stretched, and the black around them


@dataclass(frozen=True)
class Comparison:
    """A set to learn from, a set to test on, and what others published.

    Attributes:
        train: a key of `lekh.datasets.SOURCES`.
        test: another, or `None`: what Lekh's training holds out of `train`.
        published: accuracy in percent, or `None`.
        remark: whose, and on what.
    """

    train: str
    test: str | None
    published: float | None = None
    remark: str = ""


COMPARISONS = (
    Comparison("mnist_train", "mnist_test", 99.83, "the best single network"),
    Comparison("khmer_report_train", "khmer_report_test", 95.0, "the report's network"),
    Comparison("bangla_cmaterdb_train", "bangla_cmaterdb_test", 99.14, "CNN and SVM, another set"),
    Comparison("devanagari_cmaterdb_train", "devanagari_cmaterdb_test", 99.41, "CNN and SVM, another set"),
    Comparison("telugu_cmaterdb_train", "telugu_cmaterdb_test", 99.16, "CNN and SVM"),
    Comparison("kannada_scans", "dig_mnist", 86.5, "the best found; the set's authors 76.2"),
    Comparison("gurmukhi_train", "gurmukhi_test"),
    Comparison("madbase_train", "madbase_test"),
    Comparison("kannada_scans", None),
    Comparison("devanagari_scans", None),
    Comparison("odia_pen", None, 97.64, "the best found; CNN and SVM 94.54; another set"),
    Comparison("gujarati_binarised", None),
    Comparison("arabic_angka", None),
    Comparison("thai_canvas", None),
    Comparison("burmese_pages", None),
)


def open_comparison(comparison: Comparison, held_out: float = Configuration.held_out) -> tuple[Dataset, Dataset]:
    """`(train, test)`; where there is no test set, what `lekh.training` holds out, by default.

    Raises:
        LekhError: a set is not there, or cannot be split.
    """
    train = datasets.open_source(comparison.train)
    if comparison.test is not None:
        return train, datasets.open_source(comparison.test)
    learnt, held = preparation.split(train, Configuration(held_out=held_out))
    if held is None:
        raise LekhError(f"{train.name} cannot be split", "Add digits by a second writer")
    return learnt, held


def some(dataset: Dataset, most: int, seed: int = 0) -> Dataset:
    """At most so many digits of a set, drawn at random, in their order."""
    if len(dataset) <= most:
        return dataset
    return dataset.take(np.sort(np.random.default_rng(seed).choice(len(dataset), most, replace=False)))


def squares(dataset: Dataset, side: int = SIDE, interpolation: int = cv2.INTER_AREA) -> np.ndarray:
    """float32 `(N, side, side)`, 0 .. 1: each picture resized as a whole, its aspect lost, its polarity kept."""
    pages = (images.to_grey(item) for item in dataset.images)
    return np.stack([cv2.resize(page, (side, side), interpolation=interpolation) for page in pages]) / np.float32(255)


def is_dark_on_light(squares: np.ndarray) -> bool:
    """Whether the pictures of a set, float32 `(N, side, side)`, are dark on light: by the median of their borders."""
    edges = squares[:, 0], squares[:, -1], squares[:, :, 0], squares[:, :, -1]
    return float(np.median(np.concatenate(edges, axis=None))) > 0.5


# -- features and support vector machines -----------------------------------------------------------------------------


def hog_features(squares: np.ndarray) -> np.ndarray:
    """float32 `(N, F)`: histograms of nine orientations in cells of 4 x 4 pixels, normalised in blocks of 2 x 2."""
    from skimage.feature import hog

    return np.stack(
        [hog(square, orientations=9, pixels_per_cell=(4, 4), cells_per_block=(2, 2)) for square in squares]
    ).astype(np.float32)


def svm_answers(train: np.ndarray, labels: np.ndarray, test: np.ndarray, kernel: str) -> np.ndarray:
    """What a support vector machine says of test features.

    Args:
        train: float32 `(N, F)`.
        labels: int64 `(N,)`.
        test: float32 `(M, F)`.
        kernel: `"linear"` (C = 1) or `"rbf"` (C = 10, gamma by the spread of the features).

    Returns:
        int64 `(M,)`.
    """
    from sklearn.svm import SVC

    machine = SVC(kernel=kernel, C=10 if kernel == "rbf" else 1, gamma="scale", cache_size=1000)
    return machine.fit(train, labels).predict(test).astype(np.int64)


def feature_network():
    """A small network of the usual kind for squares of `SIDE`; its layer before the last is called `FEATURES`."""
    from keras import layers

    return _sequential(
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(128, activation="relu", name=FEATURES), layers.Dropout(0.3),
    )  # fmt: skip


def compare(train: Dataset, test: Dataset, seen: int = 100_000, seed: int = 0) -> dict[str, int]:
    """How many test digits each method reads right.

    The network for the features is trained here, on the same digits as the machines that take its features.

    Args:
        train: what all of them learn from.
        test: of the same classes.
        seen: digits that the network sees while it is trained, each as often as the others.
        seed: of the network.

    Returns:
        By method: `"HOG linear"`, `"HOG RBF"`, `"CNN linear"`, `"CNN RBF"`, and `"CNN"`: the network itself.
    """
    import keras

    learnt, asked = squares(train), squares(test)
    if is_dark_on_light(learnt):
        learnt, asked = 1 - learnt, 1 - asked
    network = fitted(feature_network, learnt, train.labels, epochs=max(1, round(seen / len(train))), seed=seed)
    inner = keras.Model(network.inputs, network.get_layer(FEATURES).output)
    features = {
        "HOG": (hog_features(learnt), hog_features(asked)),
        "CNN": tuple(inner.predict(part[..., None], batch_size=512, verbose=0) for part in (learnt, asked)),
    }
    right = {
        f"{name} {title}": int((svm_answers(known, train.labels, unknown, kernel) == test.labels).sum())
        for name, (known, unknown) in features.items()
        for title, kernel in (("linear", "linear"), ("RBF", "rbf"))
    }
    return {**right, "CNN": int((answers(network, asked) == test.labels).sum())}


# -- networks of reports ----------------------------------------------------------------------------------------------


def khmer_network():
    """The Khmer report's: 8 and 16 filters of 5 x 5, LeakyReLU; a layer of 128 is assumed; for squares of 28."""
    from keras import layers

    return _sequential(
        layers.Conv2D(8, 5), layers.LeakyReLU(), layers.MaxPooling2D(),
        layers.Conv2D(16, 5), layers.LeakyReLU(), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(128), layers.LeakyReLU(),
    )  # fmt: skip


def mnist_network():
    """The one of the reports on MNIST: 32 and 64 filters of 3 x 3, a layer of 256, dropout; for squares of 28."""
    from keras import layers

    return _sequential(
        layers.Conv2D(32, 3, activation="relu"), layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Dropout(0.25), layers.Flatten(), layers.Dense(256, activation="relu"), layers.Dropout(0.5),
    )  # fmt: skip


def upload_network():
    """The one of the report with an upload: 32 filters of 3 x 3 and a layer of 128; for squares of 64."""
    from keras import layers

    return _sequential(
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(128, activation="relu"), side=64,
    )  # fmt: skip


def _sequential(*layers, side=SIDE):
    import keras

    # float32, or near-equal probabilities of the short floats would be equal
    last = keras.layers.Dense(10, activation="softmax", dtype="float32")
    return keras.Sequential([keras.Input((side, side, 1)), *layers, last])


@dataclass(frozen=True)
class Report:
    """A network as a report describes it.

    Attributes:
        title: of the report.
        method: what is special about this network of the report.
        train: a key of `lekh.datasets.SOURCES`.
        test: another, or `None`: a fifth of `train`, see `open_report`.
        reported: accuracy in percent; `None` for a run that the report lacks.
        note: what the report leaves open, or what was changed.
        build: the function that makes the network.
        side: pixels of its squares.
        interpolation: OpenCV's, of the resizing.
        optimizer: its name in Keras.
        learning_rate: Keras's own for that optimizer if `None`.
        epochs: how often the network sees all digits.
        batch_size: digits a step.
        precision: of the arithmetic, as in `lekh.preparation.Configuration`; the weights are float32 in any case.
    """

    title: str
    method: str
    train: str
    test: str | None
    reported: float | None
    note: str
    build: Callable
    side: int = SIDE
    interpolation: int = cv2.INTER_LINEAR
    optimizer: str = "adam"
    learning_rate: float | None = None
    epochs: int = 10
    batch_size: int = 128
    precision: str = "float32"


KHMER, UPLOAD, MNIST = "Khmer number recognition", "Digit recognition with an upload", "MNIST, three optimizers"
_KHMER_SETS, _MNIST_SETS = ("khmer_report_train", "khmer_report_test"), ("mnist_train", "mnist_test")
REPORTS = (
    Report(
        KHMER, "CNN, Adam", *_KHMER_SETS, 95.0, "a layer of 128 before the last is assumed",
        khmer_network, batch_size=32,
    ),
    Report(
        KHMER, "CNN, Adam, resized by area", *_KHMER_SETS, None, "only the resizing changed",
        khmer_network, batch_size=32, interpolation=cv2.INTER_AREA,
    ),
    Report(
        UPLOAD, "CNN, Adam", "paint_strokes", None, 98.96, "learns from the hands that it is tested on; Lekh from none",
        upload_network, side=64, batch_size=32,
    ),
    Report(MNIST, "CNN, Adam", *_MNIST_SETS, 99.15, "rate 0.001", mnist_network, precision="auto"),
    Report(MNIST, "CNN, SGD", *_MNIST_SETS, 97.5, "rate 0.01", mnist_network, optimizer="sgd", precision="auto"),
    Report(
        MNIST, "CNN, Adadelta", *_MNIST_SETS, 84.53, "rate 0.001",
        mnist_network, optimizer="adadelta", precision="auto",
    ),
    Report(
        MNIST, "CNN, Adadelta, rate 1", *_MNIST_SETS, None, "2 epochs at the rate that its inventor proposed",
        mnist_network, optimizer="adadelta", learning_rate=1.0, epochs=2, precision="auto",
    ),
)  # fmt: skip


def open_report(report: Report) -> tuple[Dataset, Dataset]:
    """`(train, test)`; of a report that drew its test at random, a fifth with the seed that it names.

    Raises:
        LekhError: a set is not there.
    """
    train = datasets.open_source(report.train)
    if report.test is not None:
        return train, datasets.open_source(report.test)
    order = np.random.RandomState(42).permutation(len(train))  # as scikit-learn's `train_test_split` draws it
    held = -(-len(train) // 5)
    return train.take(order[held:]), train.take(order[:held])


def reproduce(
    report: Report, train: Dataset, test: Dataset, seeds: int = 1, epochs: int | None = None, keep: Path | None = None
) -> list:
    """The report's network, trained as it says.

    Args:
        report: what to do.
        train: its first set.
        test: its second.
        seeds: how often, each time from other weights.
        epochs: instead of the report's.
        keep: a folder for the trained networks: one that is there is measured again, not trained again.

    Returns:
        For each seed the trained network and how many test digits it reads right.
    """
    learnt, asked = None, squares(test, report.side, report.interpolation)
    results = []
    for seed in range(seeds):
        kept = None if keep is None else keep / _file_name(report, epochs or report.epochs, seed)
        network = _kept(kept)
        if network is None:
            if learnt is None:
                learnt = squares(train, report.side, report.interpolation)
            network = fitted(
                report.build, learnt, train.labels, report.optimizer, report.learning_rate,
                epochs or report.epochs, report.batch_size, seed, report.precision,
            )  # fmt: skip
            if kept is not None:
                keep.mkdir(parents=True, exist_ok=True)
                network.save(kept)
        results.append((network, int((answers(network, asked) == test.labels).sum())))
    return results


def _file_name(report, epochs, seed):
    words = f"{report.title} {report.method} {epochs} {seed}".lower()
    return "_".join(re.findall("[a-z0-9]+", words)) + ".keras"


def _kept(path):
    if path is None or not path.is_file():
        return None
    import keras

    return keras.saving.load_model(path)


def fitted(
    build: Callable, squares: np.ndarray, labels: np.ndarray, optimizer: str = "adam",
    learning_rate: float | None = None, epochs: int = 10, batch_size: int = 128, seed: int = 0,
    precision: str = "float32",
):  # fmt: skip
    """A new network, trained.

    Args:
        build: one of the networks above.
        squares: float32 `(N, side, side)`.
        labels: int64 `(N,)`, 0 .. 9.
        optimizer: its name in Keras.
        learning_rate: Keras's own for that optimizer if `None`.
        epochs: how often it sees all of them.
        batch_size: digits a step.
        seed: of the weights, the order and the dropout.
        precision: of the arithmetic, as in `lekh.preparation.Configuration`.
    """
    import keras

    keras.utils.set_random_seed(seed)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(fast_precision() if precision == "auto" else precision)
    try:
        network = build()
    finally:
        keras.config.set_dtype_policy(before)
    rate = {} if learning_rate is None else {"learning_rate": learning_rate}
    chosen = keras.optimizers.get({"class_name": optimizer, "config": rate})
    network.compile(chosen, loss="sparse_categorical_crossentropy")
    network.fit(squares[..., None], labels, batch_size=batch_size, epochs=epochs, verbose=0)
    return network


def answers(network, squares: np.ndarray) -> np.ndarray:
    """int64 `(N,)`: what a network says of float32 `(N, side, side)`."""
    if len(squares) == 0:
        return np.zeros(0, np.int64)
    return network.predict(squares[..., None], batch_size=512, verbose=0).argmax(axis=1)


# -- the contour script -----------------------------------------------------------------------------------------------


def contour_squares(page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The digits of a drawing as the contour script cuts them.

    Pixels darker than `CONTOUR_THRESHOLD` are ink; each outer contour is a digit, stretched to 18 x 18 whatever its
    shape, with five black pixels around it. The script takes them in the order of their contours; here they go from
    left to right, as a number is read.

    Args:
        page: uint8 `(H, W)`, dark ink.

    Returns:
        float32 `(N, 28, 28)`, ink = 1, and the boxes, int64 `(N, 4)`: left, top, width, height.
    """
    _, mask = cv2.threshold(page, CONTOUR_THRESHOLD, 255, cv2.THRESH_BINARY_INV)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = np.array(sorted(cv2.boundingRect(contour) for contour in contours), np.int64).reshape(-1, 4)
    cut = [cv2.resize(mask[y : y + h, x : x + w], (CONTOUR_DIGIT, CONTOUR_DIGIT)) for x, y, w, h in boxes]
    padded = [np.pad(digit, CONTOUR_MARGIN) for digit in cut]
    return np.array(padded, np.float32).reshape(-1, SIDE, SIDE) / 255, boxes


def drawing(digits: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """A drawing of several digits, black on white as a paint canvas has it.

    Args:
        digits: float32 `(28, 28)` each, ink = 1, with an empty margin.
        rng: of sizes and heights.

    Returns:
        uint8 `(200, 140 * len(digits))`, the digits from left to right, 80 to 140 pixels large with their margins.
    """
    page = np.full((200, 140 * len(digits)), 255, np.uint8)
    for place, digit in enumerate(digits):
        side = int(rng.integers(80, 141))
        large = cv2.resize(digit, (side, side), interpolation=cv2.INTER_CUBIC)
        x, y = 140 * place + (140 - side) // 2, (200 - side) // 2 + int(rng.integers(-20, 21))
        page[y : y + side, x : x + side][large > 0.5] = 0
    return page


def read_drawings(
    digits: np.ndarray, labels: np.ndarray, count: int, readers: Sequence[Callable[[np.ndarray], str]], length: int = 5
) -> list[int]:
    """How many drawings of several digits each reader reads right, all digits from left to right.

    Args:
        digits: float32 `(N, 28, 28)`, ink = 1; each is drawn at most once a drawing.
        labels: int64 `(N,)`.
        count: number of drawings.
        readers: each turns a page, uint8 `(H, W)`, into the text of its digits.
        length: digits a drawing.
    """
    rng, right = np.random.default_rng(0), [0] * len(readers)
    for _ in range(count):
        picked = rng.choice(len(digits), length, replace=False)
        page, truth = drawing(digits[picked], rng), "".join(map(str, labels[picked]))
        right = [number + (reader(page) == truth) for number, reader in zip(right, readers, strict=True)]
    return right


# -- the table --------------------------------------------------------------------------------------------------------


def row(
    report: str, method: str, dataset: str, n: int, reported: float | None, found: Sequence[int], lekh: float | None,
    note: str, test_set: str | None = None,
) -> dict:  # fmt: skip
    """A line of the table of reports, as `reports.json` keeps it; figures in percent.

    Args:
        report: its title.
        method: what it does.
        dataset: what a person reads for the test set.
        n: digits in it, or drawings.
        reported: the report's figure, if it gives one.
        found: how many were read right here, one a seed.
        lekh: what Lekh reads right of the same.
        note: what is open or was changed.
        test_set: the key of a whole test set, whose newest figure is in the card of a model.
    """
    shares = [percent(correct, n) for correct in found]
    spread = f"{len(shares)} runs, {min(shares):.2f} to {max(shares):.2f}; " if len(shares) > 1 else ""
    return {
        "report": report, "method": method, "dataset": dataset, "test_set": test_set, "n": n, "reported": reported,
        "reproduced": round(sum(shares) / len(shares), 2), "lekh": lekh, "note": spread + note,
    }  # fmt: skip


def percent(correct: int, n: int) -> float:
    """`correct` of `n`, two decimals."""
    return round(100 * correct / n, 2)
