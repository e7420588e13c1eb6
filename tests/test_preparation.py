"""From pictures to batches of digits, at a small scale."""

from dataclasses import replace

import numpy as np
import pytest
from drawn import draw
from drawn_sets import digits, pool

from lekh import augment, ink, preparation
from lekh.datasets import Dataset, Strokes
from lekh.normalize import Normalization, box_of
from lekh.numerals import OPERATORS, SIGNS
from lekh.preparation import Configuration, batches, prepare, split
from lekh.training import classes_of

QUICK = Configuration(drawings=1, photographs=0, fonts=0, nondigits=0, held_out=0.25, batch_size=16)


def squares_of(dataset):
    """The bytes of each image's square, and whose hand it is."""
    squares = [augment.to_square(ink.find_digit(page).ink).tobytes() for page in dataset.images]
    return dict(zip(squares, dataset.writers, strict=True))


# How often a digit is drawn


@pytest.mark.parametrize("flatness", [0.0, 0.4, 1.0])
@pytest.mark.parametrize(
    ("sizes", "rows"),
    [((900, 100), (900, 100)), ((900, 100), (900, 500)), ((50, 0, 200), (50, 0, 800)), ((7,), (7,))],
    ids=["two sources", "the smaller photographed", "one without ink", "one"],
)
def test_chances_sum_to_one_and_follow_the_sizes(sizes, rows, flatness):
    drawn = pool(sizes, rows)
    chances = drawn.chances(flatness)
    assert chances.shape == (sum(rows),) and chances.dtype == np.float64
    assert chances.sum() == pytest.approx(1) and (chances > 0).all()
    weights = np.array([size**flatness if row else 0 for size, row in zip(sizes, rows, strict=True)])
    shares = np.bincount(drawn.sources, chances, minlength=len(sizes))
    assert shares == pytest.approx(weights / weights.sum())
    assert all(np.ptp(chances[drawn.sources == source]) < 1e-12 for source in range(len(sizes)) if rows[source])


def test_a_script_can_be_given_more_of_an_epoch():
    drawn = pool((900, 100, 100), (900, 100, 300))
    shares = np.bincount(drawn.sources, drawn.chances(0.5, {"khmer": 3.0, "thai": 9.0}))
    assert shares == pytest.approx(np.array([30, 3 * 10, 3 * 10]) / 90)


# Prepare


@pytest.fixture(scope="module")
def prepared():
    """Two sets, and the pools that were made of them."""
    sets = [digits(copies=8), digits("khmer", 4, name="khmer drawn", writers=False)]
    return sets, prepare(sets, classes_of(sets), QUICK)


def test_the_road_of_an_upload_leads_to_the_pool(prepared):
    sets, (learn, held) = prepared
    assert learn.names == held.names == ("drawn", "khmer drawn")
    assert len(learn) + len(held) == sum(map(len, sets))
    for part in (learn, held):
        assert part.squares.dtype == np.uint8 and part.squares.shape == (len(part), augment.INK_SIDE, augment.INK_SIDE)
        assert part.classes.dtype == part.sources.dtype == np.int64
        assert ((part.classes < 10) == (part.sources == 0)).all()
        assert part.sizes == tuple(np.bincount(part.sources))
    direct = squares_of(sets[0])
    assert all(square.tobytes() in direct for square in learn.squares[learn.sources == 0])


def test_no_hand_is_on_both_sides(prepared):
    sets, (learn, held) = prepared
    hands = squares_of(sets[0])
    learnt, kept = ({hands[square.tobytes()] for square in part.squares[part.sources == 0]} for part in (learn, held))
    assert len(kept) == 2 and len(learnt) == 6 and not learnt & kept


def test_a_run_that_goes_on_with_another_seed_holds_out_the_same_hands(prepared):
    sets, (_, held) = prepared
    _, again = prepare(sets, classes_of(sets), replace(QUICK, seed=QUICK.seed + 4))
    assert [square.tobytes() for square in again.squares] == [square.tobytes() for square in held.squares]


