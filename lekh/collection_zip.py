"""A collection as a zip of class folders, and back; a zip that comes in is a stranger's until all of it was checked."""

import io
import json
import re
import stat
import zipfile
import zlib

from lekh import clipping
from lekh.collection import METADATA, Collection, Taken
from lekh.collection_names import checked_classes, class_of
from lekh.collection_store import provenance
from lekh.datasets import IMAGE_SUFFIXES
from lekh.errors import LekhError
from lekh.images import to_grey
from lekh.numerals import SCRIPTS

MOST_FILES = 5000
LARGEST_ZIP = 50 * 2**20
LARGEST_FILE = 10 * 2**20  # unpacked
LARGEST_TOTAL = 100 * 2**20  # unpacked
MOST_PIXELS = 400_000_000  # of all pictures together: some seconds of work
MOST_PACKED = 200  # times; a picture with as much in so little was made to fill the memory
SMALL = 2**20  # bytes unpacked; a blank scan may be packed as tightly as it likes
_IGNORED = re.compile(
    r"(^|/)(__MACOSX(/|$)|\.|Thumbs\.db$|desktop\.ini$|metadata\.jsonl?$|README[^/]*$|LICENSE[^/]*$)", re.I
)
_ARCHIVES = (".zip", ".gz", ".7z", ".rar", ".tar", ".xz", ".bz2", ".tgz")
_DATE = (1980, 1, 1, 0, 0, 0)  # of every file, so that the same collection gives the same zip
_LAYOUT = "Give a zip with one folder of pictures for each digit or symbol"
_WRONG = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, KeyError)


def pack(collection: Collection) -> bytes:
    """A zip with `<script>/<class>/000.png` and so on, and a line of metadata for each in `<script>/metadata.jsonl`."""
    buffer, lines = io.BytesIO(), []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # a PNG is packed already
        for label in collection.classes:
            for place, example in enumerate(collection.examples(label)):
                file = f"{label}/{place:03d}.png"
                archive.writestr(_member(f"{collection.script}/{file}"), collection.picture(example))
                lines.append(json.dumps({**example.metadata(), "file": file}) + "\n")
        archive.writestr(_member(f"{collection.script}/{METADATA}"), "".join(lines))
    return buffer.getvalue()


def take(content: bytes, collection: Collection, consent: bool = False) -> Taken:
    """Adds all pictures of a zip of class folders to a collection, or, where one of them may not come in, none.

    Args:
        content: of the zip, with the class folders at its top or in folders of their own.
        collection: which they are added to; a picture that it has stays in its class.
        consent: whether their writer agreed that they are kept.

    Raises:
        LekhError: it is no zip of class folders, or not a harmless one.
    """
    if len(content) > LARGEST_ZIP:
        raise LekhError(f"This zip is larger than {LARGEST_ZIP // 2**20} MB", "Split it")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _WRONG as error:
        raise _damaged() from error
    with archive:
        members = _checked_members(archive.infolist(), len(content), collection.script)
        checked_classes([*collection.classes, *(label for _, label in members)])
        clippings = _clippings(archive, members)
    known = {example.sha256 for example in collection.examples()}
    new = {clipping.digest(clip): (label, clip, *said) for label, clip, said in clippings if clip is not None}
    new = {sha256: example for sha256, example in new.items() if sha256 not in known}
    _add(new.values(), collection, consent)
    blank = sum(clip is None for _, clip, _ in clippings)
    return Taken(len(new), len(clippings) - blank - len(new), blank)


def _member(name):
    member = zipfile.ZipInfo(name, _DATE)
    member.external_attr = (stat.S_IFREG | 0o644) << 16
    return member


def _checked_members(members, size, script):
    """The pictures among the members of a zip, each with its class."""
    if len(members) > MOST_FILES:
        raise LekhError(f"This zip holds more than {MOST_FILES} files", "Split it")
    if sum(member.compress_size for member in members) > size:
        raise _bomb()  # they lie over each other
    if sum(member.file_size for member in members) > LARGEST_TOTAL:
        raise LekhError(f"This zip unpacks to more than {LARGEST_TOTAL // 2**20} MB", "Split it")
    found = []
    for member in members:
        _check(member)
        if not member.is_dir() and not _IGNORED.search(member.filename):
            found.append((member, _label(member.filename, script)))
    if not found:
        raise LekhError("This zip holds no pictures in folders", _LAYOUT)
    return found


def _check(member):
    name, kind = member.filename, stat.S_IFMT(member.external_attr >> 16)
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in member.orig_filename:
        raise LekhError("This zip holds a file that would land outside its folder", "Make the zip anew")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise LekhError("This zip holds a link or a device", "Put the pictures themselves into it")
    if member.flag_bits & 0x1:
        raise LekhError("This zip is locked with a password", "Make it without one")
    if member.file_size > LARGEST_FILE:
        raise LekhError(f"A file in this zip is larger than {LARGEST_FILE // 2**20} MB", "Make the pictures smaller")
    if member.file_size > max(SMALL, MOST_PACKED * member.compress_size):
        raise _bomb()
    if name.lower().endswith(_ARCHIVES):
        raise LekhError("This zip holds another archive", "Unpack that one first")


def _damaged():
    return LekhError("This file is not a zip, or a damaged one", _LAYOUT)


def _bomb():
    return LekhError("This zip unpacks to far more than it holds", "Make the zip anew from the pictures")


def _label(name, script):
    """The class of a picture: the folder that it is in, checked."""
    parts = name.replace("\\", "/").split("/")
    if not any(name.lower().endswith(suffix) for suffix in IMAGE_SUFFIXES):
        raise LekhError("This zip holds a file that is no picture", "Put only pictures into the folders")
    if len(parts) < 2:
        raise LekhError("This zip holds pictures outside of folders", _LAYOUT)
    if len(parts) > 2 and script in SCRIPTS and parts[-3] in SCRIPTS and parts[-3] != script:
        title = SCRIPTS[parts[-3]].title
        raise LekhError("The digits in this zip are of another script", f"Choose {title} first, then upload it again")
    return class_of(parts[-2], script)


def _clippings(archive, members):
    """Class, clipping (`None` without ink), and source and date of each picture."""
    made, pixels = [], 0
    for member, label in members:
        content = _read(archive, member)
        grey = to_grey(content)  # refuses what is no picture
        pixels += grey.size
        if pixels > MOST_PIXELS:
            raise LekhError("The pictures in this zip are too large together", "Make them smaller, or split the zip")
        try:
            clip = clipping.cut(grey)
        except LekhError:
            clip = None
        made.append((label, clip, provenance(clipping.line_of(content)) or ("uploaded", None)))
    return made


def _read(archive, member):
    """The bytes of a member, never more than it may have, whatever its header says."""
    try:
        with archive.open(member) as file:
            content = file.read(member.file_size + 1)
    except _WRONG as error:
        raise _damaged() from error
    if len(content) > member.file_size:
        raise _bomb()
    return content


def _add(examples, collection, consent):
    collection.check_room(len(examples))
    kept = []
    try:
        for label, clip, source, date in examples:
            kept.append(collection.add(label, clip, source, consent, date))
    except LekhError:
        collection.remove(kept)
        raise
