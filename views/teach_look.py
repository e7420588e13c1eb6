"""What was collected: small pictures of each class, to delete, to save as a zip and to bring back."""

import html

import streamlit as st

from lekh import collection_zip
from lekh.collection import Collection, Example
from lekh.errors import LekhError
from views import collected, pictures
from views.strings import explained, text

SHOWN = 12  # of a class, the latest; the others are counted
EACH = 24  # to delete from at a time
ZIP = "application/zip"
LOOK, PAGE, UPLOADED, TAKEN = "teach-look", "teach-page", "teach-zip", "teach-taken"


def show(collection: Collection) -> None:
    """Shows all that was collected of a script, and what can be done with it."""
    count = len(collection)
    st.markdown(f"**{text('teach.collected_one') if count == 1 else text('teach.collected', n=count)}**")
    if count == 0:
        st.caption(text("teach.none"))
    else:
        used = [label for label, n in collection.counts().items() if n]
        st.html(f'<div class="kept">{"".join(_row(collection, label) for label in used)}</div>')
    files(collection)
    if count:
        _delete(collection)


def files(collection: Collection) -> None:
    """A zip to save, and one to bring back."""
    if len(collection):
        st.download_button(
            text("teach.download"),
            lambda: collection_zip.pack(collection),
            file_name=f"lekh_{collection.script}.zip",
            mime=ZIP,
            icon=":material/download:",
            on_click="ignore",
            key="teach-download",
        )
    with st.expander(text("teach.upload"), icon=":material/upload:", expanded=False):
        file = st.file_uploader(
            text("teach.zip"),
            type=["zip"],
            max_upload_size=collection_zip.LARGEST_ZIP // 2**20,
            key=UPLOADED,
            help=text("teach.zip_help"),
            on_change=_take,
            args=(collection,),
        )
        if file is not None:
            _say()


def _take(collection: Collection) -> None:
    """Takes a zip when it is uploaded."""
    file = st.session_state[UPLOADED]
    if file is None:
        return
    try:
        st.session_state[TAKEN] = collection_zip.take(file.getvalue(), collection, collected.agreed())
    except LekhError as error:
        st.session_state[TAKEN] = error


def _say() -> None:
    """Says what came of the zip, for as long as it is shown."""
    result = st.session_state.get(TAKEN)
    if isinstance(result, LekhError):
        st.error(explained(result), icon=":material/error:")
    elif result is not None:
        said = text("teach.taken", new=result.new, known=result.known, blank=result.blank)
        st.success(said, icon=":material/check:")


def _row(collection: Collection, label: str) -> str:
    """A class: how it is written, how many there are, the latest."""
    examples = collection.examples(label)
    own = html.escape(collected.written(label, collection.script))
    shown = "".join(
        f'<img src="{_thumbnail(collection, example)}" alt="{own}">' for example in examples[: -SHOWN - 1 : -1]
    )
    return f"<b>{own}</b><i>{len(examples)}</i><div>{shown}</div>"


def _thumbnail(collection: Collection, example: Example) -> str:
    return _small(example.sha256, collection, example)


@st.cache_data(max_entries=2000, show_spinner=False)
def _small(sha256: str, _collection: Collection, _example: Example) -> str:
    try:
        return pictures.example(_collection.picture(_example))
    except LekhError:  # somebody removed it a moment ago
        return ""


# Deleting


def _delete(collection: Collection) -> None:
    used = [label for label, count in collection.counts().items() if count]
    with st.expander(text("teach.delete"), icon=":material/delete:"):
        if st.session_state.get(LOOK) not in used:
            st.session_state[LOOK] = used[0]
        label = st.pills(
            text("teach.class"),
            used,
            required=True,
            format_func=lambda label: f"**{collected.named(label, collection.script)}**",
            key=LOOK,
            label_visibility="collapsed",
        )
        examples = _page(collection.examples(label)[::-1])
        with st.container(horizontal=True, gap="xsmall"):
            for example in examples:
                with st.container(width=64, gap=None, horizontal_alignment="center"):
                    st.image(_thumbnail(collection, example), width=56, alt=collected.written(label, collection.script))
                    st.button(
                        "", icon=":material/close:", help=text("teach.delete_one"), type="tertiary",
                        key=f"delete-{example.sha256}", on_click=collected.attempt, args=(collection.remove, [example]),
                    )  # fmt: skip
        with st.container(horizontal=True, gap="xsmall"):
            own = collected.named(label, collection.script)
            st.button(
                text("teach.delete_class", label=own), key="delete-class",
                on_click=collected.attempt, args=(collection.clear, label),
            )  # fmt: skip
            with st.popover(text("teach.delete_all")):
                st.markdown(text("teach.sure", n=len(collection)))
                st.button(
                    text("teach.delete_now"), type="primary", key="delete-all",
                    on_click=collected.attempt, args=(collection.clear,),
                )  # fmt: skip


def _page(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """As many examples as there is room for; with more, there are pages."""
    pages = -(-len(examples) // EACH)
    if pages <= 1:
        return examples
    st.session_state[PAGE] = min(st.session_state.get(PAGE, 1), pages)
    chosen = st.number_input(text("teach.page", pages=pages), 1, pages, key=PAGE, width=160)
    return examples[(chosen - 1) * EACH : chosen * EACH]
