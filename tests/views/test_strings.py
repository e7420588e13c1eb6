import pytest

from views.strings import literal


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("photo 1.jpg", "photo 1.jpg"),
        ("_a_*b*.png", r"\_a\_\*b\*.png"),
        ("![x](http://x)", r"!\[x\](http://x)"),
        (":red[a]", r"\:red\[a\]"),
        ("Sample: page", "Sample: page"),
        ("$a$ <b>", r"\$a\$ \<b\>"),
    ],
)
def test_a_name_is_shown_as_it_is(name, shown):
    assert literal(name) == shown
