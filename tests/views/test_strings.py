import ast
import json
import re
import shutil
import string

import pytest
from streamlit.testing.v1 import AppTest

from lekh import datasets, figures, images, model
from lekh.errors import LekhError
from views import strings
from views.strings import ADDRESS, CATALOGUES, CHOSEN, DEFAULT, FOLDER, explained, literal, named, text

OTHERS = sorted(set(CATALOGUES) - {DEFAULT})


# of data sets and methods, which are looked up under these
NAMES = set(
    """MNIST USPS Pen-Based Recognition of Handwritten Digits CMATERdb NumtaDB MADBase Dig Kannada CNN SVM HOG RBF SGD
    Adam Adadelta MIT""".replace("-", " ").split()
)


def placeholders(sentence: str) -> set[tuple[str, str]]:
    return {(name, form) for _, name, form, _ in string.Formatter().parse(sentence) if name is not None}


def app() -> None:
    import streamlit as st

    from views.strings import choose_language, keep_language, language, text

    keep_language()
    choose_language()
    st.markdown(f"{language()}: {text('mode.draw')}")


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_is_complete(code):
    assert list(CATALOGUES[code]) == list(CATALOGUES[DEFAULT])


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_fills_in_the_same_values(code):
    for key, sentence in CATALOGUES[DEFAULT].items():
        assert placeholders(CATALOGUES[code][key]) == placeholders(sentence), key


@pytest.mark.parametrize("code", CATALOGUES)
def test_a_catalogue_names_each_key_once_and_leaves_no_sentence_empty(code):
    def unique(pairs):
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys))
        return dict(pairs)

    catalogue = json.loads((FOLDER / f"{code}.json").read_text("utf-8"), object_pairs_hook=unique)
    assert all(isinstance(sentence, str) and sentence.strip() for sentence in catalogue.values())


def test_every_key_that_the_page_asks_for_exists():
    asked = re.compile(r"""\btext\(\s*"([a-z_.]+)\"""")
    for path in FOLDER.parent.glob("**/*.py"):
        for key in asked.findall(path.read_text("utf-8")):
            assert key in CATALOGUES[DEFAULT], f"{path.name} asks for {key}"


def test_khmer_is_written_in_khmer():
    latin = re.compile(r"[A-Za-z]{2,}")
    allowed = {
        "Lekh",
        "CSV",
        "JSON",
        "ms",
        "px",
        "Delete",
        "green",
        "orange",
        "red",
        "blue",
        "numbers",
        "csv",
        "jsonl",
        "MB",
    }
    allowed |= {"MB", "JPEG", "PNG", "HEIC", "PDF", "ZIP", "zip", "Photoshop", "PostScript", "SVG", "XL", "WebP"}
    allowed |= {"card", "json", "make", "train", "notebook", "reader", "float"}
    for key, sentence in CATALOGUES["km"].items():
        words = latin.findall(re.sub(r"\{[^}]*\}|:material/\w+:", "", sentence))
        names = NAMES if key.startswith(("set.", "report.", "whose.", "licence.")) else set()
        assert set(words) <= allowed | names, (key, words)


def test_without_a_page_the_language_is_english():
    assert text("mode.draw") == CATALOGUES[DEFAULT]["mode.draw"]


@pytest.mark.parametrize(("address", "shown"), [(None, "en"), ("km", "km"), ("en", "en"), ("tlh", "en")])
def test_the_address_says_the_language(address, shown):
    page = AppTest.from_function(app)
    if address:
        page.query_params[ADDRESS] = address
    page.run()
    assert page.markdown[0].value == f"{shown}: {CATALOGUES[shown]['mode.draw']}"


def test_the_language_is_kept_when_the_address_loses_it():
    page = AppTest.from_function(app)
    page.query_params[ADDRESS] = "km"
    page.run()
    del page.query_params[ADDRESS]
    page.run()
    assert page.session_state[CHOSEN] == "km"
    assert page.query_params[ADDRESS] in ("km", ["km"])
    assert page.markdown[0].value.startswith("km")


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


NO_PICTURES = [
    b"", b"hello", b"%PDF-1.7", b"PK\x03\x04", b"8BPS", b"%!PS", b"<svg>", b"\xff\x4f\xff\x51", b"\xff\x0a",
    b"\0\0\1\0", b"\x1aE\xdf\xa3", b"\x89PNG\r\n\x1a\n", b"P5 99999 99999 255 ", b"P5 90000 2 255 ",
    bytes(images.MAX_BYTES + 1),
]  # fmt: skip


@pytest.mark.parametrize("content", NO_PICTURES, ids=lambda content: repr(content[:8]))
def test_what_is_wrong_with_an_upload_is_said_in_every_language(content, monkeypatch):
    with pytest.raises(LekhError) as raised:
        images.to_grey(content)
    assert explained(raised.value) == str(raised.value)
    for code in OTHERS:
        monkeypatch.setattr(strings, "language", lambda code=code: code)
        said = explained(raised.value)
        assert said != str(raised.value)
        assert set(re.findall(r"\d+", said)) == set(re.findall(r"\d+", str(raised.value)))


