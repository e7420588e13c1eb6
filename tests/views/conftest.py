"""What tests of the pages share."""

import sys
from types import SimpleNamespace

import pytest
import streamlit as st


@pytest.fixture(autouse=True)
def main_module(monkeypatch):
    """Streamlit's AppTest takes the place of the main module, by which a test after it would start its processes."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def tiny_page(tiny_model_folder, monkeypatch):
    """The page runs with the tests' own model and a blank canvas.

    The real one needs a running server in some versions of Streamlit; the browser tests draw on it.
    """
    monkeypatch.setenv("LEKH_MODEL", str(tiny_model_folder))
    blank_canvas = SimpleNamespace(st_canvas=lambda **_: SimpleNamespace(json_data=None, image_bytes=None))
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", blank_canvas)
    st.cache_data.clear()
