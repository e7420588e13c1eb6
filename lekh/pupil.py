"""A model and the digits of one's own that it learns: found, bent, and left out in turn, to see how well it does."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lekh import augment, evaluation, head, images, photo, rehearsal
from lekh.collection_names import MOST_CLASSES, RESERVED
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.hand import Hand, fitted
from lekh.head import Head
from lekh.lesson import Lesson, Settings, wider
from lekh.litert import Network
from lekh.model import Card, ClassLabel, Model
from lekh.normalize import to_input
from lekh.numerals import SCRIPTS

PARTS = 4  # that are left out in turn
MOST_FITTED = 4  # digits of a class by which the hand is found
MOST_EXAMINED = 400  # digits that are left out in turn, where there are more
Report = Callable[[dict], None]


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
        first = wider(trunk.before, len(self.classes))
        known_well = trunk.rehearsed_from == "statistics" and self.dataset.script in SCRIPTS
        gentle = replace(self.settings, rehearsal=self.settings.gentle, most_moved=1.0)
        lesson = Lesson(first, self.own, self.rivals, self.settings if known_well else gentle)
        lesson.prepare(trunk.features[mine], labels, trunk.kept, len(trunk.before.bias))
        return lesson.learn(tell)


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
    return (*card.classes, *added), replace(dataset, labels=labels, class_names=tuple(symbols))


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
