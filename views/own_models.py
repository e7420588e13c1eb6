"""The session's own models: taught here or brought as a file, and which model reads."""

import shutil
import weakref
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from lekh import model_folder, teaching
from lekh.errors import LekhError
from lekh.model import CARD
from views.strings import explained, text

MODELS, CHOSEN = "own-models", "own-model"  # in the session: all by number, and the number of the one that reads
UPLOADED, TAKEN = "own-model-zip", "own-model-taken"  # the file, and what came of it: its number, or a problem
MOST = 5  # that a session keeps
WIDTH = 300  # pixels of the list
ZIP = "application/zip"


@dataclass(eq=False)
class OwnModel:
    """One of them.

    Attributes:
        name: what the person reads.
        folder: the model folder.
        owner: what keeps the folder there; it goes with that.
    """

    name: str
    folder: Path
    owner: object = field(repr=False)


class _Folder:
    """A temporary folder that goes when nobody holds this any more."""

    def __init__(self):
        self.path = teaching.new_folder()
        self._end = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def add(name: str, folder: Path, owner: object) -> int:
    """Keeps a model for the session, has it read from now on, and returns its number."""
    kept = st.session_state.setdefault(MODELS, {})
    number = max(kept, default=0) + 1
    kept[number] = OwnModel(name, folder, owner)
    while len(kept) > MOST:
        kept.pop(next(iter(kept)))
    take(number)
    return number


def take(number: int) -> None:
    """Has a model read; 0 is Lekh's own."""
    st.session_state[CHOSEN] = number


def chosen() -> Path | None:
    """The folder of the session's own model that reads; `None` where Lekh's own does."""
    own = st.session_state.get(MODELS, {}).get(st.session_state.get(CHOSEN, 0))
    return own.folder if own is not None and (own.folder / CARD).is_file() else None


def choose(key: str) -> None:
    """The list of models, where there is a choice; the whole page follows it."""
    kept = st.session_state.get(MODELS, {})
    if not kept:
        return
    if chosen() is None:
        take(0)
    numbers = [0, *kept]
    st.session_state[key] = st.session_state.get(CHOSEN, 0)
    st.selectbox(
        text("models.label"),
        numbers,
        format_func=lambda number: kept[number].name if number in kept else text("models.lekh"),
        key=key,
        on_change=lambda: take(st.session_state[key]),
        label_visibility="collapsed",
        width=WIDTH,
    )


def bring() -> None:
    """Takes a model folder that was downloaded before."""
    with st.expander(text("models.upload"), icon=":material/upload:"):
        file = st.file_uploader(
            text("models.zip"), type=["zip"], max_upload_size=model_folder.MOST_BYTES // 10**6, key=UPLOADED,
            help=text("models.zip_help"),
        )  # fmt: skip
        if file is None:
            return
        if st.session_state.get(TAKEN, (None,))[0] != file.file_id:
            st.session_state[TAKEN] = (file.file_id, _take(file))
            st.rerun(scope="app")
        result = st.session_state[TAKEN][1]
        if isinstance(result, LekhError):
            st.error(explained(result), icon=":material/error:")
        elif result == st.session_state[CHOSEN]:
            st.success(text("models.taken"), icon=":material/check:")


def _take(file) -> int | LekhError:
    """The number of the model that the file holds, or what keeps it from being used."""
    place = _Folder()
    try:
        model_folder.unpacked(file.getvalue(), place.path / "model")
    except LekhError as error:
        return error
    return add(Path(file.name).stem[:40], place.path / "model", place)
