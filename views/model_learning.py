"""Where the model comes from: what it learnt from, how, what others reach, its size and speed, and its limits."""

import os
import time
from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from lekh import figures, reading
from lekh.figures import TrainingSet
from lekh.model import CARD, Model
from lekh.numerals import SCRIPTS
from views import model_charts, samples, scripts
from views.model_results import NOTHING
from views.strings import literal, named, text

SCRIPT = "model-script"  # of the chosen script in the session
SAMPLE = samples.FOLDER / "latin_3_canvas.png"
REPEATS = 5  # of the timed reading; the fastest counts, the others were disturbed
LIMITS = ("shape", "script", "print", "paper", "confidence", "picture")
SETTINGS = (
    "seed",
    "epochs",
    "settling",
    "second",
    "epoch_digits",
    "batch_size",
    "learning_rate",
    "python",
    "source_commit",
)
CHART_WIDTH = 440  # pixels at the most
_WIDTHS = {"script": 105, "pictures": 85, "per_class": 110, "licence": 130}  # pixels


# -- what it learnt from ----------------------------------------------------------------------------------------------


def learning(model: Model, learnt: Sequence[TrainingSet]) -> None:
    """The collections with their licences, digits a class, and the curves of the training."""
    if learnt:
        _collections(model, learnt)
    left, right = st.columns(2, gap="medium")
    with left:
        _per_class(model, learnt)
    chart = model_charts.learning(figures.curves(model.card))
    if chart is not None:
        with right:
            st.subheader(text("model.curves"), anchor=False)
            st.caption(text("model.curves_note"))
            st.altair_chart(chart, width="stretch", alt=text("model.curves"))
    _settings(model)


def _collections(model: Model, learnt: Sequence[TrainingSet]) -> None:
    st.caption(text("model.learning_note"))
    table = [
        {
            "script": _title(one.script, model),
            "pictures": one.n,
            "per_class": list(one.per_class) or None,
            "licence": named("licence", one.licence) or None,
            "source": one.link,
            "collection": named("set", one.title),
        }
        for one in learnt
    ]
    names = [name for name in table[0] if any(line[name] is not None for line in table)]
    st.dataframe(
        table,
        hide_index=True,
        placeholder=NOTHING,
        height=min(36 * (len(table) + 1), 400),
        column_order=names,
        column_config={
            **{name: st.column_config.Column(text(f"model.{name}"), width=_WIDTHS.get(name)) for name in names},
            "pictures": st.column_config.NumberColumn(
                text("model.pictures"), width=_WIDTHS["pictures"], format="localized"
            ),
            "per_class": st.column_config.BarChartColumn(
                text("model.per_class"), width=_WIDTHS["per_class"], y_min=0, help=text("model.per_class_help")
            ),
            "source": st.column_config.LinkColumn(text("model.source"), display_text=r"https?://(?:www\.)?([^/]+)"),
        },
    )


def _per_class(model: Model, learnt: Sequence[TrainingSet]) -> None:
    counted = figures.learnt_classes(model.card, learnt)
    if not counted:
        return
    st.subheader(text("model.per_digit"), anchor=False)
    if st.session_state.get(SCRIPT) not in counted:
        st.session_state[SCRIPT] = next(iter(counted))
    with st.container(width=CHART_WIDTH):
        chosen = st.selectbox(
            text("script.label"),
            list(counted),
            format_func=lambda script: _title(script, model),
            key=SCRIPT,
            filter_mode=None,  # no keyboard comes up on a phone
        )
        st.altair_chart(
            model_charts.per_class(counted[chosen], model.card.symbols(chosen)),
            width="stretch",
            alt=text("model.per_digit"),
        )


def _title(script: str, model: Model) -> str:
    return text("model.signs") if script not in (*model.card.scripts, *SCRIPTS) else scripts.title(script, model)


