"""A few digits of one's own -> a model folder that reads them, in seconds and without TensorFlow.

First the hand is found that turns, slants and stretches the digits (`lekh.hand`). Then the last layer learns, and of it
only the outputs of the script that is taught. Each digit is seen many times, bent as another day's hand would, beside
features of all that the network knew before (`lekh.rehearsal`). How well it does is found on digits that it did not
learn from: they are left out in turn.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from lekh import augment, datasets, evaluation, head, images, model, model_folder, photo, reading, rehearsal
from lekh.collection_names import MOST_CLASSES, RESERVED
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.hand import Hand, fitted
from lekh.head import Head, softmax
from lekh.litert import Network
from lekh.model import KERAS, TFLITE, Card, ClassLabel, Model
from lekh.normalize import to_input
from lekh.numerals import SCRIPTS, to_western

SAMPLES = Path(__file__).resolve().parent.parent / "dataset" / "samples"
PARTS = 4  # that are left out in turn
MOST_FITTED = 4  # digits of a class by which the hand is found
MOST_EXAMINED = 400  # digits that are left out in turn, where there are more
Report = Callable[[dict], None]


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


def finetune(
    dataset: Dataset, start: Path, out: Path, settings: Settings = Settings(), report: Report = lambda event: None
) -> dict:
    """Writes a model folder that knows the digits of `dataset` and all that the one in `start` knows.

    Args:
        dataset: images of one digit each, of a script that the model reads, or of a new one.
        start: the model folder to begin with, which stays as it is.
        out: the folder to write: whole, or not at all.
        settings: how.
        report: is told how it goes: objects with `event`, which is `"look"` (`done`, `total`), `"step"` (`part`,
            `step`, `steps`, `loss`, `accuracy`) or `"part"` (`part`, `parts`, `n`, `before`, `after`).

    Returns:
        What the card says of it, under `"fine_tuning"`.

    Raises:
        LekhError: the digits cannot be learnt, or one of the folders cannot be used.
    """
    began = time.perf_counter()
    model_folder.check_place(out, start)
    old = model.load(start)
    sources = _sources(old)
    pupil = Pupil(old, dataset, settings, report)
    before, after = pupil.examined()
    everything = np.ones(len(pupil.examples), bool)
    taught, hand = pupil.taught(everything), pupil.hand(everything)
    learnt = pupil.as_model(taught, hand)
    samples = {name: _samples_read(each) for name, each in (("before", old), ("after", learnt))}
    sha256 = {name: model_folder.described(content)["sha256"]
              for name, content in ((KERAS, sources[0]), (TFLITE, old.content))}  # fmt: skip
    found = {
        "script": dataset.script,
        "n": len(pupil.examples),
        "per_class": pupil.counts(),
        "unreadable": len(dataset) - len(pupil.examples),
        "examined": int((pupil.folds >= 0).sum()),
        "before": before,
        "after": after,
        "samples": samples,
        "rehearsal": pupil.trunks[0].rehearsed_from,
        "hand": None if hand is None else hand.as_dict(),
        "parent": {"name": old.card.raw.get("name"), "sha256": sha256},
        "settings": asdict(settings),
        "seconds": round(time.perf_counter() - began, 1),
    }
    _write(out, start, sources, pupil, taught, learnt.card.hands, found)
    return found


def _sources(old: Model) -> list[bytes]:
    """What Keras opens of each network, which is taught too; said to be missing before anybody waits for a lesson."""
    names = [name for (name, _), each in zip(model.FILES, (old, old.second), strict=True) if each is not None]
    try:
        return [(old.folder / name).read_bytes() for name in names]
    except OSError as error:
        raise LekhError(
            f"{old.folder.name}/ lacks the source of a network", "Copy a complete model folder there"
        ) from error


class Trunk:
    """All of a network but its last layer, and what it saw.

    Attributes:
        model: the network, with the card.
        before: its last layer.
        network: all the rest.
        features: float32 `(M, F)`, of all copies of all examples.
        kept: float32 `(R, F)`, features of what is rehearsed.
        rehearsed_from: where these come from: `"statistics"`, `"fonts"` or `"none"`.
    """

    def __init__(self, model: Model):
        below, self.before = head.taken_off(model.content)
        self.model, self.network = model, Network(below)
        self.features = self.kept = np.zeros((0, len(self.before.kernel)), np.float32)
        self.rehearsed_from = "none"


class Pupil:
    """A model and the digits that it learns; each is found and bent once, whatever networks see it.

    Attributes:
        inks: float32 `(h, w)` of each digit that has ink.
        examples: int `(N,)`, places in `dataset` of the digits that have ink.
        labels: int `(N,)`, their classes, places among those of the script.
        folds: int `(N,)`, the part that each is left out with; -1: with none.
        owners: int `(M,)`, the example that each copy is of.
        trunks: one for each network that the model has for single digits.
    """

    def __init__(self, old: Model, dataset: Dataset, settings: Settings, report: Report = lambda event: None):
        self.old, self.settings, self.report = old, settings, report
        self.classes, self.dataset = _with_classes(old.card, dataset)
        self.rng = np.random.default_rng(settings.seed)
        self.inks, self.examples = self._inks()
        squares = [augment.to_square(shape) for shape in self.inks]
        self.labels = self.dataset.labels[self.examples]
        self.folds = _folds(self.labels, self._is_new(), self.rng)
        self.own = np.array([i for i, label in enumerate(self.classes) if label.script == dataset.script])
        self.rivals = self._rivals()
        self.trunks = [Trunk(each) for each in (old, old.second) if each is not None]
        self.owners = self._show(squares)
        for trunk in self.trunks:
            self._rehearse(trunk)

    def _is_new(self) -> bool:
        return self.dataset.script not in self.old.card.scripts

    def _rivals(self):
        """The outputs that a digit is to win against: a script's own and *no digit*; shapes of one's own: all."""
        if self.dataset.script not in SCRIPTS:
            return np.arange(len(self.classes))
        return np.unique([*self.own, *self.old.card.no_digit])

    def _inks(self):
        """The ink of each digit that has some, and the places of these digits."""
        inks, places = [], []
        for place, item in enumerate(self.dataset.images):
            page = augment.draw(item, self.rng) if self.dataset.has_strokes else _page(item)
            found = None if page is None else photo.find_digit(page)
            if found is not None:
                inks.append(found.ink)
                places.append(place)
        if not inks:
            raise LekhError("None of the digits has ink", "Collect digits that are dark on light paper")
        return inks, np.array(places)

    def _show(self, squares):
        """Fills in the features of all copies; the example that each is of."""
        settings, parameters = self.settings, self.old.card.normalization
        copies = int(np.clip(settings.most_copies // len(squares), 1, settings.copies))
        features = [[] for _ in self.trunks]
        for done, square in enumerate(squares):
            plain = square.astype(np.float32) / 255
            bent = [augment.distort(square, self.rng, self.rng.uniform(*settings.strength)) for _ in range(copies - 1)]
            inputs = np.stack([to_input(shape, parameters) for shape in (plain, *bent)])
            for trunk, rows in zip(self.trunks, features, strict=True):
                rows.append(trunk.network(inputs))
            self.report({"event": "look", "done": done + 1, "total": len(squares)})
        for trunk, rows in zip(self.trunks, features, strict=True):
            trunk.features = np.concatenate(rows)
        return np.repeat(np.arange(len(squares)), copies)

    def _rehearse(self, trunk):
        """Fills in features of what the network knew, where there are any, and any of it rivals what is taught."""
        if self.rivals.min() >= len(self.old.card.classes):
            return
        statistics = rehearsal.find(self.old.folder, head.fingerprint(trunk.model.content))
        if statistics is None and self._is_new():
            return
        if statistics is None:
            features = rehearsal.from_fonts(self.dataset.script, trunk.network, self.old.card.normalization, self.rng)
            if len(features):
                trunk.kept, trunk.rehearsed_from = features, "fonts"
            return
        rivals = {(self.classes[place].script, self.classes[place].symbol) for place in self.rivals}
        near = np.array([name in rivals for name in statistics.classes])
        if not near.any():
            near[:] = True
        near = statistics.only(near)
        wider = self.settings.wider[self.dataset.script not in SCRIPTS]
        trunk.kept = near.draw(-(-self.settings.rehearsed // len(near.classes)), self.rng, wider)
        trunk.rehearsed_from = "statistics"

    def counts(self) -> dict[str, int]:
        """How many digits of each class there are."""
        symbols = [self.classes[place].symbol for place in self.own]
        return {symbol: int((self.labels == label).sum()) for label, symbol in enumerate(symbols)}

    def examined(self) -> tuple[int | None, int]:
        """How many of the digits left out in turn are read right before, and by what has learnt from the others."""
        before = None if self._is_new() else 0
        after = 0
        for part in range(int(self.folds.max()) + 1):
            left_out = self.folds == part
            learnt = self.as_model(self.taught(~left_out, part), self.hand(~left_out))
            held = self.dataset.take(self.examples[left_out])
            right = _read_right(held, learnt)
            known = None if before is None else self._read_right_before(held)
            before, after = None if known is None else before + known, after + right
            self.report({"event": "part", "part": part + 1, "parts": int(self.folds.max()) + 1, "n": len(held),
                         "before": known, "after": right})  # fmt: skip
        return before, after

    def _read_right_before(self, held):
        """How many the old model reads right, of the classes that it knows."""
        known = np.flatnonzero(held.labels < len(self.old.card.indices(held.script)))
        return _read_right(held.take(known), self.old) if len(known) else 0

    def hand(self, mask: np.ndarray) -> Hand | None:
        """What the examples where bool `mask` holds have in common, as the old model sees it; a new script: nothing."""
        if self._is_new():
            return None
        own, parameters = self.old.card.indices(self.dataset.script), self.old.card.normalization
        known = mask & (self.labels < len(own))
        if not known.any():
            return None
        some = [place for label in np.unique(self.labels[known])
                for place in np.flatnonzero(known & (self.labels == label))[:MOST_FITTED]]  # fmt: skip

        def answers(inks):
            among = self.old.predict(np.stack([to_input(ink, parameters) for ink in inks]))[:, own]
            return among / np.maximum(among.sum(axis=1, keepdims=True), 1e-9)

        return fitted([self.inks[place] for place in some], self.labels[some], answers, parameters.size)

    def as_model(self, taught: Sequence[Head], hand: Hand | None = None) -> Model:
        """The model with other last layers, and with this hand for the script that was taught."""
        hands = {script: other for script, other in self.old.card.hands.items() if script != self.dataset.script}
        if hand is not None:
            hands[self.dataset.script] = hand
        made = None
        for trunk, last in reversed(list(zip(self.trunks, taught, strict=True))):  # the first is made with the second
            card = replace(trunk.model.card, classes=self.classes, hands=hands)
            made = Model(self.old.folder, card, head.put_on(trunk.model.content, last), made)
        return made

    def taught(self, mask: np.ndarray, part: int | None = None) -> list[Head]:
        """The last layer of each network after it has learnt from the examples where bool `mask` holds."""

        def tell(step, loss, accuracy):
            self.report({"event": "step", "part": part, "step": step, "steps": self.settings.steps,
                         "loss": round(loss, 4), "accuracy": round(accuracy, 4)})  # fmt: skip

        first, *others = self.trunks
        return [self._taught(first, mask, tell), *(self._taught(trunk, mask, lambda *_: None) for trunk in others)]

    def _taught(self, trunk, mask, tell):
        mine = mask[self.owners]
        labels = self.own[self.labels[self.owners[mine]]]
        first = _wider(trunk.before, len(self.classes))
        known_well = trunk.rehearsed_from == "statistics" and self.dataset.script in SCRIPTS
        gentle = replace(self.settings, rehearsal=self.settings.gentle, most_moved=1.0)
        lesson = _Lesson(first, self.own, self.rivals, self.settings if known_well else gentle)
        lesson.prepare(trunk.features[mine], labels, trunk.kept, len(trunk.before.bias))
        return lesson.learn(tell)


class _Lesson:
    """The last layer's own outputs, fitted to examples and to what it said before: a convex problem."""

    def __init__(self, first: Head, own: np.ndarray, rivals: np.ndarray, settings: Settings):
        self.first, self.own, self.rivals, self.settings = first, own, rivals, settings
        self.moving = np.isin(rivals, own)

    def prepare(self, features, labels, kept, known):
        """Examples and what is rehearsed, with their targets; classes from `known` on are new, so no answer before."""
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

    def learn(self, tell) -> Head:
        """Adam on everything at once; the rate falls along a cosine."""
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


