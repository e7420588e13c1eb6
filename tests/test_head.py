"""A network is its features and its last layer, and is put together again."""

import numpy as np
import pytest

from lekh import head, model
from lekh.errors import LekhError
from lekh.litert import Network
from lekh.model import KERAS, TFLITE


def test_a_network_is_its_features_and_its_last_layer(tiny_model_folder):
    content = (tiny_model_folder / TFLITE).read_bytes()
    below, last = head.taken_off(content)
    inputs = np.random.default_rng(1).random((70, 32, 32, 1), np.float32)
    said = Network(content)(inputs)
    assert np.abs(head.softmax(last.logits(Network(below)(inputs))) - said).max() < 1e-5
    assert np.array_equal(Network(head.put_on(content, last))(inputs), said)


def test_the_layers_below_keep_their_fingerprint(tiny_model_folder):
    content = (tiny_model_folder / TFLITE).read_bytes()
    _, last = head.taken_off(content)
    wider = head.Head(np.pad(last.kernel, ((0, 0), (0, 3))), np.pad(last.bias, (0, 3)))
    other = head.put_on(content, wider)
    assert Network(other)(np.zeros((1, 32, 32, 1), np.float32)).shape == (1, len(last.bias) + 3)
    assert head.fingerprint(other) == head.fingerprint(content)
    shipped = (model.DEFAULT_FOLDER / TFLITE).read_bytes()
    assert head.fingerprint(shipped) != head.fingerprint(content)


@pytest.mark.parametrize("content", [b"", b"TFL3", bytes(4000)], ids=["empty", "short", "zeros"])
def test_what_is_no_network_is_refused(content):
    with pytest.raises(LekhError):
        head.taken_off(content)


def test_a_damaged_source_is_refused(tiny_model_folder):
    _, last = head.taken_off((tiny_model_folder / TFLITE).read_bytes())
    content = bytearray((tiny_model_folder / KERAS).read_bytes())
    content[content.index(b"PK\1\2") + 10] = 99  # a way of packing that zipfile lacks
    with pytest.raises(LekhError, match=r"digits\.keras does not load"):
        head.put_on_keras(bytes(content), last, last)


def test_both_files_must_be_the_same_network(tiny_model_folder):
    _, last = head.taken_off((tiny_model_folder / TFLITE).read_bytes())
    other = head.Head(last.kernel + 1, last.bias)
    with pytest.raises(LekhError, match="not the same network"):
        head.put_on_keras((tiny_model_folder / KERAS).read_bytes(), other, last)
