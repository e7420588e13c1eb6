"""Folders and addresses -> the pictures in them: on this machine, or wherever fsspec reaches (`s3://`, `gs://`, `zip://`)."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from lekh import images
from lekh.datasets import IMAGE_SUFFIXES
from lekh.errors import LekhError

SUFFIXES = IMAGE_SUFFIXES | {".dib", ".pbm", ".pgm", ".pnm", ".ppm", ""}  # a camera's file may have none
ESCAPED = frozenset(  # they change how a name is shown, or end a line
    map(chr, (*range(0x20), 0x5C, *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), 0x2066, 0x2067,
              0x2068, 0x2069))
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """One picture, wherever it lies.

    Attributes:
        name: what a table calls it: one line, no two pictures alike.
        place: a path, or with `root` a path inside that file system.
        root: the address that it was found under; empty on this machine's own disk.
        size: in bytes, where the listing told it.
    """

    name: str
    place: str
    root: str = ""
    size: int | None = None

    def content(self) -> bytes | Path:
        """What `images.to_grey` takes.

        Raises:
            LekhError: it lies elsewhere and cannot be fetched, or is too large to be.
        """
        return _fetched(self) if self.root else Path(self.place)


def pictures(addresses: Iterable[str]) -> list[Picture]:
    """All pictures under the addresses, also in folders of folders; hidden files and other kinds are left out.

    Args:
        addresses: folders, pictures, and anything that fsspec opens. Under a single folder, names are relative to it.

    Returns:
        In the order of the addresses, below each by name; a picture that is named twice is there once.

    Raises:
        LekhError: there is no such place, it cannot be listed, or fsspec is needed and missing.
    """
    addresses = list(addresses)
    alone = len(addresses) == 1
    found = {}
    for address in addresses:
        for picture in _below(address, alone):
            found.setdefault(picture.name, picture)
    return list(found.values())


def as_name(name: str) -> str:
    """A name as one line of readable text, from which no other name makes the same.

    Bytes that are no UTF-8 become `\\xff`, line feeds and marks of direction `\\n`, `\\u202e`, a backslash two of them.
    """
    if not any(sign in ESCAPED or "\ud800" <= sign <= "\udfff" for sign in name):
        return name
    return "".join(_escaped(sign) for sign in name)


def _escaped(sign):
    if "\udc80" <= sign <= "\udcff":
        return f"\\x{ord(sign) - 0xDC00:02x}"
    if sign in ESCAPED:
        return sign.encode("unicode_escape").decode("ascii")
    return sign.encode("utf-8", "backslashreplace").decode("utf-8")


def _below(address: str, alone: bool) -> Iterator[Picture]:
    if "://" in address:
        yield from _elsewhere(address, alone)
    elif os.path.isdir(address):  # noqa: PTH112 - false for what is no path at all
        for path in sorted(_walk(address)):
            shown = os.path.relpath(path, address) if alone else os.path.normpath(path)
            yield Picture(as_name(Path(shown).as_posix()), path)
    else:
        yield Picture(as_name(Path(address).as_posix()), address)


def _walk(folder: str) -> Iterator[str]:
    def refuse(error: OSError):
        name = Path(error.filename or folder).name
        raise LekhError(f"The folder {name!r} cannot be opened", "Check that you are allowed to read it") from error

    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if _is_picture(name):
                yield os.path.join(root, name)  # noqa: PTH118 - Path would be slower, ten times


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and PurePosixPath(name).suffix.lower() in SUFFIXES


# Other file systems


def _elsewhere(address: str, alone: bool) -> Iterator[Picture]:
    system, top = _opened(address)
    try:
        found = {top: system.info(top)} if system.isfile(top) else system.find(top, detail=True)
    except Exception as error:  # every file system has errors of its own
        raise _unreachable(address) from error
    if not found and not system.exists(top):
        raise _unreachable(address)
    for place, details in sorted(found.items()):
        inside = place.removeprefix(top).lstrip("/") or PurePosixPath(place).name
        *folders, name = PurePosixPath(inside).parts
        if place != top and not (_is_picture(name) and not any(folder.startswith(".") for folder in folders)):
            continue
        shown = inside if alone else address if place == top else f"{address.rstrip('/')}/{inside}"
        yield Picture(as_name(shown), place, address, details.get("size"))


def _fetched(picture: Picture) -> bytes:
    limit = images.MAX_BYTES
    if picture.size is not None and picture.size > limit:
        raise LekhError(f"This file is larger than {limit // 2**20} MB", "Save the picture as JPEG to make it smaller")
    system, _ = _opened(picture.root)
    try:
        if picture.size is not None:
            return system.cat_file(picture.place)
        with system.open(picture.place, "rb") as file:
            return file.read(limit + 1)
    except Exception as error:  # as above; a damaged archive says it here
        name = PurePosixPath(picture.place).name
        raise LekhError(f"The file {name!r} cannot be opened", "Check that you are allowed to read it") from error


@lru_cache(maxsize=8)
def _opened(address: str):
    """The file system of an address and the path in it."""
    kind = address.split("://")[0]
    try:
        import fsspec
    except ImportError as error:
        raise LekhError(f"{kind}:// needs fsspec", "Install it: pip install fsspec") from error
    if kind == "zip" and "::" not in address:
        address = f"zip://::{address.removeprefix('zip://')}"  # what a person means by zip://digits.zip
    try:
        return fsspec.core.url_to_fs(address)
    except ImportError as error:  # its sentence names the package to install
        raise LekhError(f"{kind}:// needs more than fsspec", str(error).rstrip(".")) from error
    except Exception as error:
        raise _unreachable(address) from error


def _unreachable(address):
    return LekhError(f"{as_name(address)!r} cannot be opened", "Check the address, and that you are allowed to read it")