def _wider(before: Head, outputs: int) -> Head:
    """The layer with more outputs, which begin by saying next to nothing."""
    more = outputs - len(before.bias)
    kernel = np.pad(before.kernel, ((0, 0), (0, more)))
    return Head(kernel, np.pad(before.bias, (0, more)))


def _page(item):
    try:
        return images.to_grey(item)
    except LekhError:  # one damaged picture among many
        return None


def _with_classes(card: Card, dataset: Dataset) -> tuple[tuple[ClassLabel, ...], Dataset]:
    """The model's classes and those that are new, and the set with labels that are places among those of its script."""
    script = dataset.script
    if script in RESERVED:
        raise LekhError(f"No script can have the name {script}", "Choose another name")
    known = card.symbols(script) if script in card.scripts else []
    names = [SCRIPTS[script].digits[place] if script in SCRIPTS else name
             for place, name in enumerate(dataset.class_names)]  # fmt: skip
    present = set(dataset.labels.tolist())
    if script in SCRIPTS and not known and len(present) < len(names):
        raise LekhError("Some digits of this script are missing", "Collect all ten, for the model does not know it yet")
    symbols = [*known, *(name for place, name in enumerate(names) if name not in known and place in present)]
    if script not in SCRIPTS and len(symbols) > MOST_CLASSES:
        raise LekhError(f"There are {len(symbols)} classes", f"Teach at most {MOST_CLASSES}")
    if len(symbols) < 2:
        raise LekhError("There is only one class", "Collect examples of two at least")
    added = tuple(ClassLabel(script, place, symbol) for place, symbol in enumerate(symbols) if place >= len(known))
    places = {name: place for place, name in enumerate(symbols)}
    labels = np.array([places[names[label]] for label in dataset.labels], np.int64)
    western = tuple(map(to_western, symbols))
    return (*card.classes, *added), replace(dataset, labels=labels, class_names=western)


