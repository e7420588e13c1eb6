"""What all visitors share stays small and unchanged: caches have bounds, nothing global changes after the start."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from drawn import draw

import lekh
from lekh import reading

ROOT = Path(__file__).resolve().parent.parent
TRAINING = {"augment", "preparation", "preparation_sequence"}  # in processes of their own, which end with the training
FILES = sorted([*(ROOT / "lekh").glob("*.py"), *(ROOT / "views").glob("*.py"), ROOT / "main_app.py"])
FEW = {"_load_reader"}  # kept without a bound, and called with one of a few words only
CACHES = ("cache", "lru_cache", "cache_data", "cache_resource")
BOUNDS = ("max_entries", "maxsize", "ttl")


def unbounded(source: str) -> list[str]:
    """Functions whose cache may grow for ever."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef) or function.name in FEW:
            continue
        takes_any = function.args.args or function.args.kwonlyargs or function.args.vararg
        for decorator in function.decorator_list if takes_any else ():
            call = decorator if isinstance(decorator, ast.Call) else None
            named = call.func if call else decorator
            name = named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")
            bounded = call and any(
                word.arg in BOUNDS and not (isinstance(word.value, ast.Constant) and word.value.value is None)
                for word in call.keywords
            )
            if name in CACHES and not bounded:
                found.append(function.name)
    return found


@pytest.mark.parametrize("path", [path for path in FILES if path.stem not in TRAINING], ids=lambda path: path.stem)
def test_caches_have_bounds_and_nothing_is_global(path):
    source = path.read_text(encoding="utf-8")
    assert unbounded(source) == []
    assert not any(isinstance(node, ast.Global) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("@st.cache_data\ndef f(a): pass", ["f"]),
        ("@st.cache_data(show_spinner=False)\ndef f(a): pass", ["f"]),
        ("@st.cache_data(max_entries=None)\ndef f(a): pass", ["f"]),
        ("@functools.cache\ndef f(a): pass", ["f"]),
        ("@st.cache_data(max_entries=3)\ndef f(a): pass", []),
        ("@st.cache_data\ndef f(): pass", []),
    ],
)
def test_unbounded_caches_are_seen(source, found):
    assert unbounded(source) == found


def test_reading_changes_nothing_that_all_share(tiny_model):
    names = [module.name for module in pkgutil.iter_modules(lekh.__path__) if module.name in (
             "images", "ink", "digit_parts", "ink_page", "page_strokes", "ground", "layout", "lone", "model",
             "normalize", "numerals", "reading", "rules", "sequence", "shown", "strips", "cuts",
             "litert", "errors")]  # fmt: skip
    modules = [importlib.import_module(f"lekh.{name}") for name in names]

    def shared():
        return {
            (module.__name__, name): repr(value)
            for module in modules
            for name, value in vars(module).items()
            if isinstance(value, dict | list | set) and not name.startswith("__")
        }

    reading.read(draw("latin", 1), tiny_model)  # the first one may load a reader of files
    before = shared()
    assert len(before) >= 3
    for digit in range(5):
        reading.read(draw("khmer", digit), tiny_model)
        reading.read(draw("latin", digit), tiny_model, single=True)
    assert shared() == before