def broken_folders(tmp_path, tiny_model_folder):
    """Model folders that do not load, each for another reason."""
    for name, spoil in {
        "empty": lambda folder: (folder / model.CARD).unlink(),
        "card": lambda folder: (folder / model.CARD).write_text("{"),
        "format": lambda folder: (folder / model.CARD).write_text('{"format": 99}'),
        "list": lambda folder: (folder / model.CARD).write_text("[]"),
        "fields": lambda folder: (folder / model.CARD).write_text('{"format": 1}'),
        "network": lambda folder: (folder / model.TFLITE).unlink(),
        "other": lambda folder: (folder / model.TFLITE).write_bytes(b"0"),
    }.items():
        folder = shutil.copytree(tiny_model_folder, tmp_path / name)
        spoil(folder)
        yield folder


def test_what_is_wrong_with_a_model_folder_is_said_in_every_language(tmp_path, tiny_model_folder, monkeypatch):
    for folder in broken_folders(tmp_path, tiny_model_folder):
        with pytest.raises(LekhError) as raised:
            model.load(folder)
        assert explained(raised.value) == str(raised.value)
        for code in OTHERS:
            with monkeypatch.context() as patch:
                patch.setattr(strings, "language", lambda code=code: code)
                said = explained(raised.value)
            assert said != str(raised.value)
            assert f"{folder.name}/" in said


@pytest.mark.parametrize("version", ['""', '"in"', '"two"', '"{0}"'])
def test_a_card_whose_words_make_another_key_is_explained_all_the_same(version, tmp_path):
    (tmp_path / model.CARD).write_text(f'{{"format": {version}}}')
    with pytest.raises(LekhError) as raised:
        model.load(tmp_path)
    assert explained(raised.value).startswith(f"{tmp_path.name}/{model.CARD} has format ")
    assert explained(raised.value).endswith(raised.value.remedy + ".")


def told_by_the_model():
    """Kind and words of all that the repository's model folder says in English, and of the sets that are known."""
    rows = figures.read_reproduced(model.DEFAULT_FOLDER)
    card = model.read_card(model.DEFAULT_FOLDER).raw
    yield from {("set", source.title) for source in datasets.SOURCES.values()}
    yield from {("set", row["title"]) for row in (*card["test_sets"], *card["training_sets"])}
    yield from {("licence", row["licence"]) for row in card["training_sets"] if row["licence"][:2] not in ("CC", "MI")}
    yield from {("set", row["dataset"]) for row in rows}
    yield from {("report", row[column]) for row in rows for column in ("report", "method", "note") if row[column]}
    yield from {("whose", other["whose"]) for other in figures.read_others(model.DEFAULT_FOLDER).values()}


def test_what_the_model_tells_of_itself_is_said_in_every_language(monkeypatch):
    for kind, words in sorted(told_by_the_model()):
        assert named(kind, words) == words
        parts = [words] if strings._known(kind, words) else words.split("; ")
        assert all(strings._known(kind, part) for part in parts), words
    for code in OTHERS:
        monkeypatch.setattr(strings, "language", lambda code=code: code)
        assert named("set", "MNIST, test part") == CATALOGUES[code]["set.mnist_test_part"]
        assert named("report", "rate 0.001; strange") == CATALOGUES[code]["report.rate"].format("0.001") + "; strange"


# Modules whose errors a page can meet, and those of their errors that only the library and the command line can.
MET = [
    "arithmetic", "clipping", "collection", "collection_names", "collection_store", "collection_zip",
    "explain", "expression", "finetune", "head", "images", "layers", "lone", "model", "model_folder",
    "neighbours", "pupil", "reading", "sequence", "teaching",
]  # fmt: skip
NEVER_MET = [
    "A picture cannot come as 0", "There is no file 0", "0 is a folder", "The file 0 cannot be opened",
    "This open file cannot be read", "This file was opened as text", "An array of shape 0 is not a picture",
    "An array of 0 is not a picture", "This picture holds values that are not numbers",
    "This picture holds values below zero",  # the page gives bytes
    "This file is 0, not a photo",  # one sentence for each kind, see NO_PICTURES
    "This model does not read the script 0", "No script can have the name 0",  # the page offers what there is
    "The new model would take the old one's place", "0/ holds something else than a model", "0 is a file",
    "0/ cannot be written",  # the page names no folder
]  # fmt: skip


def problems(module: str):
    """The first argument of each error that a module raises, with 0 for what is filled in."""
    tree = ast.parse((model.DEFAULT_FOLDER.parent / "lekh" / f"{module}.py").read_text("utf-8"))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "LekhError" and call.args:
            words = call.args[0]
            parts = words.values if isinstance(words, ast.JoinedStr) else [words]
            if any(isinstance(part, ast.Constant) for part in parts):
                yield "".join(part.value if isinstance(part, ast.Constant) else "0" for part in parts)


@pytest.mark.parametrize("module", MET)
def test_every_error_that_a_page_can_meet_is_in_the_catalogue(module):
    for problem in problems(module):
        assert strings._known("error", problem) or problem in NEVER_MET, problem


def test_the_errors_that_are_never_met_exist():
    assert set(NEVER_MET) <= {problem for module in MET for problem in problems(module)}