def _settings(model: Model) -> None:
    training = model.card.raw.get("training")
    if not isinstance(training, dict):
        return
    packages = training.get("packages")
    lines = {name: training[name] for name in SETTINGS if training.get(name) is not None}
    lines |= packages if isinstance(packages, dict) else {}
    if lines:
        with st.expander(text("model.settings")):
            st.markdown("\n".join(f"- `{name}`: `{value}`" for name, value in lines.items()))


# -- what others reach ------------------------------------------------------------------------------------------------


def reports(model: Model) -> None:
    """What reports say of their networks, what these reach here, and Lekh on the same digits."""
    st.caption(text("model.reports_note"))
    tested = {result.name: 100 * result.accuracy for result in figures.results(model.card)}
    for report, group in groupby(figures.read_reproduced(model.folder), key=lambda row: row["report"]):
        rows = list(group)
        st.subheader(literal(named("report", report)), anchor=False)
        percent = {"format": "%.2f %%", "width": 76}
        st.dataframe(
            [
                {
                    "method": named("report", row["method"]),
                    "reported": row["reported"],
                    "reproduced": row["reproduced"],
                    "lekh": tested.get(row.get("test_set"), row["lekh"]),
                    "set": named("set", row["dataset"]),
                    "n": row["n"],
                }
                for row in rows
            ],
            hide_index=True,
            height="content",
            placeholder=NOTHING,
            column_config={
                "method": st.column_config.Column(text("model.method"), width=114),
                "reported": st.column_config.NumberColumn(text("model.reported"), **percent),
                "reproduced": st.column_config.NumberColumn(text("model.reproduced"), **percent),
                "lekh": st.column_config.NumberColumn("Lekh", **percent),
                "set": st.column_config.Column(text("model.set")),
                "n": st.column_config.NumberColumn(text("model.digits"), width=70, format="localized"),
            },
        )
        notes = [
            f"- {literal(named('report', row['method']))}, {literal(named('set', row['dataset']))}: "
            f"{literal(named('report', row['note']))}"
            for row in rows
            if row["note"]
        ]
        with st.expander(text("model.causes")):
            st.markdown("\n".join(notes))


# -- size, speed, limits ----------------------------------------------------------------------------------------------


def limits(model: Model) -> None:
    """How large and how fast it is on this machine, and what it cannot do."""
    files = [file for file in sorted(model.folder.glob("*.tflite")) if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    stamp = tuple(file.stat().st_mtime_ns for file in (model.folder / CARD, *files) if file.exists())
    lines = [
        text("model.size", megabytes=f"{size / 1e6:.1f}"),
        text("model.input", side=model.card.normalization.size, classes=len(model.card.classes)),
        *([] if model.second is None else [text("model.second")]),
        text("model.speed", milliseconds=f"{_milliseconds(str(model.folder), stamp, model):.0f}", cores=os.cpu_count()),
    ]
    if model.card.raw.get("created"):
        lines.append(text("model.created", date=literal(str(model.card.raw["created"]))))
    st.subheader(text("model.size_speed"), anchor=False)
    st.markdown("\n".join(f"- {line}" for line in lines))
    st.subheader(text("model.limits_title"), anchor=False)
    sentences = [text(f"model.limit.{name}") for name in LIMITS]
    if model.sequence is not None:
        known = dict.fromkeys(label.script for label in model.sequence.classes if label.script in SCRIPTS)
        titles = ", ".join(scripts.title(script, model) for script in known)
        every = set(known) >= set(model.card.scripts)
        sentences.append(text("model.limit.touching_all") if every else text("model.limit.touching", scripts=titles))
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


@st.cache_data(max_entries=4, show_spinner=False)
def _milliseconds(folder: str, stamp: tuple[int, ...], _model: Model) -> float:
    """The fastest of a few readings of one digit, from bytes to answer, on the machine that serves the page."""
    content = SAMPLE.read_bytes()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        reading.read(content, _model, single=True)
        times.append(1000 * (time.perf_counter() - start))
    return max(1.0, min(times))
