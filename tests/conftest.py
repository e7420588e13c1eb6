"""What tests share: a tiny model, built once, and digits drawn on the spot."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lekh import model

TESTS = Path(__file__).resolve().parent
_INGREDIENTS = (
    *(TESTS / name for name in ("drawn.py", "build_tiny_model.py")),
    *(
        TESTS.parent / "lekh" / name
        for name in ("ink.py", "digit_parts.py", "ground.py", "normalize.py", "model.py", "numerals.py")
    ),
)


@pytest.fixture(scope="session")
def tiny_model_folder(request) -> Path:
    """A model folder that knows the digits of `drawn.draw`; read only, kept from run to run until its code changes."""
    recipe = hashlib.sha256(b"".join(path.read_bytes() for path in _INGREDIENTS)).hexdigest()[:12]
    shelf = Path(request.config.cache.mkdir("tiny_models"))
    folder = shelf / recipe
    if not folder.is_dir():
        building = shelf / f"{recipe}.{os.getpid()}"
        command = [sys.executable, str(TESTS / "build_tiny_model.py"), str(building)]
        environment = {**os.environ, "PYTHONPATH": str(TESTS.parent), "TF_CPP_MIN_LOG_LEVEL": "3"}
        subprocess.run(command, check=True, env=environment)
        try:
            building.rename(folder)
        except OSError:  # another run was faster
            shutil.rmtree(building)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_model_folder) -> model.Model:
    """The tiny model, loaded."""
    return model.load(tiny_model_folder)
