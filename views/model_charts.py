"""Charts of the page on how good the model is. Colours come from the theme, so that light and dark both fit."""

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np

from lekh.figures import TestSet
from views import charts
from views.strings import text

CELL = 30  # pixels of a cell of the confusion matrix
HEIGHT = 260
_KINDS = ("chart.best", "chart.other", "chart.number")  # the theme's three chart colours


def confusion(tested: TestSet, labels: Sequence[str]) -> alt.Chart:
    """What was written against what was read: mistakes in the accent colour, the stronger the more of their class.

    Args:
        tested: a test set of k classes.
        labels: how each class is named on the axes.
    """
    counts = [tested.per_class[name]["n"] for name in tested.class_names]
    rows = [
        {
            "written": labels[truth],
            "read": labels[read],
            "count": int(tested.confusion[truth, read]),
            "shown": str(tested.confusion[truth, read]) if truth != read and tested.confusion[truth, read] else "",
            "share": float(tested.confusion[truth, read] / max(1, counts[truth])),
            "percent": f"{100 * tested.confusion[truth, read] / max(1, counts[truth]):.1f} %",
            "kind": text(_KINDS[1 if truth == read else 0]),
            "strength": _strength(truth == read, tested.confusion[truth, read], counts[truth]),
        }
        for truth, read in np.ndindex(tested.confusion.shape)
    ]
    axis = {"sort": None, "axis": alt.Axis(labelAngle=0, ticks=False, domain=False, labelFontSize=13, grid=False)}
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("read:N", title=text("model.read"), **axis),
        y=alt.Y("written:N", title=text("model.written"), **axis),
        tooltip=[
            alt.Tooltip("written:N", title=text("model.written")),
            alt.Tooltip("read:N", title=text("model.read")),
            alt.Tooltip("count:Q", title=text("model.digits")),
            alt.Tooltip("percent:N", title=text("model.share")),
        ],
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color("kind:N", scale=_scale(), legend=None),
        opacity=alt.Opacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
    )
    numbers = base.mark_text(fontSize=12).encode(text="shown:N", color=alt.ColorDatum(text(_KINDS[2]), type="nominal"))
    return _finished(cells + numbers, CELL * len(labels) + 50)


def _strength(right: bool, count: int, of: int) -> float:
    """How strongly a cell is coloured, 0 to 1: a single mistake can be seen, a fifth of a class is the strongest."""
    if count == 0:
        return 0.0
    return 0.9 if right else float(min(0.9, 0.15 + 0.75 * (count / max(1, of) / 0.2) ** 0.5))


def reliability(bins: Sequence[dict[str, float]]) -> alt.Chart:
    """How often it is right, by how sure it says it is, beside the line on which both agree.

    Args:
        bins: `n`, mean `confidence` and `accuracy` of each, 0 to 1.
    """
    total = sum(bin["n"] for bin in bins)
    rows = [
        {
            "says": 100 * bin["confidence"],
            "is": 100 * bin["accuracy"],
            "n": int(bin["n"]),
            "share": bin["n"] / total,
            "kind": text(_KINDS[0]),
        }
        for bin in bins
    ]
    domain = alt.Scale(domain=[0, 100])
    line = (
        alt.Chart(alt.InlineData(values=[{"says": 0, "is": 0}, {"says": 100, "is": 100}]))
        .mark_line(strokeDash=[4, 4])
        .encode(
            x=alt.X("says:Q", scale=domain, title=text("model.says")),
            y=alt.Y("is:Q", scale=domain, title=text("model.is_right")),
            color=alt.ColorDatum(text(_KINDS[1]), type="nominal"),
        )
    )
    points = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_circle(opacity=0.9)
        .encode(
            x="says:Q",
            y="is:Q",
            size=alt.Size("share:Q", scale=alt.Scale(domain=[0, 1], range=[40, 700]), legend=None),
            color=alt.Color("kind:N", scale=_scale(), legend=None),
            tooltip=[
                alt.Tooltip("says:Q", title=text("model.says"), format=".1f"),
                alt.Tooltip("is:Q", title=text("model.is_right"), format=".1f"),
                alt.Tooltip("n:Q", title=text("model.digits"), format=","),
            ],
        )
    )
    return _finished(line + points, HEIGHT + 40)


def learning(curves: Mapping[str, Sequence[float]]) -> alt.Chart | None:
    """Misses in a hundred digits, epoch by epoch; nothing without accuracies."""
    rows = [
        {"epoch": epoch, "misses": 100 * (1 - accuracy), "kind": text(key)}
        for name, key in (("accuracy", "model.curve_training"), ("val_accuracy", "model.curve_held_out"))
        for epoch, accuracy in enumerate(curves.get(name, ()), 1)
    ]
    if not rows:
        return None
    kinds = [text("model.curve_held_out"), text("model.curve_training")]
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point=rows[-1]["epoch"] < 2, strokeWidth=2.5)
        .encode(
            x=alt.X(
                "epoch:Q",
                title=text("model.epoch"),
                axis=alt.Axis(tickMinStep=1, grid=False),
                scale=alt.Scale(zero=False, nice=False),
            ),
            y=alt.Y("misses:Q", title=text("model.misses"), scale=alt.Scale(zero=False)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds),
                legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=300),
            ),
            tooltip=[
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("epoch:Q", title=text("model.epoch")),
                alt.Tooltip("misses:Q", title=text("model.misses"), format=".2f"),
            ],
        )
    )
    return _finished(chart, HEIGHT)


def per_class(counts: Sequence[int], labels: Sequence[str]) -> alt.Chart:
    """Pictures of each class that were learnt from."""
    rows = [{"label": label, "n": count, "kind": text(_KINDS[0])} for label, count in zip(labels, counts, strict=True)]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y(
            "label:N",
            sort=None,
            title=None,
            axis=alt.Axis(
                labelFontSize=14, labelOverlap=False, labelFlush=False, ticks=False, domain=False, grid=False
            ),
        ),
        x=alt.X("n:Q", axis=None, scale=alt.Scale(domain=[0, 1.25 * max(1, *counts)])),
        tooltip=[
            alt.Tooltip("label:N", title=text("chart.digit")),
            alt.Tooltip("n:Q", title=text("model.pictures"), format=","),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height=charts.ROW_HEIGHT - 5).encode(
        color=alt.Color("kind:N", scale=_scale(), legend=None)
    )
    numbers = base.mark_text(align="left", dx=6, fontSize=13).encode(
        text=alt.Text("n:Q", format=","), color=alt.ColorDatum(text(_KINDS[2]), type="nominal")
    )
    return _finished(bars + numbers, charts.ROW_HEIGHT * len(rows) + charts.MARGIN)


def _scale() -> alt.Scale:
    return alt.Scale(domain=[text(kind) for kind in _KINDS])


def _finished(chart: alt.Chart, height: int) -> alt.Chart:
    # SVG keeps the labels as text: sharp on any screen, and readable by a screen reader.
    return chart.properties(height=height, usermeta={"embedOptions": {"renderer": "svg"}})
