"""The sheet: what is drawn, taken back, brought again and cleared; the canvas reports late."""

from views.canvas import COLOURS, Sheet

A, B, C = ({"type": "Path", "stroke": "#111111", "at": name} for name in "abc")


def drawn(*strokes) -> Sheet:
    page = Sheet()
    for place in range(len(strokes)):
        page.receive(list(strokes[: place + 1]), b"png")
    return page


def test_each_new_stroke_is_noticed_once():
    page = Sheet()
    assert page.receive([A], b"1") and page.png == b"1"
    assert not page.receive([A], b"1")
    assert page.receive([A, B], b"2") and page.strokes == [A, B]


def test_nothing_is_received_before_the_canvas_has_reported():
    page = drawn(A)
    assert not page.receive([], None)
    assert page.strokes == [A] and page.png == b"png"


def test_undo_and_redo_go_back_and_forth():
    page = drawn(A, B)
    page.undo()
    assert (page.sent, page.undone) == ([A], [B])
    page.redo()
    assert (page.sent, page.undone) == ([A, B], [])


def test_what_the_canvas_still_reports_after_undo_is_not_believed():
    page = drawn(A, B)
    page.undo()
    assert not page.receive([A, B], b"old")
    assert page.strokes == [A]
    assert not page.receive([A], b"new") and page.png == b"new"


def test_a_new_stroke_forgets_what_was_undone():
    page = drawn(A, B)
    page.undo()
    page.receive([A], b"echo")
    assert page.undone == [B]
    assert page.receive([A, C], b"png") and page.undone == []


def test_clear_takes_a_new_sheet_each_time():
    page = drawn(A)
    page.clear()
    first = page.revision
    page.receive([], b"blank")
    assert (page.strokes, page.png, page.undone) == ([], None, [])
    page.receive([B], b"png")
    page.clear()
    assert page.revision > first  # the canvas sees a change although both sheets are blank


def test_undo_of_the_only_stroke_leaves_a_blank_sheet():
    page = drawn(A)
    page.undo()
    assert page.png is None and page.sent == []


def test_undo_and_redo_without_strokes_do_nothing():
    page = Sheet()
    page.undo()
    page.redo()
    assert page == Sheet()


def test_another_theme_gives_the_strokes_its_colour():
    page = drawn(A)
    page.take_colour(COLOURS["dark"][0])
    assert page.sent == [A | {"stroke": COLOURS["dark"][0]}]
    revision = page.revision
    page.take_colour(COLOURS["dark"][0])
    assert page.revision == revision


def test_a_sheet_put_away_comes_back_with_its_strokes():
    page = drawn(A, B)
    page.put_away()
    assert page.sent == [A, B] and page.png == b"png"
    assert not page.receive([A, B], b"again") and page.png == b"again"
