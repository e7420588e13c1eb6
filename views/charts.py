"""Charts of the page. Colours come from the theme, so that light and dark both fit."""

import altair as alt

from views.strings import text

ROW_HEIGHT = 19
MARGIN = 20  # pixels of a chart's height that its rows do not get


def percent(probability: float) -> str:
    """A probability for the eye: `"99.8 %"`, `"< 0.1 %"`; never a full 100 %."""
    if probability > 0.999:
        return "> 99.9 %"
    return "< 0.1 %" if probability < 0.001 else f"{100 * probability:.1f} %"


def probability_bars(
    probabilities: tuple[float, ...], labels: list[str], best: int | None, room: float = 0.18
) -> alt.Chart:
    """One bar a class, in the order of the classes, each with its probability written beside it.

    Args:
        probabilities: one a class, summing to 1.
        labels: how each class is named on the axis.
        best: the class that is the answer, whose bar has the accent colour; `None` when there is no answer.
        room: for the numbers beside the bars, of the longest bar; more where the chart is narrow.
    """
    kinds = [text("chart.best"), text("chart.other"), text("chart.number")]  # the theme's three chart colours
    rows = [
        {"label": label, "probability": share, "written": percent(share), "kind": kinds[0 if place == best else 1]}
        for place, (label, share) in enumerate(zip(labels, probabilities, strict=True))
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y(
            "label:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelFontSize=14, labelOverlap=False, labelFlush=False, ticks=False, domain=False),
        ),
        x=alt.X("probability:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1 + room])),
        tooltip=[
            alt.Tooltip("label:N", title=text("chart.digit")),
            alt.Tooltip("written:N", title=text("chart.probability")),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height=ROW_HEIGHT - 5, minBandSize=2).encode(
        color=alt.Color("kind:N", scale=alt.Scale(domain=kinds), legend=None)
    )
    numbers = base.mark_text(align="left", dx=6, fontSize=13).encode(
        text="written:N", color=alt.ColorDatum(kinds[2], type="nominal")
    )
    # SVG keeps the labels as text: sharp on any screen, and readable by a screen reader.
    height = ROW_HEIGHT * len(rows) + MARGIN
    return (bars + numbers).properties(height=height, usermeta={"embedOptions": {"renderer": "svg"}})


def learning_curves(rows, steps: int, kinds: list[str], step: str, right: str) -> alt.Chart:
    """Lines that grow from left to right; axes and colours stay, so that a live chart does not flicker.

    Args:
        rows: a data frame with `step`, `right` (per cent), `pass` (one line each) and `kind`, one of `kinds`.
        steps: where a line ends.
        kinds: names of the two kinds of line, the accented one first.
        step, right: titles of the axes.
    """
    legend = alt.Legend(title=None, orient="bottom", direction="vertical", labelLimit=320)  # fits a phone
    return (
        alt.Chart(rows)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("step:Q", title=step, scale=alt.Scale(domain=[0, steps]), axis=alt.Axis(tickCount=4, grid=False)),
            y=alt.Y("right:Q", title=right, scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(values=[0, 50, 100])),
            detail="pass:N",
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds),
                legend=legend,
            ),
        )
        .properties(height=300)
    )
