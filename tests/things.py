"""Pictures of things that are no digits, made on the spot: desks, leaves, creased paper, hands, screens, drawings."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lekh import augment, nondigits

_TEXT = """
the quick brown fox jumps over lazy dogs and then some printed text here with words from every page
of a newspaper which says that people went home after work Monday was cold but nobody knew why
London Paris Because however
"""
WORDS = _TEXT.split()


def photographed(page, rng):
    """uint8 `(H, W)` of float levels 0 .. 255: blur, grain and JPEG."""
    blur = rng.uniform(0, 1.5)
    page = cv2.GaussianBlur(page.astype(np.float32), (0, 0), blur) if blur > 0.4 else page
    page = np.clip(page + rng.normal(0, rng.uniform(0.5, 5), page.shape), 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", page, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))))[1]
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)


def _paper(rng, height=900, width=1200):
    return augment.paper_light(height, width, rng) * 255


def _point(x, y):
    return int(x), int(y)


def _grain(height, width, rng, size, flat=1.0):
    """float32 `(height, width)` of standard deviation 1: uneven at many scales up to `size` pixels."""
    made = np.zeros((height, width), np.float32)
    for octave in range(5):
        step = max(1.0, size / 2**octave)
        shape = int(height / max(1, step * flat)) + 3, int(width / step) + 3
        noise = rng.normal(0, 1, shape).astype(np.float32)
        made += 0.55**octave * cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return made / made.std()


def _wood(rng, height=900, width=1200):
    grain = _grain(height, width, rng, width / 2, 0.06)
    rows = np.arange(height)[:, None]
    return rng.uniform(80, 180) + rng.uniform(6, 20) * grain + 8 * np.sin(rows / rng.uniform(6, 40) + 1.5 * grain)


def desk(rng):
    """Sheets, cups, pens, cables, a keyboard and crumbs on wood."""
    height, width = 900, 1200
    page = np.ascontiguousarray(_wood(rng), np.float32)
    for _ in range(int(rng.integers(3, 9))):
        centre, size, turn = rng.uniform(0, 1, 2) * [width, height], rng.uniform(0.05, 0.25) * height, rng.uniform(0, 6)
        corners = cv2.boxPoints((tuple(map(float, centre)), (2 * size, size), float(np.rad2deg(turn)))).astype(np.int32)
        kind, level = rng.integers(5), float(rng.uniform(15, 240))
        if kind == 0:
            cv2.fillPoly(page, [corners], float(rng.uniform(190, 245)), cv2.LINE_AA)
        elif kind == 1:
            cv2.circle(page, _point(*centre), int(0.6 * size), level, -1, cv2.LINE_AA)
            cv2.circle(page, _point(*centre), int(0.5 * size), float(rng.uniform(15, 240)), -1, cv2.LINE_AA)
        elif kind == 2:
            away = np.array([np.cos(turn), np.sin(turn)]) * size
            ends = _point(*(centre - away)), _point(*(centre + away))
            cv2.line(page, *ends, level, max(3, int(0.07 * size)), cv2.LINE_AA)
        elif kind == 3:
            knots, steps = centre + np.cumsum(rng.normal(0, size / 4, (9, 2)), axis=0), np.linspace(0, 8, 80)
            path = np.stack([np.interp(steps, range(9), knots[:, axis]) for axis in (0, 1)], axis=1)
            cv2.polylines(page, [path.astype(np.int32)], False, level, int(rng.integers(3, 14)), cv2.LINE_AA)
        else:
            for _ in range(int(rng.integers(3, 12))):
                axes = int(rng.uniform(4, 30)), int(rng.uniform(3, 10))
                place = _point(*(centre + rng.normal(0, size / 2, 2)))
                cv2.ellipse(page, place, axes, rng.uniform(0, 360), 0, 360, level, int(rng.choice([-1, 2, 3])))
    return photographed(page * augment.paper_light(height, width, rng) * 1.3, rng)


def leaves(rng):
    """Ellipses over each other, each with a rib."""
    height, width = 700, 900
    page = np.full((height, width), rng.uniform(60, 140), np.float32)
    for _ in range(int(rng.integers(60, 300))):
        centre, length, turn = rng.uniform(0, 1, 2) * [width, height], rng.uniform(0.03, 0.1) * width, rng.uniform(0, 6)
        axes = int(length), int(length * rng.uniform(0.25, 0.5))
        level = float(rng.uniform(50, 210))
        cv2.ellipse(page, _point(*centre), axes, np.rad2deg(turn), 0, 360, level, -1, cv2.LINE_AA)
        away = np.array([np.cos(turn), np.sin(turn)]) * length
        ends = _point(*(centre - away)), _point(*(centre + away))
        cv2.line(page, *ends, float(rng.uniform(40, 220)), int(rng.integers(1, 4)), cv2.LINE_AA)
    return photographed(page + 5 * _grain(height, width, rng, 30), rng)


def creased(rng):
    """A sheet that was crumpled: facets, each in a light of its own."""
    height, width, count = 900, 1000, int(rng.integers(20, 120))
    seeds = rng.uniform(-0.1, 1.1, (count, 2)) * [width, height]
    y, x = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    facet = np.argmin(np.square(x[..., None] - seeds[:, 0]) + np.square(y[..., None] - seeds[:, 1]), axis=2)
    lean = rng.normal(0, 1, (count, 2)) * 0.4 / width
    light = 1 + rng.normal(0, 0.06, count)[facet]
    light += (x - seeds[facet, 0]) * lean[facet, 0] + (y - seeds[facet, 1]) * lean[facet, 1]
    light = cv2.resize(light.astype(np.float32), (width, height))
    return photographed(rng.uniform(150, 235) * cv2.GaussianBlur(light, (0, 0), rng.uniform(0.5, 6)), rng)


def shadows(rng):
    """Paper with the hard and soft edges of some shadows."""
    height, width = 900, 1200
    page = rng.uniform(140, 240) * (1 + 0.05 * _grain(height, width, rng, width / 2))
    for _ in range(int(rng.integers(1, 4))):
        cover = np.zeros((height, width), np.float32)
        corners = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 6)), 2)) * [width, height]
        cv2.fillPoly(cover, [corners.astype(np.int32)], 1.0)
        page = page * (1 - rng.uniform(0.15, 0.6) * cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.5, 25)))
    return photographed(page, rng)


def hand(rng):
    """Five fingers with knuckles and nails on paper."""
    height, width = 1200, 900
    page, shape, palm = _paper(rng, height, width), np.zeros((height, width), np.uint8), np.array([450.0, 840.0])
    fingers = [np.array([np.sin(turn), -np.cos(turn)]) for turn in (-0.9, -0.35, -0.1, 0.15, 0.4)]
    for finger in fingers:
        cv2.line(shape, _point(*palm), _point(*(palm + finger * rng.uniform(400, 650))), 255, 90, cv2.LINE_AA)
    cv2.ellipse(shape, _point(*palm), (200, 240), 0, 0, 360, 255, -1)
    cover, skin = cv2.GaussianBlur(shape, (0, 0), 3) / 255, rng.uniform(110, 190)
    page = page * (1 - 0.4 * np.roll(cv2.GaussianBlur(shape, (0, 0), 15) / 255, (25, 20), (0, 1)))
    page = page * (1 - cover) + cover * skin * (1 + 0.05 * _grain(height, width, rng, 60))
    for finger in fingers[1:]:
        for away in (300, 450, 570):
            for fold in range(3):
                x, y = palm + finger * away
                cv2.ellipse(page, _point(x, y + 6 * fold), (27, 4), 0, 200, 340, 0.75 * skin, 2, cv2.LINE_AA)
        cv2.ellipse(page, _point(*(palm + finger * 560)), (22, 31), 0, 0, 360, 1.15 * skin, -1, cv2.LINE_AA)
    return photographed(page, rng)


def screen(rng):
    """A window with menus, text and boxes; dark on light or light on dark."""
    level = int(rng.choice([30, 220, 245]))
    ink = 230 if level < 100 else 40
    window = Image.new("L", (1280, 800), level)
    draw, fonts = ImageDraw.Draw(window), augment.fonts_of("latin")
    draw.rectangle((0, 0, 1280, 40), fill=75)
    for row in range(14):
        font = ImageFont.truetype(str(fonts[rng.integers(len(fonts))]), int(rng.integers(14, 26)))
        draw.text((20, 60 + 50 * row), str(rng.choice(WORDS)), fill=ink, font=font)
        draw.text((260, 70 + 50 * row), " ".join(rng.choice(WORDS, 8)), fill=ink, font=font)
    for _ in range(6):
        x, y = rng.uniform(220, 1100), rng.uniform(40, 700)
        draw.rectangle((x, y, x + rng.uniform(30, 160), y + rng.uniform(20, 60)), outline=120, width=2)
    return np.array(window)


def words(rng, size=None):
    """Lines of words, printed in one of the fonts at hand, on photographed paper."""
    sheet, fonts = Image.new("L", (1000, 1200)), augment.fonts_of("latin")
    size = size or int(np.exp(rng.uniform(np.log(18), np.log(90))))
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(str(fonts[rng.integers(len(fonts))]), size)
    for y in range(50, 1200 - 2 * size, int(1.5 * size)):
        draw.text((50, y), " ".join(rng.choice(WORDS, int(rng.integers(4, 10)))), fill=255, font=font)
    return photographed(_paper(rng, 1200, 1000) * (1 - np.array(sheet) / 255 * rng.uniform(0.4, 0.9)), rng)


def drawings(rng):
    """Faces, houses, arrows, stars, scribbles and letters on a sheet."""
    page, usual = _paper(rng), rng.uniform(70, 260)
    for _ in range(int(rng.integers(2, 14))):
        ink = nondigits.shape(rng)
        scale = usual * np.exp(rng.normal(0, 0.3)) / max(ink.shape)
        ink = np.clip(cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), 0, 1)
        y, x = (int(rng.uniform(0, room - own)) for room, own in zip(page.shape, ink.shape, strict=True))
        page[y : y + ink.shape[0], x : x + ink.shape[1]] *= 1 - rng.uniform(0.4, 0.9) * ink
    return photographed(page, rng)


def small(rng):
    """A small cut out of paper, wood, leaves or creases, or nothing but light that changes."""
    kind, (height, width) = rng.integers(4), rng.integers(60, 201, 2)
    if kind == 0:
        return photographed(_paper(rng, height, width), rng)
    if kind == 1:
        light = np.linspace(rng.uniform(60, 230), rng.uniform(60, 230), width) + np.zeros((height, 1))
        return photographed(light, rng)
    page = (leaves(rng) if rng.random() < 0.3 else creased(rng)) if kind == 2 else photographed(_wood(rng), rng)
    y, x = int(rng.uniform(0, page.shape[0] - height)), int(rng.uniform(0, page.shape[1] - width))
    return page[y : y + height, x : x + width]


THINGS = {made.__name__: made for made in (desk, leaves, creased, shadows, hand, screen, words, drawings, small)}
