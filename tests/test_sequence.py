"""The reader in a model folder, and how several looks at a number vote."""

import json
import shutil

import numpy as np
import pytest

from lekh import model, sequence
from lekh.errors import LekhError
from lekh.strips import StripNormalization


def test_a_folder_without_a_reader_has_none(tiny_model_folder):
    assert sequence.load(tiny_model_folder) is None


@pytest.fixture
def named_reader(tiny_model_folder, tmp_path):
    """A model folder whose card names a reader that is not there."""
    folder = tmp_path / "model"
    shutil.copytree(tiny_model_folder, folder)
    card = json.loads((folder / model.CARD).read_text(encoding="utf-8"))
    card["reader"] = {"classes": card["classes"], "normalization": StripNormalization().as_dict()}
    (folder / model.CARD).write_text(json.dumps(card), encoding="utf-8")
    return folder


def test_a_missing_reader_is_said(named_reader):
    with pytest.raises(LekhError, match="incomplete"):
        sequence.load(named_reader)


def test_another_file_is_refused(named_reader):
    (named_reader / sequence.TFLITE).write_bytes(b"no network")
    card = json.loads((named_reader / model.CARD).read_text(encoding="utf-8"))
    card["files"][sequence.TFLITE] = {"sha256": "0" * 64, "bytes": 10}
    (named_reader / model.CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(LekhError, match="not the file"):
        sequence.load(named_reader)


def test_views_vote_with_their_probability():
    def text(labels, probability):
        return sequence.Text(labels, tuple(range(len(labels))), np.full((len(labels), 3), probability), probability)

    texts = [text((1, 2), 0.5), text((1,), 0.3), text((1,), 0.35)]
    chosen = sequence.elected(texts)
    assert chosen.labels == (1,) and chosen.probability == 0.35
    assert 0.3 < chosen.told[0, 0] < 0.35
    assert sequence.elected(texts[:2]).labels == (1, 2)
    assert sequence.elected([text((), 0.9)]).labels == ()


def test_the_reader_outweighs_the_look_at_a_single_digit():
    told, looked = np.array([0.6, 0.3, 0.1], np.float32), np.array([0.3, 0.6, 0.1], np.float32)
    assert sequence.combined(told, looked, whole=True).argmax() == 0
    assert sequence.combined(told, np.array([0.05, 0.9, 0.05], np.float32), whole=True).argmax() == 1
    assert np.allclose(sequence.combined(told, looked, whole=False), told)
    assert sequence.combined(told, looked, whole=True).sum() == pytest.approx(1)
    assert not sequence.combined(np.zeros(3, np.float32), looked, whole=True).any()
