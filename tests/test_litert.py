"""A network runs alike whatever the batch, the thread and the calls before."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lekh import litert, model


@pytest.fixture(scope="module")
def network(tiny_model_folder) -> litert.Network:
    return litert.Network((tiny_model_folder / model.TFLITE).read_bytes())


def batch(count: int, side: int) -> np.ndarray:
    return np.random.default_rng(count).random((count, side, side, 1), np.float32)


def test_a_large_batch_says_what_single_digits_say(network, tiny_model):
    digits = batch(litert.BATCH + 7, tiny_model.card.normalization.size)
    single = np.concatenate([network(digits[place : place + 1]) for place in range(len(digits))])
    np.testing.assert_allclose(network(digits), single, atol=1e-6)


def test_calls_leave_few_interpreters_behind(network, tiny_model):
    side = tiny_model.card.normalization.size
    with ThreadPoolExecutor(3 * litert.KEPT) as pool:
        list(pool.map(lambda count: network(batch(count, side)), [1 + place % 5 for place in range(60)]))
    assert len(network._waiting) <= litert.KEPT


def test_a_wrong_shape_is_refused_and_the_next_call_answers(network, tiny_model):
    side = tiny_model.card.normalization.size
    with pytest.raises((ValueError, RuntimeError)):
        network(batch(1, side + 1))
    assert len(network(batch(2, side))) == 2


def test_what_is_no_network_is_refused():
    with pytest.raises((ValueError, RuntimeError)):
        litert.Network(b"no network")(batch(1, 32))
