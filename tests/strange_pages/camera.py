"""A sheet on a desk -> its photo: how the phone is held, light and shadow, and what lens, sensor and JPEG do."""

from dataclasses import dataclass

import cv2
import numpy as np

from strange_pages.sheets import K, Sheet, cloud

QUALITY = 70, 93
LONG_SIDE = 1250, 2000
LEAST_HIGH = 26  # pixels
GRAIN, LARGE_QUALITY = 6.0, 93  # of 255, of an enlarged photo; its file has the size of a phone's


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo.

    Attributes:
        jpeg: its file.
        image: uint8 `(H, W, 3)`, blue, green, red, as the file has it.
        to_sheet: float64 `(3, 3)`, from its pixels to the sheet's millimetres.
    """

    jpeg: bytes
    image: np.ndarray
    to_sheet: np.ndarray


def enlarged(small: Photo, megapixels: float) -> Photo:
    """The photo as a sensor of so many megapixels gives it: no sharper, with more of its noise."""
    high, wide = small.image.shape[:2]
    scale = np.sqrt(megapixels * 1e6 / (wide * high))
    size = round(scale * wide), round(scale * high)
    image = cv2.resize(small.image, size, interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).standard_normal(image.shape, np.float32)
    image = np.clip(image + GRAIN * noise + 0.5, 0, 255).astype(np.uint8)
    back = np.diag([wide / size[0], high / size[1], 1])
    return _packed(image, LARGE_QUALITY, small.to_sheet @ back)


def photo(
    sheet: Sheet,
    rng: np.random.Generator,
    angle: float = 0.0,
    low_light: bool = False,
    whole: bool = False,
    fills: bool = False,
) -> Photo:
    """Photographs a sheet.

    Args:
        sheet: what lies on the desk.
        rng: chooses all that is not told.
        angle: degrees by which the phone is turned, up to 3 more or less.
        low_light: in the evening.
        whole: all of the sheet and the desk around it are in the picture.
        fills: nothing else than the sheet is.
    """
    wide, high = _frame(sheet, rng)
    whole = whole or rng.random() < 0.45
    to_photo = _held(sheet, wide, high, rng, angle, whole, fills)
    if _least_high(sheet, to_photo) < LEAST_HIGH:  # nobody reads that: the phone goes nearer
        to_photo = _held(sheet, wide, high, rng, angle, whole=False)
    light, solid = _projected(sheet, to_photo, wide, high, fills)
    scene = np.where(solid[..., None] > 0.999, light, 0)
    if solid.min() < 0.999:
        scene = _lying(light, solid, desk(rng, high, wide), rng)
    scene = scene * _lit(rng, high, wide)[..., None]
    image = _exposed(scene, rng, low_light)
    return _packed(image, int(rng.integers(*QUALITY)), np.linalg.inv(to_photo))


def _packed(image, quality, to_sheet):
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("The photo could not be packed.")
    return Photo(jpeg.tobytes(), cv2.imdecode(jpeg, cv2.IMREAD_COLOR), to_sheet)


def _frame(sheet, rng):
    """Width and height of the photo, held as the sheet lies."""
    long = int(rng.integers(*LONG_SIDE))
    short = int(long * rng.choice([3 / 4, 3 / 4, 9 / 16, 0.8]))
    return (short, long) if sheet.size[1] >= sheet.size[0] else (long, short)


def _held(sheet, wide, high, rng, angle, whole, fills=False):
    """float64 `(3, 3)`, from the sheet's millimetres to the photo's pixels: a phone above, leaning a few degrees."""
    lean, roll = np.radians(rng.normal(0, 3.0, 2)), np.radians(angle + rng.uniform(-3, 3))
    about_x = np.array([[1, 0, 0], [0, np.cos(lean[0]), -np.sin(lean[0])], [0, np.sin(lean[0]), np.cos(lean[0])]])
    about_y = np.array([[np.cos(lean[1]), 0, np.sin(lean[1])], [0, 1, 0], [-np.sin(lean[1]), 0, np.cos(lean[1])]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    turned = about_x @ about_y @ about_z
    middle = np.array([sheet.size[0] / 2, sheet.size[1] / 2])
    distance = 1.4 * max(sheet.size)
    plane = np.column_stack([turned[:, 0], turned[:, 1], [0, 0, distance]])  # millimetres of the sheet -> eye
    base = plane @ np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, 1]])
    shown = _to_show(sheet, rng, whole)
    seen = _mapped(base, middle + rng.uniform(0.45, 0.7) * (shown - middle) if fills else shown)
    least, most = seen.min(0), seen.max(0)
    margin = rng.uniform(0.02, 0.1)
    scale = (1 - 2 * margin) * min(wide / (most[0] - least[0]), high / (most[1] - least[1]))
    free = np.array([wide, high]) - scale * (most - least)
    shift = free * (0.5 + rng.uniform(-0.25, 0.25, 2)) - scale * least
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1]]) @ base


def _least_high(sheet, to_photo):
    """Pixels that half of the digits are higher than."""
    boxes = np.array([one.box for one in sheet.written]).reshape(-1, 4)
    if not len(boxes):
        return np.inf
    tops, feet = (_mapped(to_photo, np.column_stack([boxes[:, [0, 2]].mean(1), boxes[:, side]])) for side in (1, 3))
    return float(np.median(np.hypot(*(feet - tops).T)))


def _to_show(sheet, rng, whole):
    """Corners `(4, 2)` of what has to be in the picture: the sheet, or what is written on it."""
    if whole or not sheet.written:
        left, top, (right, bottom) = 0.0, 0.0, sheet.size
    else:
        boxes = np.array([one.box for one in sheet.written])
        pad = rng.uniform(4, 12)
        (left, top), (right, bottom) = boxes[:, :2].min(0) - pad, boxes[:, 2:].max(0) + pad
        # so near that no digit is larger than half of the picture
        middle, least = ((left + right) / 2, (top + bottom) / 2), 0.6 * min(sheet.size)
        left, right = min(left, middle[0] - least / 2), max(right, middle[0] + least / 2)
        top, bottom = min(top, middle[1] - least / 2), max(bottom, middle[1] + least / 2)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def _mapped(matrix, points):
    """`(n, 2)` points through a homography."""
    return cv2.perspectiveTransform(np.asarray(points, np.float64)[None], matrix)[0]


def _projected(sheet, to_photo, wide, high, fills):
    """float32 `(high, wide, 3)` light and `(high, wide)` where the sheet lies."""
    matrix = to_photo @ np.diag([1 / K, 1 / K, 1])
    area = abs(np.linalg.det(matrix)) / (matrix[2] @ [*np.array(sheet.light.shape[1::-1]) / 2, 1]) ** 3
    smaller = max(1.0, 1 / np.sqrt(area))
    light, solid = sheet.light, sheet.solid
    if sheet.relief is not None:
        light = light * sheet.relief[..., None]
    if smaller > 1.05:
        light = cv2.GaussianBlur(light, (0, 0), 0.42 * smaller)
    warp = {"dsize": (wide, high), "flags": cv2.INTER_LINEAR}
    light = cv2.warpPerspective(light, matrix, **warp, borderMode=cv2.BORDER_REFLECT_101)
    if fills:
        return light, np.ones((high, wide), np.float32)
    return light, cv2.warpPerspective(solid, matrix, **warp, borderMode=cv2.BORDER_CONSTANT)


def _lying(light, solid, ground, rng):
    """The sheet on the desk, with the narrow shadow that it throws."""
    away = rng.uniform(-9, 9, 2)
    shift = np.array([[1, 0, away[0]], [0, 1, away[1]]])
    shade = cv2.warpAffine(solid, shift, solid.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(3, 9)) * rng.uniform(0.2, 0.5)
    return solid[..., None] * light + (1 - solid[..., None]) * ground * (1 - shade[..., None])


def desk(rng: np.random.Generator, high: int, wide: int) -> np.ndarray:
    """float32 `(high, wide, 3)`: wood, a painted top, or cloth."""
    kind = rng.choice(["wood", "wood", "paint", "cloth"])
    if kind == "wood":
        colour = np.array([0.12, 0.22, 0.36], np.float32) * rng.uniform(0.35, 1.6)
        return _wood(rng, high, wide, colour)
    colour = rng.uniform(0.04, 0.6) * (1 + rng.normal(0, 0.15, 3)).astype(np.float32)
    if kind == "paint":
        return np.clip(
            colour * (1 + 0.02 * cloud(rng, high, wide, 3) + 0.03 * cloud(rng, high, wide, 300))[..., None], 0, 1
        )
    return np.clip(colour * _weave(rng, high, wide)[..., None], 0, 1)


def _wood(rng, high, wide, colour):
    along = rng.random() < 0.5
    rows, columns = (high, wide) if along else (wide, high)
    wave = cloud(rng, rows, columns, 300) * 12 + np.arange(rows, dtype=np.float32)[:, None]
    pitch = rng.uniform(14, 60)
    rings = np.sin(2 * np.pi * wave / pitch + 1.5 * cloud(rng, rows, columns, 150))
    fibre = cv2.resize(rng.standard_normal((rows, max(2, columns // 60)), np.float32), (columns, rows))
    grain = 1 + 0.1 * rings + 0.07 * fibre
    grain = grain if along else grain.T
    return np.clip(colour * np.ascontiguousarray(grain)[..., None], 0.01, 1)


def _weave(rng, high, wide):
    pitch = rng.uniform(3, 7)
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    threads = np.sin(2 * np.pi * rows / pitch) * np.sin(2 * np.pi * columns / pitch)
    return 1 + 0.1 * threads + 0.08 * cloud(rng, high, wide, 2) + 0.1 * cloud(rng, high, wide, 200)


def _lit(rng, high, wide):
    """float32 `(high, wide)`: a lamp to one side, the lens's dark corners, and at times the shadow of hand or phone."""
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    y, x = y / max(high, wide) - 0.5 * high / max(high, wide), x / max(high, wide) - 0.5 * wide / max(high, wide)
    way, fall = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.55)
    light = 1 + fall * (x * np.cos(way) + y * np.sin(way))
    lamp, near = rng.uniform(-0.5, 0.5, 2), rng.uniform(0.5, 1.2)
    light *= 1 + rng.uniform(0, 0.3) * np.exp(-((x - lamp[0]) ** 2 + (y - lamp[1]) ** 2) / near**2)
    light *= 1 - rng.uniform(0, 0.35) * (x**2 + y**2)
    return light * _shade(rng, high, wide) if rng.random() < 0.5 else light


