"""`evaluate --report`: all test sets at once, into the model folder."""

import json
import shutil

import numpy as np
import pytest
from drawn import draw

from lekh import cli, datasets, figures, model, reproduced
from lekh.baselines import row


@pytest.fixture
def folder(tiny_model_folder, tmp_path, monkeypatch):
    """A copy of the tiny model, and two digits of MNIST's test part under LEKH_DATA."""
    shutil.copytree(tiny_model_folder, tmp_path / "model")
    path = tmp_path / "data" / datasets.SOURCES["mnist_test"].path
    path.parent.mkdir(parents=True)
    np.savez(path, images=np.stack([draw("latin", digit, 3, 40) for digit in (3, 8)]), labels=np.array([3, 8]))
    monkeypatch.setenv("LEKH_DATA", str(tmp_path / "data"))
    return tmp_path / "model"


def test_the_card_the_report_and_lekhs_column_are_renewed(folder, capfd):
    reproduced.write(folder, [row("R", "M", "D", 2, 99.0, [1], 12.5, "n", "mnist_test")])
    assert cli.main(["--model", str(folder), "evaluate", "--report", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    card = model.read_card(folder)
    (tested,), _ = figures.read_evaluation(folder, card)
    (line,) = card.raw["test_sets"]
    assert said["mnist_test"]["n"] == tested.n == line["n"] == 2
    assert said["mnist_test"]["confusion"] == tested.confusion.tolist()
    assert figures.read_reproduced(folder)[0]["lekh"] == 100 * line["correct"] / 2
    model.load(folder)  # a folder with reports is a model all the same


def test_people_read_a_line_a_set(folder, capfd):
    assert cli.main(["--model", str(folder), "evaluate", "--report"]) == 0
    assert f"{datasets.SOURCES['mnist_test'].title}: " in capfd.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["digits", "--report", "--script", "latin"], "either DATA or --report"),
        ([], "either DATA or --report"),
        (["digits"], "--script"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(words, said, capfd):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["evaluate", *words])
    assert stopped.value.code == 2
    assert said in capfd.readouterr().err


def test_without_test_sets_there_is_one_sentence(folder, tmp_path, monkeypatch, capfd):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("LEKH_DATA", str(tmp_path / "empty"))
    assert cli.main(["--model", str(folder), "evaluate", "--report"]) == 1
    assert "No test set was found under LEKH_DATA" in capfd.readouterr().err
    assert not (folder / figures.FOLDER).exists()
