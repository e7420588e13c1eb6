"""The samples that come with the project: pictures to try at once."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from lekh.model import Model
from lekh.reading import AUTO
from views import pictures, scripts
from views.strings import text

FOLDER = Path(__file__).resolve().parent.parent / "dataset" / "samples"
SHOWN_BY_BROWSERS = {".png", ".jpg"}
IN_A_ROW = 5
LOOKS = {False: (60, 1.0), True: (106, 2.1)}  # width in pixels and aspect of a thumbnail; of each script's first
WHOLE = ("page", "number", "table")  # kinds of many digits; they come first, in this order


def of_script(script: str) -> list[Path]:
    """Sample pictures of `script` that a browser can show, at most a row of them: whole pages, then single digits.

    Their names are `<script>_<kind>.<ending>` and `<script>_<digit>_<kind>.<ending>`.
    """
    found = [path for path in FOLDER.glob(f"{script}_*") if path.suffix.lower() in SHOWN_BY_BROWSERS]
    return sorted(found, key=lambda path: (_rank(path), path.name))[:IN_A_ROW]


def offered(script: str, known: Sequence[str]) -> list[Path]:
    """The samples of `script`, or, for `AUTO`, the first one of each script that is `known`."""
    if script != AUTO:
        return of_script(script)
    return [path for name in known for path in of_script(name)[:1]]


def first(script: str, known: Sequence[str]) -> Path | None:
    """The sample that a visitor sees read; `None` when there is none of this script."""
    return next(iter(offered(script, known)), None)


def name(path: Path) -> str:
    """What a person reads of a sample: its script, and what is special about it, e.g. `"Khmer, pencil"`."""
    return text("samples.name", script=text(f"script.{_script(path)}"), kind=_kind(path))


def _script(path: Path) -> str:
    return path.stem.partition("_")[0]


def _kind(path: Path) -> str:
    return text(f"samples.{path.stem.split('_')[-1]}")


def _rank(path: Path) -> int:
    kind = path.stem.split("_")[-1]
    return WHOLE.index(kind) if kind in WHOLE else len(WHOLE)


@st.cache_data(max_entries=64, show_spinner=False)
def _thumbnail(path: Path, stamp: int, aspect: float) -> str:
    return pictures.thumbnail(path, aspect)


def row(script: str, model: Model | None, on_pick) -> None:
    """Shows the samples of `script`; a click calls `on_pick` with the sample's path."""
    paths = offered(script, scripts.of(model))
    if not paths:
        return
    width, aspect = LOOKS[script == AUTO]
    st.caption(text("samples.label"))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        for path in paths:
            with st.container(width=width, gap=None):
                st.image(_thumbnail(path, path.stat().st_mtime_ns, aspect), width="stretch", alt=name(path))
                st.button(
                    text(f"script.{_script(path)}") if script == AUTO else _kind(path).capitalize(),
                    key=path.name,
                    on_click=on_pick,
                    args=(path,),
                    type="tertiary",
                    width="stretch",
                )