def test_where_nobody_knows_the_hands_every_class_is_held_out(prepared):
    _, (_, held) = prepared
    assert np.bincount(held.classes[held.sources == 1], minlength=20)[10:].tolist() == [1] * 10


def test_the_same_configuration_gives_the_same_squares():
    drawing = tuple(Strokes((np.array([[0, 0], [0, 50 + seed], [30, 50]], np.float32),)) for seed in range(24))
    strokes = Dataset("strokes", "latin", drawing, np.arange(24) % 10)
    sets = [digits(copies=2), strokes]
    some = replace(QUICK, photographs=2, drawings=2)
    first, second, other = (
        prepare(sets, classes_of(sets), configuration) for configuration in (some, some, replace(some, seed=8))
    )
    for one, again in zip(first, second, strict=True):
        assert np.array_equal(one.squares, again.squares)
        assert np.array_equal(one.classes, again.classes) and np.array_equal(one.sources, again.sources)
    assert first[0].squares.shape != other[0].squares.shape or (first[0].squares != other[0].squares).any()


def test_photographs_and_drawings_are_for_learning_alone():
    drawing = tuple(Strokes((np.array([[0, 0], [0, 60], [30, 60 + n]], np.float32),)) for n in range(20))
    sets = [digits(copies=4), Dataset("strokes", "latin", drawing, np.arange(20) % 10, np.arange(20) % 4)]
    learn, held = prepare(sets, classes_of(sets), replace(QUICK, photographs=3, drawings=2))
    originals = np.array([30, 15 * 2])
    counts = np.bincount(learn.sources)
    assert (counts > 1.5 * originals).all() and (counts <= np.array([30 * 4, 15 * (2 + 4)])).all()
    assert np.bincount(held.sources).tolist() == [10, 5]
    assert learn.sizes == (30, 15)


def test_photographs_have_a_limit():
    sets = [digits(copies=10)]
    learn, _ = prepare(sets, classes_of(sets), replace(QUICK, photographs=4, most_photographs=20, held_out=0))
    assert 100 < len(learn) < 140


def test_sources_have_a_limit_unless_they_are_named():
    sets = [digits(copies=10), digits(copies=10, name="all of it")]
    some = replace(QUICK, most_digits=40, whole=("all of it",))
    learn, held = prepare(sets, classes_of(sets), some)
    assert np.bincount(learn.sources).tolist() == [40, 80] and learn.sizes == (40, 80)
    assert np.bincount(held.sources).tolist() == [10, 20]


def test_stretched_digits_also_come_narrower():
    sets = [replace(digits(copies=2), stretched=True)]
    some = replace(QUICK, natural=2, narrowest=0.5, held_out=0)
    learn, _ = prepare(sets, classes_of(sets), some)
    assert len(learn) == 3 * 20 and learn.sizes == (20,)
    wide, *narrow = (
        np.array([box_of(square / np.float32(255))[2:] for square in learn.squares[i::3]]) for i in range(3)
    )
    for boxes in narrow:
        aspect = (boxes[:, 0] / boxes[:, 1]) / (wide[:, 0] / wide[:, 1])
        assert 0.4 < aspect.min() < 0.7 < aspect.max() < 1.05
    assert len(prepare(sets, classes_of(sets), replace(some, natural=0))[0]) == 20
    assert len(prepare([digits(copies=2)], classes_of(sets), some)[0]) == 20


def test_signs_of_arithmetic_are_drawn_where_the_network_reads_them():
    signs = Dataset("signs I have", SIGNS, digits(copies=1).images[:2], np.array([0, 5]), None, OPERATORS)
    sets = [digits(copies=1), signs]
    classes = classes_of(sets)
    assert "".join(label.symbol for label in classes[10:]) == "".join(OPERATORS)
    learn, held = prepare(sets, classes, replace(QUICK, held_out=0, signs=32))
    drawn, kept = (part.classes[part.sources == 2] for part in (learn, held))
    assert learn.names[2] == "signs" and learn.scripts == ("latin", SIGNS, SIGNS) and learn.sizes[2] == 8 * 32
    assert (np.bincount(drawn, minlength=18)[10:] >= 32).all() and (drawn >= 10).all()
    assert len(kept) >= 2 * 8


