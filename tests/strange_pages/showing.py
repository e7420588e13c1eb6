"""Photos, their truth and what was read wrongly, as files to look at."""

import json
from pathlib import Path

import cv2
import numpy as np

from strange_pages.camera import Photo
from strange_pages.counting import Matched
from strange_pages.sheets import Sheet

HIGH = 120  # pixels of a crop


def corners(box: tuple[float, float, float, float], to_sheet: np.ndarray) -> np.ndarray:
    """float `(4, 2)`: a box of the sheet in pixels of the photo."""
    left, top, right, bottom = box
    ends = np.array([[(left, top), (right, top), (right, bottom), (left, bottom)]], float)
    return cv2.perspectiveTransform(ends, np.linalg.inv(to_sheet))[0]


def save_page(folder: Path, name: str, script: str, sheet: Sheet, photo: Photo) -> None:
    """`name.jpg`, `name_boxes.jpg` with each digit's box, and `name.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.jpg").write_bytes(photo.jpeg)
    boxed, digits = photo.image.copy(), []
    for one in sheet.written:
        ends = corners(one.box, photo.to_sheet)
        cv2.polylines(boxed, [np.round(ends).astype(np.int32)], True, (0, 0, 255), 1)
        place = tuple(np.round(ends[0] - (0, 3)).astype(int).tolist())
        cv2.putText(boxed, str(one.digit), place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 255), 1, cv2.LINE_AA)
        digits.append({"digit": one.digit, "number": one.number, "corners": ends.round(1).tolist()})
    cv2.imwrite(str(folder / f"{name}_boxes.jpg"), boxed)
    (folder / f"{name}.json").write_text(json.dumps({"script": script, "digits": digits}), encoding="utf-8")


def save_wrong(folder: Path, name: str, sheet: Sheet, photo: Photo, matched: Matched) -> None:
    """A crop of each digit that was missed or misread, and of each that was read beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, (one, found) in enumerate(zip(sheet.written, matched.of_written, strict=True)):
        if found is None or found.digit != one.digit:
            read = "nothing" if found is None else str(found.digit)
            ends = corners(one.box, photo.to_sheet)
            _crop(folder / f"{name}_{place:03}_is{one.digit}_read{read}.png", photo.image, ends.min(0), ends.max(0))
    for place, digit in enumerate(matched.beside):
        x, y, w, h = digit.box_xywh
        _crop(folder / f"{name}_beside{place:03}_read{digit.digit}.png", photo.image, (x, y), (x + w, y + h))


def _crop(path, image, least, most):
    """The place with twice as much around it."""
    least, most = np.array(least, float), np.array(most, float)
    pad = 0.9 * max(most - least) + 4
    x0, y0 = np.clip(np.floor(least - pad).astype(int), 0, None)
    x1, y1 = np.ceil(most + pad).astype(int)
    cut = image[y0:y1, x0:x1]
    if cut.size:
        cv2.imwrite(str(path), cv2.resize(cut, None, fx=HIGH / cut.shape[0], fy=HIGH / cut.shape[0]))
