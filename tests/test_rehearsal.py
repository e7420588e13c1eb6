"""What a network knew before, described and drawn again."""

import numpy as np
import pytest

from lekh import head, model, rehearsal


def test_drawn_features_are_like_those_that_were_described(tmp_path):
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1, 2], [300, 300, 4])
    shift = np.zeros((604, 40))
    shift[labels == 1, 3] = 5
    features = np.abs(rng.normal(2, 0.3, (604, 40)) + shift).astype(np.float32)
    statistics = rehearsal.described(features, labels, [("a", "x"), ("a", "y"), ("a", "few")])
    assert statistics.classes == (("a", "x"), ("a", "y"))
    made = statistics.draw(400, rng, wider=1.0).reshape(2, 400, 40)
    assert np.abs(made.mean(axis=1)[:, 3] - [2, 7]).max() < 0.2
    assert made.std(axis=1).mean() == pytest.approx(0.3, rel=0.1)
    rehearsal.save(statistics, tmp_path / rehearsal.FILE, "trunk")
    back = rehearsal.find(tmp_path, "trunk")
    assert back.classes == statistics.classes
    assert np.allclose(back.means, statistics.means, atol=1e-2)
    assert rehearsal.find(tmp_path, "another") is None
    content = bytearray((tmp_path / rehearsal.FILE).read_bytes())
    content[content.index(b"PK\1\2") + 10] = 99  # a way of packing that zipfile lacks
    for damaged in (bytes(content), b"PK\3\4 no more"):
        (tmp_path / rehearsal.FILE).write_bytes(damaged)
        assert rehearsal.find(tmp_path, "trunk") is None


def test_the_shipped_statistics_are_of_the_shipped_network():
    loaded = model.load()
    for each in (loaded, loaded.second):
        statistics = rehearsal.find(loaded.folder, head.fingerprint(each.content))
        assert statistics is not None, "run `python -m lekh.rehearsal model` after a training"
        assert set(statistics.classes) == {(label.script, label.symbol) for label in loaded.card.classes}
