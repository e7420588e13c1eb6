"""The samples that come with the project: pictures to try at once."""

from pathlib import Path

import streamlit as st

from views import pictures
from views.strings import text

FOLDER = Path(__file__).resolve().parent.parent / "dataset" / "samples"
SHOWN_BY_BROWSERS = {".png", ".jpg"}
IN_A_ROW = 5
WHOLE = ("page", "table")  # kinds of many digits; they come first


def of_script(script: str) -> list[Path]:
    """Sample pictures of `script` that a browser can show, at most a row of them: whole pages, then single digits.

    Their names are `<script>_<kind>.<ending>` and `<script>_<digit>_<kind>.<ending>`.
    """
    found = [path for path in FOLDER.glob(f"{script}_*") if path.suffix.lower() in SHOWN_BY_BROWSERS]
    return sorted(found, key=lambda path: (name(path) not in WHOLE, path.name))[:IN_A_ROW]


def first(script: str) -> Path | None:
    """The sample that a visitor sees read; `None` when there is none of this script."""
    return next(iter(of_script(script)), None)


def name(path: Path) -> str:
    """What a person reads under a sample: what is special about it, e.g. `"pencil"`."""
    return path.stem.split("_")[-1]


@st.cache_data(max_entries=64, show_spinner=False)
def _thumbnail(path: Path, stamp: int) -> str:
    return pictures.thumbnail(path)


def row(script: str, model_title: str, on_pick) -> None:
    """Shows the samples of `script`; a click calls `on_pick` with the sample's path."""
    paths = of_script(script)
    if not paths:
        return
    st.caption(text("samples.label"))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        for path in paths:
            with st.container(width=60, gap=None):
                st.image(
                    _thumbnail(path, path.stat().st_mtime_ns),
                    width="stretch",
                    alt=text("samples.alt", script=model_title, kind=name(path)),
                )
                st.button(
                    name(path).capitalize(),
                    key=path.name,
                    on_click=on_pick,
                    args=(path,),
                    type="tertiary",
                    width="stretch",
                )
