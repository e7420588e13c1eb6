"""What one photographs that is no page: desks, leaves, cloth, hands, screens, walls, keyboards. Each function makes one
scene, as a sheet that fills the picture."""

import cv2
import numpy as np

from strange_pages import camera, print_shop
from strange_pages.sheets import K, Sheet, cloud

WIDE, HIGH = 150.0, 200.0  # millimetres, or what stands for them


def scene(light: np.ndarray) -> Sheet:
    """float `(H, W, 3)` light as a sheet."""
    high, wide = light.shape[:2]
    return Sheet(np.clip(light, 0.003, 1).astype(np.float32), np.ones((high, wide), np.float32), (0, 0, 0, 0))


def _size(rng):
    return (round(HIGH * K), round(WIDE * K)) if rng.random() < 0.6 else (round(WIDE * K), round(HIGH * K))


def _colour(rng, low=0.03, high=0.7):
    return (rng.uniform(low, high) * (1 + rng.normal(0, 0.35, 3))).clip(0.01, 0.95)


def _pixels(points):
    return np.round(np.asarray(points) * 16).astype(np.int32)


def _fill(light, points, colour):
    cv2.fillPoly(light, [_pixels(points)], [float(part) for part in colour], cv2.LINE_AA, 4)


def _line(light, points, colour, thick=2, closed=False):
    colour = [float(part) for part in colour]
    cv2.polylines(light, [_pixels(points)], closed, colour, max(1, round(thick)), cv2.LINE_AA, 4)


def desk(rng):
    """Boards of wood with knots and joints, or another top, at times with scratches."""
    high, wide = _size(rng)
    light = camera.desk(rng, high, wide).astype(np.float32)
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    for _ in range(int(rng.integers(0, 4))):  # knots
        x, y, size = rng.uniform(0, wide), rng.uniform(0, high), rng.uniform(15, 60)
        far = np.hypot((columns - x) / rng.uniform(1, 2.5), rows - y) / size + 0.15 * cloud(rng, high, wide, 60)
        light *= (1 - 0.35 * np.exp(-(far**2)) * (1 + 0.4 * np.sin(9 * far)))[..., None]
    if rng.random() < 0.5:
        for x in np.arange(rng.uniform(50, 400), wide, rng.uniform(250, 600)):
            _line(light, [(x, 0), (x + rng.normal(0, 4), high)], light.mean((0, 1)) * 0.3, rng.integers(2, 7))
    for _ in range(int(rng.integers(0, 12))):
        start = rng.uniform(0, 1, 2) * (wide, high)
        way = start + rng.normal(0, 90, 2)
        bend = (start + way) / 2 + rng.normal(0, 12, 2)
        _line(light, [start, bend, way], light.mean((0, 1)) * rng.uniform(0.6, 1.5), 1)
    return scene(light)


def leaves(rng):
    """Leaves over each other."""
    high, wide = _size(rng)
    light = np.full((high, wide, 3), _colour(rng, 0.02, 0.15), np.float32)
    base = np.array([0.04, 0.25, 0.1]) if rng.random() < 0.6 else np.array([0.05, 0.2, 0.4])
    for _ in range(int(rng.integers(40, 160))):
        length, width = rng.uniform(150, 500), rng.uniform(0.15, 0.35)
        t = np.linspace(0, 1, 40)
        side = width * np.sin(np.pi * t ** rng.uniform(0.7, 1.2))
        turn, place = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1, 2) * (wide, high)
        bend = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

        def laid(along, across, length=length, bend=bend, place=place):
            return np.stack([along, across], 1) * length @ bend.T + place

        colour = base * rng.uniform(0.5, 1.8) * (1 + rng.normal(0, 0.12, 3))
        _fill(light, laid(np.r_[t, t[::-1]] + 0.02, np.r_[side, -side[::-1]] + 0.02), colour * 0.35)
        _fill(light, laid(np.r_[t, t[::-1]], np.r_[side, -side[::-1]]), colour)
        vein = colour * rng.uniform(1.2, 1.8)
        _line(light, laid(t, 0 * t), vein, 3)
        for at in np.arange(0.12, 0.9, rng.uniform(0.07, 0.14)):
            reach = np.interp(at, t, side) * 0.85
            for way in (-1, 1):
                _line(light, laid(np.array([at, at + 0.5 * reach]), np.array([0, way * reach])), vein, 1)
    return scene(light * (1 + 0.08 * cloud(rng, high, wide, 5))[..., None])


