"""The drawing canvas: strokes in, a PNG out, with undo, redo and clear that a finger can reach."""

from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from views import kept
from views.strings import text

WIDTH, HEIGHT = 328, 280  # pixels; as wide as a phone of 360 has room for, and the answer still shows below it
PENS = {"draw.thin": 6, "draw.medium": 13, "draw.thick": 22}  # stroke widths in pixels
COLOURS = {"light": ("#111111", "#ffffff"), "dark": ("#f5f5f5", "#202a29")}  # ink and paper
OVER_PICTURE = {"light": "#0f766e", "dark": "#2dbbae"}  # ink that also shows on white, which the drawing then lies on
SHEET = "sheet"
STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


@dataclass
class Sheet:
    """What is on the canvas, kept for the session: the canvas itself forgets when another input is chosen.

    Attributes:
        strokes: what is drawn, as the canvas describes it.
        undone: strokes taken back, the next one to bring again last.
        png: the drawing as a picture; `None` when it is blank.
        sent: the strokes that the canvas was last told to show; the same list until it is told anew.
        revision: grows each time the canvas is told anew.
        outdated: what the canvas still reports until it has shown `sent`.
        colour: of the strokes.
    """

    strokes: list = field(default_factory=list)
    undone: list = field(default_factory=list)
    png: bytes | None = None
    sent: list = field(default_factory=list)
    revision: int = 0
    outdated: list | None = None
    colour: str = COLOURS["light"][0]

    def send(self, strokes: list) -> None:
        """Has the canvas show `strokes` instead of what it shows."""
        self.outdated = self.strokes
        self.strokes = self.sent = strokes
        self.revision += 1
        if not strokes:
            self.png = None

    def undo(self) -> None:
        """Takes the last stroke back."""
        if self.strokes:
            self.undone.append(self.strokes[-1])
            self.send(self.strokes[:-1])

    def redo(self) -> None:
        """Brings the stroke that was last taken back again."""
        if self.undone:
            self.send([*self.strokes, self.undone.pop()])

    def clear(self) -> None:
        """Takes a new sheet."""
        self.undone = []
        self.send([])

    def put_away(self) -> None:
        """Has the canvas show the strokes again when it comes back."""
        self.send(self.strokes)
        self.outdated = None

    def take_colour(self, colour: str) -> None:
        """Gives strokes drawn in another colour, under another theme, this one."""
        if colour != self.colour:
            self.colour = colour
            self.send([{**stroke, "stroke": colour} for stroke in self.strokes])

    def receive(self, strokes: list, png: bytes | None) -> bool:
        """Takes what the canvas reports; returns whether a new stroke is on it."""
        if png is None or strokes == self.outdated:
            return False
        self.outdated = None
        longer = len(strokes) > len(self.strokes)
        if longer:
            self.undone = []
        self.strokes, self.png = strokes, png if strokes else None
        return longer


def sheet(name: str = SHEET) -> Sheet:
    """One of the session's sheets."""
    return st.session_state.setdefault(name, Sheet())


def style() -> None:
    """What the canvas needs of the page around it; call it once a run."""
    st.html(f"<style>{STYLE}</style>")


def put_all_away() -> None:
    """Has every sheet's canvas show its strokes again when it comes back; for when another page is opened."""
    for one in list(st.session_state.values()):
        if isinstance(one, Sheet):
            one.put_away()


def draw(
    name: str = SHEET,
    size_wh: tuple[int, int] = (WIDTH, HEIGHT),
    pen: int | None = None,
    behind: str | None = None,
    key: str = "canvas",
) -> bool:
    """Shows the canvas and its tools; the drawing is then in `sheet(name)`.

    Args:
        name: of the sheet; the tools of another than the first have keys that begin with it.
        size_wh: of the canvas in pixels.
        pen: stroke width in pixels; without one, there is a choice.
        behind: a picture to trace, as a `data:` address; the drawing is without it, on nothing.
        key: of the canvas; another one makes a new canvas.

    Returns:
        Whether a stroke was added since the last run.
    """
    from streamlit_drawable_canvas import st_canvas  # it registers itself with the running page when imported

    page = sheet(name)
    width, height = size_wh
    theme = "dark" if st.context.theme.type == "dark" else "light"
    ink, paper = COLOURS[theme]
    page.take_colour(OVER_PICTURE[theme] if behind else ink)
    with st.container(
        height=height, border=False
    ):  # its edge hides the canvas's own toolbar, which no finger can reach
        result = st_canvas(
            stroke_width=pen or PENS[st.session_state[kept.begin("pen", "draw.medium")]],
            stroke_color=page.colour,
            background_color="" if behind else paper,
            background_image=behind,
            height=height,
            width=width,
            initial_drawing={"objects": page.sent, "revision": page.revision},
            return_image_data=True,
            key=key,
        )
    added = page.receive(*reported(result))
    _tools(page, "" if name == SHEET else f"{name}.", pens=pen is None)
    return added


def reported(result) -> tuple[list, bytes | None]:
    """The strokes and the PNG that the browser reports; nothing of what has not the form of a canvas's own words."""
    said = result.json_data
    objects = said.get("objects") if isinstance(said, dict) else None
    strokes = objects if isinstance(objects, list) and all(isinstance(stroke, dict) for stroke in objects) else []
    try:
        return strokes, result.image_bytes
    except (ValueError, TypeError, AttributeError):  # no picture's address
        return strokes, None


def _tools(page: Sheet, prefix: str, pens: bool) -> None:
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center"):  # in one row on a phone
        if pens:
            st.segmented_control(
                text("draw.pen"),
                list(PENS),
                required=True,
                format_func=text,
                key="pen",
                label_visibility="collapsed",
            )
        for tool, icon, action, idle in (
            ("draw.undo", ":material/undo:", page.undo, not page.strokes),
            ("draw.redo", ":material/redo:", page.redo, not page.undone),
            ("draw.clear", ":material/delete:", page.clear, not page.strokes),
        ):
            st.button("", icon=icon, help=text(tool), key=prefix + tool, on_click=action, disabled=idle)
