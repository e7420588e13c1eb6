"""How well the model reads: results by script, what it mixes up, and how far its confidence can be trusted."""

from collections.abc import Sequence

import streamlit as st

from lekh import figures
from lekh.figures import Result, TestSet
from lekh.model import Model
from views import model_charts, scripts
from views.strings import CATALOGUES, DEFAULT, literal, named, text

NOTHING = "–"  # in a cell
SET = "model-set"  # of the chosen test set in the session
ALL = "all"
WORST = 4  # mix-ups that are named
PERCENT = "%.2f %%"
CHART_WIDTH = 440  # pixels at the most; square charts, which a wide window would stretch
_WIDTHS = {"script": 105, "right": 90, "others": 90, "digits": 80, "together": 130}  # pixels; two fit a phone


def results(model: Model, rows: Sequence[Result]) -> None:
    """Each test set beside what others reach on it, and whole numbers where the model reads them."""
    st.caption(text("model.results_note"))
    others = figures.read_others(model.folder)
    known = [others.get(row.name, {}) for row in rows]
    table = [
        {
            "script": scripts.title(row.script, model) if row.script in model.card.scripts else row.script,
            "right": 100 * row.accuracy,
            "others": other.get("percent"),
            "digits": row.n,
            "together": None if row.together is None else 100 * row.together,
            "set": named("set", row.title),
            "whose": other.get("whose") and named("whose", str(other["whose"])),
        }
        for row, other in zip(rows, known, strict=True)
    ]
    names = [name for name in table[0] if any(line[name] is not None for line in table)]
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder=NOTHING,
        column_order=names,
        column_config={
            **{name: st.column_config.Column(text(f"model.{name}"), width=_WIDTHS.get(name)) for name in names},
            "right": st.column_config.NumberColumn(text("model.right"), width=_WIDTHS["right"], format=PERCENT),
            "others": st.column_config.NumberColumn(text("model.others"), width=_WIDTHS["others"], format=PERCENT),
            "digits": st.column_config.NumberColumn(text("model.digits"), width=_WIDTHS["digits"], format="localized"),
            "together": st.column_config.NumberColumn(
                text("model.together"), width=_WIDTHS["together"], format="%.0f %%", help=text("model.together_help")
            ),
        },
    )
    _numbers(model)


def _numbers(model: Model) -> None:
    """Whole numbers, which a network of their own reads: real ones, then those put together from single digits."""
    lines, shares = [], []
    for row in figures.numbers(model.card):
        what = f"model.fields.{row.name}"
        if row.composed_of:
            percent = round(100 * row.correct / row.n)
            shares.append(text("model.composed_share", script=scripts.title(row.composed_of), percent=percent))
        elif what in CATALOGUES[DEFAULT]:
            lines.append(text("model.numbers_line", what=text(what), right=row.correct, n=row.n))
    if shares:
        lines.append(text("model.composed", shares=text("model.composed_and").join(shares)))
    if lines:
        st.subheader(text("model.numbers"), anchor=False)
        st.caption(text("model.numbers_note"))
        st.markdown("\n".join(f"- {line}" for line in lines))


def mistakes(model: Model, tested: Sequence[TestSet]) -> None:
    """What is read as what in one test set, and precision, recall and F1 of each digit."""
    chosen = _chosen(model, tested, [one.name for one in tested])
    one = next(one for one in tested if one.name == chosen)
    labels = _labels(one, model)
    st.markdown(_summary(one, labels))
    left, right = st.columns(2, gap="medium")
    with left, st.container(width=CHART_WIDTH):
        st.altair_chart(model_charts.confusion(one, labels), width="stretch", alt=_summary(one, labels))
        st.caption(text("model.confusion_note"))
    with right:
        st.dataframe(
            [_scores(label, one.per_class[name]) for label, name in zip(labels, one.class_names, strict=True)],
            hide_index=True,
            height="content",
            column_config={
                "digit": st.column_config.Column(text("chart.digit"), width=52),
                "n": st.column_config.NumberColumn(text("model.digits"), width=58, format="localized"),
                **{
                    name: st.column_config.NumberColumn(
                        text(f"model.{name}"), width=76, format=PERCENT, help=text(f"model.{name}_help")
                    )
                    for name in ("precision", "recall", "f1")
                },
            },
        )
        st.caption(text("model.per_class_note"))


def _scores(label: str, scores: dict[str, float]) -> dict:
    """A row of the table: shares in percent."""
    return {"digit": label, **{name: score if name == "n" else 100 * score for name, score in scores.items()}}


def _chosen(model: Model, tested: Sequence[TestSet], options: Sequence[str]) -> str:
    titles = {one.name: f"{_script(one, model)} · {named('set', one.title)}" for one in tested}
    if st.session_state.get(SET) not in options:
        st.session_state[SET] = options[0]
    return st.selectbox(
        text("model.set"),
        options,
        format_func=lambda name: titles.get(name) or text("model.all_sets"),
        key=SET,
        filter_mode=None,  # no keyboard comes up on a phone
        width=CHART_WIDTH,
    )


def _script(one: TestSet, model: Model) -> str:
    return scripts.title(one.script, model) if one.script in model.card.scripts else one.script


def _labels(one: TestSet, model: Model) -> list[str]:
    """How the classes are written, in their own numerals where the model knows them."""
    if one.script in model.card.scripts:
        symbols = model.card.symbols(one.script)
        if len(symbols) == len(one.class_names):
            return symbols
    return list(one.class_names)


def _summary(one: TestSet, labels: Sequence[str]) -> str:
    words = [text("model.summary", correct=f"{one.correct:,}", n=f"{one.n:,}")]
    pairs = one.mistakes()[:WORST]
    if pairs:
        named = "; ".join(
            text("model.pair", written=literal(labels[truth]), read=literal(labels[read]), count=count)
            for truth, read, count in pairs
        )
        words.append(text("model.pairs", pairs=named))
    else:
        words.append(text("model.no_pairs"))
    unread = one.n - int(one.confusion.sum())
    if unread:
        words.append(text("model.unread", n=unread))
    return " ".join(words)


def confidence(model: Model, tested: Sequence[TestSet]) -> None:
    """How often it is right when it says how sure it is."""
    chosen = _chosen(model, tested, [ALL, *(one.name for one in tested)])
    shown = [one for one in tested if chosen in (ALL, one.name)]
    points = f"{100 * figures.calibration_error(shown):.1f}"
    refused = sum(one.rejected for one in shown) / sum(one.n for one in shown)
    st.markdown(text("model.calibration", points=points, refused=f"{100 * refused:.1f}"))
    with st.container(width=CHART_WIDTH):
        st.altair_chart(
            model_charts.reliability(figures.reliability(shown)),
            width="stretch",
            alt=text("model.reliability_alt", points=points),
        )
    st.caption(text("model.reliability_note"))