def cloth(rng):
    """Woven cloth, plain, striped, checked, or with a pattern, in folds."""
    high, wide = _size(rng)
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    light = np.full((high, wide, 3), _colour(rng, 0.05, 0.7), np.float32)
    other, pitch = _colour(rng, 0.05, 0.7), rng.uniform(25, 160)
    kind = rng.choice(["plain", "stripes", "checks", "dots", "flowers"])
    if kind in ("stripes", "checks"):
        light[(columns % pitch) < pitch * rng.uniform(0.1, 0.5)] = other
    if kind == "checks":
        light[(rows % pitch) < pitch * rng.uniform(0.1, 0.5)] *= 0.6
    if kind in ("dots", "flowers"):
        for y in np.arange(0, high + pitch, pitch):
            for x in np.arange(0, wide + pitch, pitch):
                at = np.array([x + (y // pitch % 2) * pitch / 2, y])
                for petal in range(5 if kind == "flowers" else 1):
                    shift = (
                        0.18 * pitch * np.array([np.cos(petal * 1.257), np.sin(petal * 1.257)]) * (kind == "flowers")
                    )
                    middle = tuple(np.round(at + shift).astype(int).tolist())
                    cv2.circle(light, middle, round(pitch * 0.13), other.tolist(), -1, cv2.LINE_AA)
    thread = rng.uniform(5, 11)
    weave = 1 + 0.12 * np.sin(2 * np.pi * rows / thread) * np.sin(2 * np.pi * columns / thread)
    folds = 1 + rng.uniform(0.05, 0.3) * cloud(rng, high, wide, rng.uniform(150, 500))
    shift = 8 * cloud(rng, high, wide, 300), 8 * cloud(rng, high, wide, 300)
    bent = cv2.remap(light * weave[..., None], columns + shift[0], rows + shift[1], cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REFLECT_101)  # fmt: skip
    return scene(bent * folds[..., None])


def hands(rng):
    """A hand or two on a desk."""
    high, wide = _size(rng)
    light = camera.desk(rng, high, wide).astype(np.float32)
    for _ in range(int(rng.integers(1, 3))):
        skin = np.array([0.17, 0.26, 0.5]) * rng.uniform(0.25, 1.3)
        palm, size = rng.uniform(0.3, 0.7, 2) * (wide, high), rng.uniform(200, 360)
        turn = rng.uniform(0, 2 * np.pi)
        shape, lines = np.zeros((high, wide), np.uint8), []
        cv2.ellipse(shape, (palm, (1.5 * size, 1.7 * size), float(np.degrees(turn))), 255, -1)
        wrist = palm + 7 * size * np.array([-np.sin(turn), np.cos(turn)])
        _thick(shape, palm, wrist, 0.95 * size)
        for finger, (spread, long, broad) in enumerate(
            ((-0.95, 1.55, 0.42), (-0.34, 2.0, 0.36), (-0.1, 2.25, 0.37), (0.14, 2.1, 0.35), (0.4, 1.7, 0.31))
        ):
            way = turn + spread * rng.uniform(0.8, 1.3) + rng.normal(0, 0.05)
            along = np.array([np.sin(way), -np.cos(way)])
            tip = palm + long * size * along * (1 if finger else 0.85)
            _thick(shape, palm + 0.4 * size * along, tip, broad * size)
            across = np.array([along[1], -along[0]]) * broad * size * 0.3
            lines += [(tip - 0.5 * size * along - across, tip - 0.5 * size * along + across)]
            lines += [(tip - 0.53 * size * along - across, tip - 0.53 * size * along + across)]
        soft = cv2.GaussianBlur(shape, (0, 0), 3).astype(np.float32) / 255
        depth = cv2.distanceTransform(shape, cv2.DIST_L2, 5)
        shade = 0.55 + 0.45 * np.minimum(1, depth / 45)
        throw = np.roll(cv2.GaussianBlur(shape, (0, 0), 15), (14, 10), (0, 1)).astype(np.float32)[..., None] / 255
        skin_light = skin.astype(np.float32) * (shade * (1 + 0.04 * cloud(rng, high, wide, 6)))[..., None]
        light = light * (1 - 0.5 * throw)
        light = light * (1 - soft[..., None]) + skin_light * soft[..., None]
        for start, end in lines:
            _line(light, [start, end], skin * 0.55, 2)
    return scene(light)


def _thick(shape, start, end, width):
    ends = (tuple(np.round(point).astype(int).tolist()) for point in (start, end))
    cv2.line(shape, *ends, 255, max(2, round(width)), cv2.LINE_AA)


def screen(rng):
    """A screen with icons, windows and words."""
    high, wide = _size(rng)
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    first, second = _colour(rng, 0.02, 0.8), _colour(rng, 0.02, 0.8)
    share = (rows / high * rng.uniform(0, 1) + columns / wide * rng.uniform(0, 1))[..., None]
    light = (first * (1 - share) + second * share).astype(np.float32)
    side = rng.uniform(110, 200)
    gap = side * rng.uniform(0.35, 0.8)
    sheet = scene(light)
    face = print_shop.font("latin", rng, rng.uniform(2.2, 3.4))
    for y in np.arange(gap, high - side, side + gap * 1.4):
        for x in np.arange(gap, wide - side, side + gap):
            if rng.random() < 0.85:
                _icon(sheet.light, rng, x, y, side)
                if rng.random() < 0.8:
                    print_shop.put(sheet, print_shop.words("latin", rng, 1)[:9], x / K, (y + side) / K + 4, face)
    grid = 1 + 0.03 * np.sin(2 * np.pi * columns / rng.uniform(2.5, 4)) * np.sin(2 * np.pi * rows / rng.uniform(2.5, 4))
    return scene(sheet.light * grid[..., None])


def _icon(light, rng, x, y, side):
    """A square, a disc or a bare sign with something simple on it."""
    ground, sign = _colour(rng, 0.05, 0.9), _colour(rng, 0.02, 0.95)
    middle, half = np.array([x + side / 2, y + side / 2]), side / 2
    turns = np.linspace(0, 2 * np.pi, 48)
    power = rng.choice([1.0, 0.45])
    ring = np.stack([np.sign(np.cos(turns)) * np.abs(np.cos(turns)) ** power,
                     np.sign(np.sin(turns)) * np.abs(np.sin(turns)) ** power], 1)  # fmt: skip
    _fill(light, middle + half * ring, ground)
    kind, thick = int(rng.integers(7)), max(3, side * 0.07)
    if kind == 0:
        _line(light, middle + 0.5 * half * np.stack([np.cos(turns), np.sin(turns)], 1), sign, thick, True)
    elif kind == 1:
        _fill(light, middle + 0.5 * half * np.array([(-0.6, -0.9), (0.9, 0), (-0.6, 0.9)]), sign)
    elif kind == 2:
        for row in (-0.4, 0, 0.4):
            _line(light, middle + half * np.array([(-0.5, row), (0.5, row)]), sign, thick)
    elif kind == 3:
        corners = np.array([(-0.6, -0.4), (0.6, -0.4), (0.6, 0.45), (-0.6, 0.45)])
        _line(light, middle + half * corners, sign, thick, True)
        _line(light, middle + half * np.array([(-0.6, -0.4), (0, 0.1), (0.6, -0.4)]), sign, thick)
    elif kind == 4:
        _line(light, middle + half * np.array([(0, -0.55), (0, 0.55)]), sign, thick)
        _line(light, middle + half * np.array([(-0.55, 0), (0.55, 0)]), sign, thick)
    elif kind == 5:
        _line(light, middle + half * np.array([(-0.5, 0.05), (-0.1, 0.45), (0.55, -0.4)]), sign, thick)
    else:
        star = np.array(
            [(0.65 if k % 2 else 0.3) * np.array([np.sin(k * 0.628), -np.cos(k * 0.628)]) for k in range(10)]
        )
        _fill(light, middle + half * star, sign)


def bricks(rng):
    """A wall of bricks, or tiles."""
    high, wide = _size(rng)
    light = np.full((high, wide, 3), _colour(rng, 0.25, 0.6), np.float32)
    base = np.array([0.1, 0.15, 0.38]) if rng.random() < 0.6 else _colour(rng, 0.1, 0.7)
    tall, long = rng.uniform(70, 180), rng.uniform(1, 3.2)
    joint, shift = rng.uniform(0.04, 0.14) * tall, rng.choice([0.5, 0.0])
    for row, y in enumerate(np.arange(-tall, high + tall, tall)):
        for x in np.arange(-2 * long * tall + (row % 2) * shift * long * tall, wide, long * tall):
            colour = base * rng.uniform(0.7, 1.25) * (1 + rng.normal(0, 0.04, 3))
            box = np.array(
                [
                    (x, y),
                    (x + long * tall - joint, y),
                    (x + long * tall - joint, y + tall - joint),
                    (x, y + tall - joint),
                ]
            )
            _fill(light, box + rng.normal(0, 0.012 * tall, (4, 2)), colour.clip(0.01, 0.95))
    return scene(light * (1 + 0.09 * cloud(rng, high, wide, 3) + 0.06 * cloud(rng, high, wide, 25))[..., None])


def keyboard(rng):
    """Keys without letters."""
    high, wide = round(WIDE * K), round(HIGH * K)
    light = np.full((high, wide, 3), _colour(rng, 0.02, 0.6), np.float32)
    key = light[0, 0] * rng.uniform(0.5, 1.8)
    side = rng.uniform(120, 190)
    gap = side * rng.uniform(0.08, 0.2)
    for row, y in enumerate(np.arange(gap * 2, high - side, side)):
        x = gap * 2 + row * 0.25 * side % side
        while x < wide - side:
            long = side * float(rng.choice([1, 1, 1, 1, 1.5, 2.2])) - gap
            corners = np.array([(x, y), (x + long, y), (x + long, y + side - gap), (x, y + side - gap)])
            _fill(light, corners + np.array([3, 6]), light[0, 0] * 0.4)
            _fill(light, corners, key * rng.uniform(0.95, 1.05))
            _line(light, corners, key * 1.25, 2, True)
            x += long + gap
    return scene(light * (1 + 0.015 * cloud(rng, high, wide, 3))[..., None])