def test_no_sign_is_drawn_for_digits_alone():
    assert prepare([digits(copies=1)], classes_of([digits(copies=1)]), QUICK)[0].names == ("drawn",)


@pytest.mark.parametrize(
    ("held_out", "writers"), [(0.0, None), (0.25, "one hand")], ids=["nothing asked for", "one hand alone"]
)
def test_what_cannot_be_held_out_is_learnt(held_out, writers):
    whole = digits(copies=3, writers=False)
    sets = [replace(whole, writers=None if writers is None else np.array([writers] * len(whole)))]
    learn, held = prepare(sets, classes_of(sets), replace(QUICK, held_out=held_out))
    assert (len(learn), len(held)) == (len(whole), 0)


def test_what_holds_no_ink_is_left_out():
    drawn = digits(copies=1)
    pages = drawn.images.copy()
    pages[3] = 255
    learn, _ = prepare([replace(drawn, images=pages)], classes_of([drawn]), replace(QUICK, held_out=0))
    assert learn.classes.tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_fonts_are_writers_of_their_own(monkeypatch):
    def two_fonts(script, most):
        assert most == 5
        for digit in [*range(10)] * 2:
            yield digit, 1 - draw(script, digit, size=96)[10:90, 10:90] / np.float32(255)

    monkeypatch.setattr(augment, "font_digits", two_fonts)
    sets = [digits("khmer", 1), digits("latin", 1)]
    learn, held = prepare(sets, classes_of(sets), replace(QUICK, fonts=5, held_out=0))
    assert learn.names == ("drawn", "drawn", "fonts_khmer", "fonts_latin") and held.names == ("drawn", "drawn")
    assert np.bincount(learn.sources).tolist() == [10, 10, 20, 20]
    assert learn.classes[learn.sources == 3].tolist() == [*range(10, 20)] * 2


# Batches


def first_batches(learn, configuration, count=3):
    stream = batches(learn, configuration)
    try:
        return [next(stream) for _ in range(count)]
    finally:
        stream.close()


def test_batches_follow_from_the_seed(prepared, monkeypatch):
    monkeypatch.setattr(preparation, "CHUNK", 32)
    _, (learn, _) = prepared
    before = learn.squares.copy()
    one, again, other = (first_batches(learn, replace(QUICK, seed=seed)) for seed in (7, 7, 8))
    for (inputs, classes), (same, same_classes) in zip(one, again, strict=True):
        side = QUICK.normalization.size
        assert inputs.shape == (16, side, side, 1) and inputs.dtype == np.float32
        assert inputs.min() == 0 and 0.9 < inputs.max() <= 1
        assert classes.shape == (16,) and classes.dtype == np.int64 and set(classes) <= set(range(20))
        assert np.array_equal(inputs, same) and np.array_equal(classes, same_classes)
    assert not np.array_equal(one[0][0], other[0][0])
    assert not np.array_equal(one[0][0], one[1][0])
    assert np.array_equal(learn.squares, before)


def test_batches_have_the_size_of_the_card(prepared, monkeypatch):
    monkeypatch.setattr(preparation, "CHUNK", 16)
    small = replace(QUICK, normalization=Normalization(size=20, fit=16, min_stroke=1.5, max_stroke=6))
    (inputs, _), = first_batches(prepared[1][0], small, 1)  # fmt: skip
    assert inputs.shape == (16, 20, 20, 1)


def test_distorted_digits_keep_their_class(prepared, tiny_model, monkeypatch):
    monkeypatch.setattr(preparation, "CHUNK", 64)
    stream = first_batches(prepared[1][0], replace(QUICK, batch_size=64), 2)
    right = [tiny_model.predict(inputs).argmax(axis=1) == classes for inputs, classes in stream]
    assert np.mean(right) > 0.4  # by chance 0.05


def test_of_few_digits_none_is_held_out():
    few = digits(copies=1)
    assert split(few) == (few, None)
    learnt, held = split(digits(copies=20), Configuration(held_out=0.25))
    assert len(learnt) + len(held) == 200 and not set(learnt.writers) & set(held.writers)
