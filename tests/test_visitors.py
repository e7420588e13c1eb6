"""Visitors at once: no answer of one in another's tab; and one process that reads for long."""

import gc
import os
from pathlib import Path

import psutil
import pytest
from drawn import draw
from visitors import Record, growth, run

from lekh import reading

READINGS = int(os.environ.get("LEKH_READINGS", "2000"))
GROWTH = 10  # megabytes


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell a process's memory so")
def test_six_visitors_at_once(tiny_model_folder):
    record = run(tiny_model_folder, sessions=6, seconds=10, pause=0.1)
    assert (record.crossed, record.errors) == ([], [])
    assert len(record.seconds) >= 12
    assert all(value > 50 for _, value in record.memory)


def test_growth_is_seen():
    level = Record(memory=[(second, 200.0) for second in range(50)])
    leaking = Record(memory=[(second, 200.0 + second) for second in range(50)])
    assert growth(level) == 0
    assert growth(leaking) == pytest.approx(20, abs=3)


def test_a_long_life(tiny_model):
    """`LEKH_READINGS=20000` for the whole of it."""
    pages = [draw(script, digit) for script in ("latin", "khmer") for digit in range(10)]

    def read(count):
        for number in range(count):
            reading.read(pages[number % len(pages)], tiny_model, single=number % 4 > 0)
        gc.collect()
        return psutil.Process().memory_info().rss / 1e6

    before = read(200)
    assert read(READINGS) - before < GROWTH
