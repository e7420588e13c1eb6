"""The drawing canvas: strokes in, a PNG out, with undo, redo and clear that a finger can reach."""

from dataclasses import dataclass, field

import streamlit as st

from views.strings import text

WIDTH, HEIGHT = 340, 280  # pixels; as wide as a phone has room for, and the answer still shows below it
PENS = {"draw.thin": 6, "draw.medium": 13, "draw.thick": 22}  # stroke widths in pixels
COLOURS = {"light": ("#111111", "#ffffff"), "dark": ("#f5f5f5", "#202a29")}  # ink and paper
SHEET = "sheet"


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
        theme: the theme whose colours the strokes have.
    """

    strokes: list = field(default_factory=list)
    undone: list = field(default_factory=list)
    png: bytes | None = None
    sent: list = field(default_factory=list)
    revision: int = 0
    outdated: list | None = None
    theme: str = "light"

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

    def take_colours(self, theme: str) -> None:
        """Gives strokes drawn under another theme the colours of this one."""
        if theme != self.theme:
            self.theme = theme
            ink, _ = COLOURS[theme]
            self.send([{**stroke, "stroke": ink} for stroke in self.strokes])

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


def sheet() -> Sheet:
    """The session's sheet."""
    return st.session_state.setdefault(SHEET, Sheet())


def draw() -> bool:
    """Shows the canvas and its tools; the drawing is then in `sheet()`.

    Returns:
        Whether a stroke was added since the last run.
    """
    from streamlit_drawable_canvas import st_canvas  # it registers itself with the running page when imported

    page = sheet()
    theme = "dark" if st.context.theme.type == "dark" else "light"
    page.take_colours(theme)
    ink, paper = COLOURS[theme]
    with st.container(
        height=HEIGHT, border=False
    ):  # its edge hides the canvas's own toolbar, which no finger can reach
        result = st_canvas(
            stroke_width=PENS[st.session_state.get("pen") or "draw.medium"],
            stroke_color=ink,
            background_color=paper,
            height=HEIGHT,
            width=WIDTH,
            initial_drawing={"objects": page.sent, "revision": page.revision},
            return_image_data=True,
            key="canvas",
        )
    added = page.receive((result.json_data or {}).get("objects", []), result.image_bytes)
    _tools(page)
    return added


def _tools(page: Sheet) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.segmented_control(
            text("draw.pen"),
            list(PENS),
            default="draw.medium",
            required=True,
            format_func=text,
            key="pen",
            label_visibility="collapsed",
        )
        for name, icon, action, idle in (
            ("draw.undo", ":material/undo:", page.undo, not page.strokes),
            ("draw.redo", ":material/redo:", page.redo, not page.undone),
            ("draw.clear", ":material/delete:", page.clear, not page.strokes),
        ):
            st.button("", icon=icon, help=text(name), key=name, on_click=action, disabled=idle)
