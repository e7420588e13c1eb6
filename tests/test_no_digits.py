"""Pages without a digit, read by the repository's model: nothing, or boxes that are rejected."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from lekh import augment, model, reading

WORDS = (
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "lazy",
    "dogs",
    "and",
    "then",
    "some",
    "printed",
    "text",
    "here",
)


@pytest.fixture(scope="module")
def repository_model():
    return model.load()


def paper(seed, shape=(900, 1200)):
    """uint8 page: uneven light, grain, now and then a shadow."""
    return np.clip(augment.paper_light(*shape, np.random.default_rng(seed)) * 255, 0, 255).astype(np.uint8)


def with_rules(page, step, squared):
    height, width = page.shape
    rules = np.zeros_like(page)
    for y in range(step, height, step):
        cv2.line(rules, (0, y), (width, y + 3), 255, 2)
    for x in range(step, width, step) if squared else ():
        cv2.line(rules, (x, 0), (x, height), 255, 2)
    return np.where(rules > 0, page * 0.75, page).astype(np.uint8)


def accepted(page, read_by):
    digits = reading.read(page, read_by, "latin").digits
    return sum(not digit.rejected for digit in digits), len(digits)


def test_blank_paper_is_blank_as_a_rule(repository_model):
    """A hard shadow now and then has the edge of a stroke."""
    assert sum(accepted(paper(seed), repository_model)[0] > 0 for seed in range(8)) <= 2


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_ruled_paper_holds_no_digit(repository_model, seed, squared):
    assert accepted(with_rules(paper(20 + seed), 48, squared), repository_model)[0] == 0


@pytest.mark.parametrize("size", [26, 60])
def test_print_is_not_taken_for_numbers(repository_model, size):
    fonts = augment.fonts_of("latin")
    if not fonts:
        pytest.skip("no Latin font is installed")
    rng = np.random.default_rng(5)
    sheet = Image.fromarray(paper(40, (1200, 1000)))
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(str(fonts[0]), size)
    for y in range(40, 1140 - size, int(size * 1.6)):
        draw.text((40, y), " ".join(rng.choice(WORDS, 7)), fill=40, font=font)
    wrong, boxes = accepted(np.array(sheet), repository_model)
    assert boxes > 20
    assert wrong <= 0.08 * boxes
