"""Every door with hostile input: an answer or one sentence, in 2 s and 300 MB. `make fuzz` tries it far longer."""

import signal
import subprocess
import sys
from pathlib import Path

import hostile
import pytest
from fuzz import MOST_MEGABYTES, MOST_SECONDS, Watch
from hypothesis import given
from hypothesis import strategies as st
from test_image_mutations import thorough

from lekh import images
from lekh.errors import LekhError

EXAMPLES = 60  # a door


@pytest.fixture(scope="module", autouse=True)
def small_model(tiny_model_folder):
    hostile.use_model(tiny_model_folder)
    hostile.trusted()


@pytest.mark.parametrize("door", hostile.DOORS)
def test_every_door(door):
    @thorough(EXAMPLES)
    @given(st.integers(0, 2**32))
    def attack(seed):
        hostile.attack(door, seed)

    attack()


def test_every_door_turns_something_away_and_lets_something_in():
    """Attacks that are all refused at the first byte, or that are no attacks, would show nothing."""
    turned_away = {
        door: [hostile.attack(door, seed) for seed in range(40)] for door in ("upload", "labels", "table", "collected")
    }
    assert all(any(said) and not all(said) for said in turned_away.values()), turned_away


BOMBS = {
    "grey, 100 megapixels": (10_000, 10_000, 8, 0),
    "black and white, 100 megapixels": (10_000, 10_000, 1, 0),
    "colours, 49 megapixels": (7_000, 7_000, 8, 2),
    "colours and alpha, 49 megapixels": (7_000, 7_000, 8, 6),
    "16 bits, 33 megapixels": (5_700, 5_700, 16, 0),
    "colours, 51 megapixels": (7_150, 7_150, 8, 2),
    "colours, 100 megapixels": (10_000, 10_000, 8, 2),
    "a million megapixels": (2**20, 2**20, 8, 0),
}


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="this system does not tell the peak of memory")
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_of_pixels(name):
    import zlib

    width, height, depth, kind = BOMBS[name]
    row = -(-width * depth * {0: 1, 2: 3, 6: 4}[kind] // 8) + 1
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(bytes(row)) for _ in range(min(height, 10**9 // row))) + packer.flush()
    content = hostile.png(width, height, depth, kind, data)
    with Watch() as watch:
        try:
            read = images.to_grey(content).shape == (height, width)
        except LekhError as error:
            read = False
            assert "megapixels" in str(error)
    assert read == ("51" not in name and "colours, 100" not in name and "million" not in name)
    assert watch.megabytes < MOST_MEGABYTES
    assert watch.seconds < 2 * MOST_SECONDS  # twice: the tests may run on a busy machine


def test_the_watch_sees_time_and_memory():
    with Watch() as watch:
        held = bytearray(50_000_000)
        held[::4096] = b"x" * len(held[::4096])
        sum(range(3_000_000))
    assert 45 < watch.megabytes < 80
    assert watch.seconds > 0.02


@pytest.mark.skipif(not hasattr(signal, "SIGSEGV"), reason="processes end in another way there")
def test_the_script_counts_what_comes_through(tiny_model_folder, monkeypatch, capsys):
    import fuzz

    def broken(chance):
        raise KeyError("through")

    monkeypatch.setitem(hostile.DOORS, "upload", broken)
    assert fuzz.run(["upload", "table"], 4, 0) == 2
    assert "KeyError" in capsys.readouterr().out


def test_the_script_runs(tiny_model_folder):
    words = ["--model", str(tiny_model_folder), "--count", "20", "--doors", "upload", "labels"]
    script = Path(hostile.__file__).with_name("fuzz.py")
    done = subprocess.run([sys.executable, str(script), *words], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("20 attacks, 0 failures\n")
