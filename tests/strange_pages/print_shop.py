"""What a printer puts on paper: words without digits, in the letters that the machine's fonts have."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from strange_pages.sheets import K, Sheet

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
INK = (0.05, 0.05, 0.06)
# Fonts by a part of their file's name, and syllables that words are made of.
LATIN = "DejaVuSans.ttf DejaVuSerif.ttf LiberationSans-Regular LiberationSerif-Regular LiberationSans-Bold"
LETTERS = {
    "latin": (LATIN, "ba ro ti men la ex qui sol ver pa ent ous gra fi lo mi stra che ing ow el ter dis com pre a e o"),
    "greek": (LATIN, "αλ βε γα δι ρο μι θη κατ ξυ πον σω τις φι ψε ω"),
    "cyrillic": (LATIN, "да не при вер ло шка щи жу бы го ста фи ях эт ю"),
    "khmer": ("KhmerOS.ttf KhmerOSbattambang KhmerOSsiemreap", "ក ខា គី ង ចូ ជ ញ តេ ថា ទី ន បូ ផ ព ម យ រ ល វ ស ហ អ"),
    "devanagari": ("Lohit-Devanagari", "क खा गी च जे टा त दि न पु ब मा य रा ल वी श स ह अ"),
    "arabic": ("DejaVuSans.ttf", "با تي جم حد سر شع صل طب عم فق كا لن مو نه يد"),
}
LABELS = (
    "Name", "Amount", "Account No.", "Phone", "Postcode", "Date of birth", "Order", "Quantity", "Total", "Meter",
    "Member No.", "Class", "Room", "Invoice", "Weight (kg)", "Reference", "Price", "Age", "Points", "Bus line",
    "North", "South", "Rice", "Apples", "Bread", "Milk", "Monday", "Tuesday", "Friday", "Sum", "Boys", "Girls",
)  # fmt: skip
HEADINGS = (
    ("Arithmetic worksheet", "Write the results below"), ("Weekly stock list", "Village shop and market"),
    ("Homework", "Numbers and quantities"), ("Monthly report", "Station for weather"),
    ("School test", "Class and name:"),
    ("Delivery note", "Please return to the office"), ("Register of visitors", "Keep this sheet at the door"),
)  # fmt: skip


def font(letters: str, rng: np.random.Generator, millimetres: float) -> ImageFont.FreeTypeFont | None:
    """A font with these letters of this height; `None` where the machine has none. Chance goes on alike everywhere."""
    place = rng.random()
    files = [file for part in LETTERS[letters][0].split() if (file := _file(part))]
    if not files:
        return None
    return ImageFont.truetype(files[int(place * len(files))], max(8, round(millimetres * K)))


@cache
def _file(part):
    """The first font file whose name begins so."""
    for folder in map(Path, FOLDERS):
        found = sorted(folder.rglob(f"{part.removesuffix('.ttf')}*.[to]tf")) if folder.is_dir() else []
        exact = [file for file in found if file.name == part]
        if exact or found:
            return str((exact or found)[0])
    return None


def words(letters: str, rng: np.random.Generator, count: int) -> str:
    """Words that mean nothing, without digits."""
    syllables = LETTERS[letters][1].split()
    made = ["".join(rng.choice(syllables, int(rng.integers(1, 5)))) for _ in range(count)]
    return " ".join(made)


def label(rng: np.random.Generator) -> str:
    """A name for a row or a field."""
    return LABELS[int(rng.integers(len(LABELS)))]


def put(
    sheet: Sheet, text: str, x: float, baseline: float, face: ImageFont.FreeTypeFont | None, strength: float = 0.95
):
    """Prints text from `x` on, in millimetres; returns where it ends."""
    if face is None:
        return _put_plain(sheet, text, x, baseline, strength)
    left, top, right, bottom = face.getbbox(text)
    image = Image.new("L", (max(1, int(right - left) + 4), max(1, int(bottom - top) + 4)))
    ImageDraw.Draw(image).text((2 - left, 2 - top), text, 255, face)
    ascent, _ = face.getmetrics()
    cover = np.asarray(image, np.float32) * (strength / 255)
    sheet.press(cover, x, baseline - (ascent - top + 2) / K, INK)
    return x + (right - left) / K


def _put_plain(sheet, text, x, baseline, strength, high=3.0):
    """Latin text where the machine has no font at all."""
    text = text.encode("ascii", "replace").decode()
    scale = high * K / 22
    (wide, up), down = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 2)
    cover = np.zeros((up + down + 4, wide + 4), np.uint8)
    cv2.putText(cover, text, (2, up + 2), cv2.FONT_HERSHEY_DUPLEX, scale, 255, 2, cv2.LINE_AA)
    sheet.press(cover.astype(np.float32) * (strength / 255), x, baseline - up / K, INK)
    return x + wide / K


def paragraph(
    sheet: Sheet, letters: str, rng: np.random.Generator, box: tuple[float, float, float, float], high: float
):
    """Fills a box (left, top, right, bottom in millimetres) with printed lines `high` millimetres high."""
    left, top, right, bottom = box
    face, strength = font(letters, rng, high), rng.uniform(0.75, 0.97)
    if face is None:
        letters = "latin"
    lead, baseline = high * rng.uniform(1.25, 1.7), top + high
    while baseline < bottom:
        line = words(letters, rng, 1)
        while True:
            longer = f"{line} {words(letters, rng, 1)}"
            if (face.getlength(longer) / K if face else 2.6 * len(longer)) > right - left:
                break
            line = longer
        if rng.random() < 0.12:
            line = line[: len(line) // 2]
        put(sheet, line, left, baseline, face, strength)
        baseline += lead