def _shade(rng, high, wide):
    """float32 `(high, wide)`: what a hand, a phone or a window frame leaves of the light."""
    shape = np.zeros((high // 4 + 1, wide // 4 + 1), np.float32)
    rows, columns = shape.shape
    kind = rng.choice(["hand", "phone", "edge"])
    if kind == "phone":
        centre = rng.uniform(0.1, 0.9) * columns, rng.uniform(0.6, 1.1) * rows
        turned = (centre, (0.45 * columns, 0.8 * rows), float(rng.uniform(-30, 30)))
        cv2.fillPoly(shape, [np.round(cv2.boxPoints(turned)).astype(np.int32)], 1.0)
    elif kind == "edge":
        start, slope = rng.uniform(0.2, 0.8) * columns, rng.uniform(-0.7, 0.7)
        ends = [(start, 0), (start + slope * rows, rows), (2 * columns, rows), (2 * columns, 0)]
        cv2.fillPoly(shape, [np.round(ends).astype(np.int32)], 1.0)
    else:
        palm = np.array([rng.uniform(0.1, 1.0) * columns, rng.uniform(0.7, 1.1) * rows])
        cv2.ellipse(shape, (palm, (0.4 * columns, 0.45 * rows), float(rng.uniform(0, 180))), 1.0, -1)
        for finger in range(4):
            tip = palm + 0.45 * rows * np.array([np.sin(0.3 * finger - 0.8), -np.cos(0.3 * finger - 0.8)])
            cv2.line(
                shape, *(tuple(np.round(end).astype(int).tolist()) for end in (palm, tip)), 1.0, max(4, columns // 16)
            )
    soft = cv2.GaussianBlur(shape, (0, 0), rng.uniform(0.008, 0.06) * max(rows, columns))
    return 1 - rng.uniform(0.15, 0.55) * cv2.resize(soft, (wide, high), interpolation=cv2.INTER_LINEAR)


def _exposed(scene, rng, low_light):
    """uint8 `(H, W, 3)`: lens, white balance, noise, and the curve from light to numbers."""
    scene = cv2.GaussianBlur(scene.astype(np.float32), (0, 0), rng.uniform(0.45, 1.1 if not low_light else 1.3))
    bright = float(np.percentile(scene[::8, ::8], 95))
    level = rng.uniform(0.3, 0.5) if low_light else rng.uniform(0.55, 0.95)
    balance = 1 + rng.normal(0, 0.03, 3).astype(np.float32)
    if low_light:
        balance *= np.array([0.78, 0.95, 1.08], np.float32)
    scene *= level / bright * balance
    high, wide = scene.shape[:2]
    photons = rng.uniform(250, 700) if low_light else rng.uniform(1500, 8000)
    spread = np.sqrt(np.maximum(scene, 0) / photons + (0.004 if low_light else 0.0015) ** 2)
    noise = 0.75 * rng.standard_normal((high, wide, 1), np.float32) + 0.5 * rng.standard_normal(
        (high, wide, 3), np.float32
    )
    noise = cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.5, 0.9)) * rng.uniform(1.2, 1.9)
    scene = np.clip(scene + spread * noise, 0, 1)
    image = 255 * scene ** (1 / 2.2)
    sharp = rng.uniform(0, 0.7)
    image = (1 + sharp) * image - sharp * cv2.GaussianBlur(image, (0, 0), 1.2)
    return np.clip(image + 0.5, 0, 255).astype(np.uint8)
