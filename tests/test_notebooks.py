"""Every notebook runs from end to end, on tiny data made on the spot, whatever the working directory."""

from pathlib import Path

import cv2
import nbformat
import numpy as np
import pytest
from drawn import DRAWN, draw
from nbclient import NotebookClient

from lekh.datasets import SOURCES

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
COPIES = 3  # digits a class in each tiny set
SIDE = 48


@pytest.fixture(scope="module")
def tiny_data(tmp_path_factory) -> Path:
    """A data root laid out as `lekh.datasets.SOURCES` has it, pen strokes and whole pages left out."""
    root = tmp_path_factory.mktemp("data")
    for number, source in enumerate(SOURCES.values()):
        if source.rows:
            continue
        path = root / source.path
        script = source.script if source.script in DRAWN else "latin"  # others look alike here, it only has to run
        labels = np.repeat(np.arange(len(source.signs) or 10, dtype=np.uint8), COPIES)
        pages = np.stack([draw(script, int(label), 100 * number + i, SIDE) for i, label in enumerate(labels)])
        if path.suffix == ".npz":
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, labels=labels, **dict.fromkeys(source.arrays, pages))
        elif not path.suffix:
            for i, (label, page) in enumerate(zip(labels, pages, strict=True)):
                file = path / str(label) / f"{i}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(cv2.imencode(".png", page)[1].tobytes())
    return root


def _run(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, data: Path | None) -> nbformat.NotebookNode:
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    monkeypatch.setenv("LEKH_NOTEBOOK_OUT", str(folder / "model"))
    monkeypatch.setenv("LEKH_NOTEBOOK_QUICK", "1")
    monkeypatch.setenv("LEKH_DATA", str(data)) if data else monkeypatch.delenv("LEKH_DATA", raising=False)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_on_tiny_data(path, tiny_data, tmp_path, monkeypatch):
    before = sorted((ROOT / "model").rglob("*")), path.read_bytes()
    _run(path, tmp_path, monkeypatch, tiny_data)
    assert (sorted((ROOT / "model").rglob("*")), path.read_bytes()) == before


def test_exploration_runs_without_data(tmp_path, monkeypatch):
    notebook = _run(ROOT / "notebooks" / "1_explore_dataset.ipynb", tmp_path, monkeypatch, None)
    assert "samples_khmer" in str(notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_executed_and_names_no_machine(path):
    text = path.read_text(encoding="utf-8")
    code = [cell for cell in nbformat.reads(text, as_version=4).cells if cell.cell_type == "code" and cell.source]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]
    assert not [path for path in (str(ROOT), "/home/", "/Users/", "/root/", "site-packages") if path in text]
