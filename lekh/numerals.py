"""The scripts: their names, their ten digits, and the way from one script's numerals to another's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """A way of writing the ten digits.

    Attributes:
        name: key used on the command line, in cards and in file names, e.g. ``"khmer"``.
        title: what a person reads, e.g. ``"Khmer"``.
        digits: the numerals from zero to nine, e.g. ``"០១២៣៤៥៦៧៨៩"``.
    """

    name: str
    title: str
    digits: str

    def __post_init__(self):
        if len(self.digits) != 10:
            raise ValueError(f"A script has ten digits; {self.name} was given {len(self.digits)}.")


SCRIPTS = {
    script.name: script
    for script in (
        Script("latin", "Latin", "0123456789"),
        Script("khmer", "Khmer", "០១២៣៤៥៦៧៨៩"),
        Script("devanagari", "Devanagari", "०१२३४५६७८९"),
        Script("bangla", "Bangla", "০১২৩৪৫৬৭৮৯"),
        Script("telugu", "Telugu", "౦౧౨౩౪౫౬౭౮౯"),
        Script("odia", "Odia", "୦୧୨୩୪୫୬୭୮୯"),
        Script("kannada", "Kannada", "೦೧೨೩೪೫೬೭೮೯"),
        Script("gujarati", "Gujarati", "૦૧૨૩૪૫૬૭૮૯"),
        Script("gurmukhi", "Gurmukhi", "੦੧੨੩੪੫੬੭੮੯"),
        Script("arabic", "Arabic", "٠١٢٣٤٥٦٧٨٩"),
        Script("thai", "Thai", "๐๑๒๓๔๕๖๗๘๙"),
        Script("burmese", "Burmese", "၀၁၂၃၄၅၆၇၈၉"),
    )
}

SIGNS = "operators"  # stands in the place of a script among a network's classes; it is none that a person writes in
OPERATORS = ("+", "-", "×", "÷", "/", "=", ".", ",")


def to_numerals(text: str, script: str) -> str:
    """Western digits in `text` written in the numerals of `script`; everything else stays as it is.

    A script that is not in `SCRIPTS` (somebody's own shapes) leaves the text unchanged.
    """
    if script not in SCRIPTS:
        return text
    return text.translate(str.maketrans("0123456789", SCRIPTS[script].digits))


def to_western(text: str) -> str:
    """Numerals of every known script in `text` written as Western digits."""
    table = {ord(numeral): str(value) for script in SCRIPTS.values() for value, numeral in enumerate(script.digits)}
    return text.translate(table)