def _folds(labels, new, rng) -> np.ndarray:
    """The part that each example is left out with; -1: never, because nothing else would be left to learn from."""
    folds = np.full(len(labels), -1)
    rotation = 0
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        if new and len(members) < 2:
            continue
        members = members[: max(1, MOST_EXAMINED // len(np.unique(labels)))]
        folds[members] = (np.arange(len(members)) + rotation) % PARTS
        rotation += len(members)
    used = np.unique(folds[folds >= 0])  # so that the parts are counted without gaps
    folds[folds >= 0] = np.searchsorted(used, folds[folds >= 0])
    return folds if len(used) > 1 else np.full(len(labels), -1)


def _read_right(dataset, reader) -> int:
    """How many are read right and not refused."""
    found = evaluation.evaluate(dataset, reader)
    return int(((found.read == found.truth) & ~found.refused).sum())


def _samples_read(reader: Model) -> dict[str, list[int]]:
    """For each script the samples of one digit that are read right, and how many there are."""
    found: dict[str, list[int]] = {}
    for path in sorted(SAMPLES.glob("*_?_*")):
        script, digit = path.stem.split("_")[:2]
        if script not in reader.card.scripts:
            continue
        read = reading.read(path, reader, script, single=True).digits
        row = found.setdefault(script, [0, 0])
        row[0] += bool(read) and not read[0].rejected and read[0].digit == int(digit)
        row[1] += 1
    return found


def _write(out, start, sources, pupil, taught, hands, found):
    """The folder with everything that the other has, and the new networks and card."""
    raw = pupil.old.card.raw
    own = {
        "name": "own_digits", "title": "Own digits", "script": found["script"], "source": "own digits",
        "licence": "Whoever wrote them", "n": found["n"],
    }  # fmt: skip
    card = {
        **raw,
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "classes": [asdict(label) for label in pupil.classes],
        "test_sets": [],  # the parent's figures are not this network's
        "training_sets": [*raw.get("training_sets", []), own],
        "hands": {script: hand.as_dict() for script, hand in hands.items()},
        "fine_tuning": found,
    }
    remembered = [name for name in (rehearsal.FILE, rehearsal.SECOND_FILE) if (start / name).is_file()]
    networks = {name: (start / name).read_bytes() for name in remembered}
    for (keras, tflite), source, trunk, last in zip(model.FILES, sources, pupil.trunks, taught, strict=False):
        networks[keras] = head.put_on_keras(source, trunk.before, last)
        networks[tflite] = head.put_on(trunk.model.content, last)

    def check(folder):
        for (_, tflite), trunk, last in zip(model.FILES, pupil.trunks, taught, strict=False):
            _check((folder / tflite).read_bytes(), trunk, last)

    model_folder.write(out, start, card, networks, check)


def _check(content, trunk, taught):
    """What was written says what was learnt, before it takes its place."""
    below, last = head.taken_off(content)
    size = trunk.model.card.normalization.size
    probe = np.random.default_rng(0).random((8, size, size, 1), np.float32) ** 4
    some = trunk.features[:64]
    if np.abs(Network(content)(probe) - softmax(last.logits(Network(below)(probe)))).max() > 1e-4 or (
        np.abs(softmax(last.logits(some)) - softmax(taught.logits(some))).max() > 1e-4
    ):
        raise LekhError("The network that was written is not the one that learnt", "Try again")


def main(data: Sequence[str], script: str, start: str, out: str, report: Report = lambda event: None) -> dict:
    """The command `train DATA --script NAME --from DIR --out DIR`.

    Raises:
        LekhError: see `finetune`; or there are no digits at one of the places.
    """
    sets = [datasets.load(path, script) for path in data]
    return finetune(_together(sets), Path(start), Path(out).resolve(), report=report)


def _together(sets: Sequence[Dataset]) -> Dataset:
    """Several sets of one script as one; shapes of one's own go by their names."""
    names = tuple(dict.fromkeys(name for dataset in sets for name in dataset.class_names))
    labels = [names.index(dataset.class_names[label]) for dataset in sets for label in dataset.labels]
    every = [image for dataset in sets for image in dataset.images]
    if len({dataset.has_strokes for dataset in sets}) > 1:
        raise LekhError("Pictures and pen strokes cannot be taught together", "Teach one after the other")
    return replace(sets[0], images=tuple(every), labels=np.array(labels, np.int64), class_names=names, writers=None)
