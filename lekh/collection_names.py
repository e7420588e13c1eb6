"""Names of classes and scripts that people type or send: they become folders, so each is checked before it is used."""

import unicodedata

from lekh.errors import LekhError
from lekh.model import NO_DIGIT
from lekh.numerals import AUTO, DIGITS, NAMES, SCRIPTS, SIGNS, to_western

OWN = "my_symbols"  # the script of symbols of one's own, unless they are given another name
MOST_CLASSES = 40
LONGEST = 24  # characters
_FORBIDDEN = frozenset('/\\:*?"<>|')  # on one system or another no part of a file's name
_DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))))
RESERVED = frozenset((AUTO, NO_DIGIT, SIGNS))  # they stand in the place of a script
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))  # Unicode categories; turned text is among them
_REMEDY = f"Use up to {LONGEST} letters, numbers or signs"


def checked_name(name: str) -> str:
    """A name as it can be a folder on any system: composed, without space around it.

    Raises:
        LekhError: it is empty, too long, reserved, or holds signs that no folder can have or nobody can see.
    """
    made = unicodedata.normalize("NFC", name).strip(" ")
    if not made:
        raise LekhError("A name is empty", _REMEDY)
    if len(made) > LONGEST:
        raise LekhError(f"A name is longer than {LONGEST} characters", "Shorten it")
    if any(unicodedata.category(sign) in _INVISIBLE for sign in made):
        raise LekhError("A name holds an invisible character", "Type it again by hand")
    if bad := next((sign for sign in made if sign in _FORBIDDEN), None):
        raise LekhError("A name holds a sign that no folder can have", f"Write {bad} as a word")
    if made[0] in "._" or made[-1] == ".":
        raise LekhError("A name cannot begin with a dot or an underscore, or end with a dot", "Begin with a letter")
    if made.split(".")[0].strip().lower() in _DEVICES:
        raise LekhError("One of the names is reserved on some computers", "Choose another name")
    return made


def checked_script(script: str) -> str:
    """The name of a script, known or one's own.

    Raises:
        LekhError: as `checked_name`, or it already means something else.
    """
    made = checked_name(script)
    check_meaning(made)
    return made


def check_meaning(script: str) -> None:
    """Sees to it that the name of a script means nothing else in Lekh.

    Raises:
        LekhError: it does, or it is that of a known script but for its capitals.
    """
    if script.lower() in RESERVED:
        raise LekhError("One of the names is reserved in Lekh", "Choose another name")
    if script not in SCRIPTS and script.lower() in SCRIPTS:
        raise LekhError("One of the names is that of a script", "Choose another name, or write it in small letters")


def checked_classes(names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The names of symbols of one's own, each once, in the order given.

    Raises:
        LekhError: one of them is no name, two differ in case only, or there are more than `MOST_CLASSES`.
    """
    made = tuple(dict.fromkeys(checked_name(name) for name in names))
    if len(made) > MOST_CLASSES:
        raise LekhError(f"There are more than {MOST_CLASSES} symbols", "Leave some out")
    if len({name.casefold() for name in made}) < len(made):
        raise LekhError("Two names differ in capitals only", "Tell them apart by another word, such as 'small a'")
    return made


def class_of(label: str, script: str) -> str:
    """The class that a folder's name means in a script: `"7"` for `"7"`, `"៧"` and `"seven"`; of one's own, the name.

    Raises:
        LekhError: it is no digit, where the script has digits; or it is no name.
    """
    made = checked_name(label)
    if script not in SCRIPTS:
        return made
    western = to_western(made).lower()
    words = [word for word, _ in NAMES["latin"]]
    if western in DIGITS:
        return western
    if western in words:
        return str(words.index(western))
    raise LekhError("A folder is named by no digit", "Name the folders 0 to 9, or choose symbols of your own")
