"""Scripts and the ways between their numerals."""

import unicodedata

import pytest

from lekh.numerals import NAMES, OPERATORS, SCRIPTS, SHARED_SHAPES, SIGNS, Script, alike, to_numerals, to_western


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_lists_its_numerals_in_order(script):
    assert [unicodedata.digit(numeral) for numeral in script.digits] == list(range(10))
    assert SCRIPTS[script.name] is script
    assert script.title and script.name == script.name.lower()


def test_twelve_scripts_share_no_numeral_and_the_signs_are_none():
    numerals = "".join(script.digits for script in SCRIPTS.values())
    assert len(set(numerals)) == 120
    assert SIGNS not in SCRIPTS and not set(OPERATORS) & set(numerals)


@pytest.mark.parametrize(
    ("western", "script", "numerals"),
    [
        ("1203", "latin", "1203"),
        ("1203", "khmer", "១២០៣"),
        ("", "khmer", ""),
        ("4 7\n89", "khmer", "៤ ៧\n៨៩"),
        ("-5.6 kg", "khmer", "-៥.៦ kg"),
        ("2026", "devanagari", "२०२६"),
        ("2026", "arabic", "٢٠٢٦"),
        ("2026", "burmese", "၂၀၂၆"),
    ],
)
def test_numerals_and_back(western, script, numerals):
    assert to_numerals(western, script) == numerals
    assert to_western(numerals) == western


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_number_has_a_name_in_the_scripts_letters_and_a_sound(script):
    alphabet = unicodedata.name(SCRIPTS[script].digits[1]).split("DIGIT")[0].strip().removesuffix("-INDIC") or "LATIN"
    assert len(NAMES[script]) == 10 and len(set(NAMES[script])) == 10
    for name, sound in NAMES[script]:
        assert all(unicodedata.name(letter).startswith(alphabet) for letter in name), name
        assert sound.isascii() and sound.replace("-", "").isalpha()


def test_an_unknown_script_leaves_the_text():
    assert to_numerals("1203", "somebody's shapes") == "1203"


def test_western_digits_and_mixed_text_stay():
    assert to_western("ថ្ងៃទី៣១ / 12") == "ថ្ងៃទី31 / 12"


@pytest.mark.parametrize("digits", ["", "012345678", "0123456789a"])
def test_a_script_has_ten_digits(digits):
    with pytest.raises(ValueError, match="ten digits"):
        Script("short", "Short", digits)


def test_shapes_that_scripts_share():
    numerals = {symbol for script in SCRIPTS.values() for symbol in script.digits}
    assert {symbol for shape in SHARED_SHAPES for symbol in shape} <= numerals
    assert alike("0") > set("០०০๐၀") and "8" in alike("৪") and "9" in alike("৭")
    assert not alike("+") and not alike("") and "೭" not in alike("೩")  # of one script
    assert all(symbol in alike(other) for symbol in numerals for other in alike(symbol))
