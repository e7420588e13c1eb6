"""Speed and memory, measured in one run on this machine: `python -m lekh bench`. Figures, not tests: nothing fails."""

import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lekh import litert

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "main_app.py"
NEW_PROCESSES = 3  # of each kind; the median counts
CANVAS_READINGS = 200
EXPLANATIONS = 100
BATCHES = 100  # of `lekh.litert.BATCH` digits
KERAS_PREDICTIONS = 100
PAGE_PREDICTIONS = 10
PAGE_READINGS = 5
ROWS = 10  # and columns, of the photo of many digits
_PATIENCE = 30  # seconds for the page to start or to answer

# Run by a small process of its own: a child's peak memory is never told lower than its parent's memory when it started.
_STOPWATCH = """
import json, os, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
status, usage = os.wait4(child.pid, 0)[1:]
seconds = time.perf_counter() - start
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({"status": status, "seconds": seconds, "megabytes": usage.ru_maxrss * unit / 1e6}))
"""

# Run by a process of its own too, for Keras brings TensorFlow along.
_KERAS_PREDICT = """
import os, statistics, sys, time

def milliseconds(file, predictions):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras, numpy
    network = keras.models.load_model(file, compile=False)
    digit = numpy.zeros((1, *network.input_shape[1:]), "float32")
    network.predict(digit, verbose=0)
    for _ in range(predictions):
        start = time.perf_counter()
        network.predict(digit, verbose=0)
        yield 1000 * (time.perf_counter() - start)

print(statistics.median(milliseconds(sys.argv[1], int(sys.argv[2]))))
"""


def run(model_folder: Path) -> dict[str, Any]:
    """Measures everything; takes about a minute.

    Args:
        model_folder: as `lekh.model.load` takes it.

    Returns:
        Seconds, milliseconds, megabytes (10**6 bytes) and ratios by name; `None` for what cannot be measured here.

    Raises:
        LekhError: the model folder does not load.
    """
    with tempfile.TemporaryDirectory() as scratch:
        answer, tensorflow = _new_processes(model_folder, _phone_photo(Path(scratch) / "photo.jpg"))
        canvas, per_second = _in_process(model_folder)
        page_seconds, decoding_seconds = _crowded_page(model_folder)
        keras = _keras_predict(model_folder)
        server = _page_server(model_folder, Path(scratch))
    return {
        "first_answer_seconds": answer and answer["seconds"],
        "first_answer_megabytes": answer and answer["megabytes"],
        "import_tensorflow_seconds": tensorflow and tensorflow["seconds"],
        "import_tensorflow_megabytes": tensorflow and tensorflow["megabytes"],
        "first_answer_to_import_tensorflow": _ratio(answer and answer["seconds"], tensorflow and tensorflow["seconds"]),
        "canvas_milliseconds": canvas,
        "explanation_milliseconds": _explanation(model_folder),
        "batch_milliseconds": _batch(model_folder),
        "keras_predict_milliseconds": keras,
        "keras_predict_to_canvas": _ratio(keras, canvas),
        "canvas_images_per_second": per_second,
        "page_seconds": page_seconds,
        "page_to_decoding": page_seconds / decoding_seconds,
        "page_server_megabytes": server,
    }


def as_text(results: dict[str, Any]) -> str:
    """What `run` returned, a line a figure, for a person."""
    lines = (
        ("First answer of a new process (12 MP photo)", "first_answer_seconds", "{:.2f} s"),
        ("  its peak memory", "first_answer_megabytes", "{:.0f} MB"),
        ('python -c "import tensorflow"', "import_tensorflow_seconds", "{:.2f} s"),
        ("  its peak memory", "import_tensorflow_megabytes", "{:.0f} MB"),
        ("  the first answer takes, of that time", "first_answer_to_import_tensorflow", "{:.1%}"),
        (f"Canvas to probabilities (median of {CANVAS_READINGS})", "canvas_milliseconds", "{:.2f} ms"),
        (f"Its strokes weighed (median of {EXPLANATIONS})", "explanation_milliseconds", "{:.1f} ms"),
        (f"A digit in a batch of {litert.BATCH}, network, one core", "batch_milliseconds", "{:.3f} ms"),
        (f"keras.Model.predict (median of {KERAS_PREDICTIONS})", "keras_predict_milliseconds", "{:.1f} ms"),
        ("  times the canvas's whole way", "keras_predict_to_canvas", "{:.1f}"),
        ("Canvas images a second, all cores", "canvas_images_per_second", "{:.0f}"),
        (f"Photo of {ROWS * ROWS} digits, 12 MP, whole", "page_seconds", "{:.3f} s"),
        ("  times decoding its JPEG with Pillow", "page_to_decoding", "{:.1f}"),
        (f"Page server after {PAGE_PREDICTIONS} predictions", "page_server_megabytes", "{:.0f} MB"),
    )
    shown = ((title, results[key], form) for title, key, form in lines)
    return "\n".join(
        f"{title:<46} {'not measured' if value is None else form.format(value)}" for title, value, form in shown
    )


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part and whole else None


def _new_processes(model_folder: Path, photo: Path) -> tuple[dict | None, dict | None]:
    """The first answer and TensorFlow's import, in turn, so that both see the same machine."""
    read = [sys.executable, "-m", "lekh", "--model", str(model_folder.resolve()), "read", "--single", str(photo)]
    bare = [sys.executable, "-c", "import tensorflow"]
    runs = [(_timed(read), _timed(bare)) for _ in range(NEW_PROCESSES)]
    return tuple(_median(kind) for kind in zip(*runs, strict=True))


def _timed(command: list[str]) -> dict | None:
    """Seconds and peak megabytes of a command; `None` when it fails or the system does not tell."""
    if not hasattr(os, "wait4"):
        return None
    stopwatch = [sys.executable, "-S", "-c", _STOPWATCH, *command]
    done = subprocess.run(stopwatch, capture_output=True, text=True, cwd=ROOT, env=_environment(), check=True)
    found = json.loads(done.stdout)
    return found if found["status"] == 0 else None


def _median(runs: tuple[dict | None, ...]) -> dict | None:
    if None in runs:
        return None
    return {key: statistics.median(run[key] for run in runs) for key in ("seconds", "megabytes")}


def _environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, **more}


def _phone_photo(file: Path) -> Path:
    """A seven in pencil on unevenly lit paper, 4032 x 3024."""
    import cv2
    import numpy as np

    light = np.linspace(150, 225, 4032, dtype=np.float32)
    paper = np.clip(light + np.random.default_rng(0).normal(0, 4, (3024, 4032)), 0, 255).astype(np.uint8)
    _draw_seven(paper, scale=8, ink=90)
    cv2.imwrite(str(file), cv2.merge([paper, paper, cv2.subtract(paper, 10)]))
    return file


def _canvas():
    """A seven as the page's canvas hands it over: uint8 `(280, 280, 4)`."""
    import cv2
    import numpy as np

    page = np.full((280, 280), 255, np.uint8)
    _draw_seven(page, scale=1, ink=0)
    return cv2.cvtColor(page, cv2.COLOR_GRAY2RGBA)


def _draw_seven(page, scale: int, ink: int) -> None:
    import cv2
    import numpy as np

    seven = np.array([(90, 70), (190, 70), (130, 220)]) * scale
    cv2.polylines(page, [seven.astype(np.int32)], False, ink, 16 * scale, cv2.LINE_AA)


def _in_process(model_folder: Path) -> tuple[float, float]:
    """Median milliseconds from a canvas image to probabilities, and images a second through all threads."""
    import numpy as np

    from lekh import datasets, evaluation, model, reading

    loaded, canvas = model.load(model_folder), _canvas()
    script = loaded.card.scripts[0]
    for _ in range(20):
        reading.read(canvas, loaded, script, single=True)
    times = [reading.read(canvas, loaded, script, single=True).milliseconds for _ in range(CANVAS_READINGS)]
    labels, names = np.zeros(CANVAS_READINGS, np.int64), tuple(loaded.card.symbols(script))
    many = datasets.Dataset("bench", script, (canvas,) * CANVAS_READINGS, labels, None, names)
    start = time.perf_counter()
    evaluation.evaluate(many, loaded)
    return statistics.median(times), CANVAS_READINGS / (time.perf_counter() - start)


def _explanation(model_folder: Path) -> float:
    """Median milliseconds from what the network saw of a digit to what each stroke said."""
    from lekh import explain, model, reading

    loaded = model.load(model_folder)
    script = loaded.card.scripts[0]
    seen = reading.read(_canvas(), loaded, script, single=True).inputs[0]
    times = []
    for _ in range(EXPLANATIONS):
        start = time.perf_counter()
        explain.explain(seen, loaded, script)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def _batch(model_folder: Path) -> float:
    """Median milliseconds of the network alone for each digit of a full batch, on one core."""
    import numpy as np

    from lekh import model

    loaded = model.load(model_folder)
    side = loaded.card.normalization.size
    digits = np.random.default_rng(0).random((litert.BATCH, side, side, 1), np.float32)
    times = []
    for _ in range(BATCHES):
        start = time.perf_counter()
        loaded.predict(digits)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times) / litert.BATCH


def _crowded_page(model_folder: Path) -> tuple[float, float]:
    """Least seconds to read a photo of a page of digits from its bytes, and to decode it with Pillow."""
    import io

    import cv2
    import numpy as np
    from PIL import Image

    from lekh import model, reading

    paper = np.clip(np.random.default_rng(0).normal(205, 4, (4032, 3024)), 0, 255).astype(np.uint8)
    for row in range(ROWS):
        for column in range(ROWS):
            cell = paper[250 + 360 * row :, 150 + 280 * column :][:290, :280]  # a view
            _draw_seven(cell, scale=1, ink=70)
    content = cv2.imencode(".jpg", cv2.merge([paper, paper, cv2.subtract(paper, 10)]))[1].tobytes()
    loaded = model.load(model_folder)
    reads, decodes = [], []
    for _ in range(PAGE_READINGS):
        start = time.perf_counter()
        Image.open(io.BytesIO(content)).load()
        decodes.append(time.perf_counter() - start)
        start = time.perf_counter()
        reading.read(content, loaded, loaded.card.scripts[0])
        reads.append(time.perf_counter() - start)
    return min(reads), min(decodes)


def _keras_predict(model_folder: Path) -> float | None:
    """Median milliseconds of `keras.Model.predict` on one digit, by the same network."""
    from lekh.model import KERAS

    command = [sys.executable, "-c", _KERAS_PREDICT, str(model_folder / KERAS), str(KERAS_PREDICTIONS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return float(done.stdout.split()[-1]) if done.returncode == 0 else None


def _page_server(model_folder: Path, scratch: Path) -> float | None:
    """Megabytes that the page's server holds after ten predictions in a real browser; needs Linux and Playwright."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not Path("/proc/self/status").exists():
        return None
    files = _canvas_files(scratch)
    with _served(model_folder) as (server, address), sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
            tab = chromium.new_page()
            tab.set_default_timeout(_PATIENCE * 1000)
            tab.goto(address)
            _open_uploader(tab)
            for file in files:
                _upload(tab, file)
            megabytes = _resident_megabytes(server.pid)
            chromium.close()
        except Error:
            return None
    return megabytes


def _canvas_files(scratch: Path) -> list[Path]:
    """Ten pictures that differ, so that no cache answers for the network."""
    import cv2

    files = [scratch / f"drawing_{number}.png" for number in range(PAGE_PREDICTIONS)]
    for number, file in enumerate(files):
        canvas = _canvas()
        canvas[:4, : number + 1] = 250
        cv2.imwrite(str(file), canvas)
    return files


@contextlib.contextmanager
def _served(model_folder: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    """The page's server on a free port, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"headless": "true", "port": str(port), "address": "127.0.0.1", "fileWatcherType": "none"}
    words = [f"--server.{key}={value}" for key, value in options.items()]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(PAGE), *words],
        cwd=ROOT,
        env=_environment(LEKH_MODEL=str(model_folder.resolve())),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + _PATIENCE
        while server.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.2)
        yield server, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _open_uploader(tab) -> None:
    """Goes through the ways of giving a picture until one takes files."""
    uploader = tab.locator("input[type=file]")
    choices = tab.locator("[data-testid=stButtonGroup] button")
    choices.first.wait_for()
    for place in range(choices.count()):
        if uploader.count():
            break
        choices.nth(place).click()
        _wait_until_idle(tab)


def _upload(tab, file: Path) -> None:
    """Gives the page one file, waits for its answer, and takes the file away again."""
    tab.locator("input[type=file]").first.set_input_files(file)
    tab.get_by_text(file.name).first.wait_for()
    _wait_until_idle(tab)
    tab.locator("[data-testid=stFileChipDeleteBtn], [data-testid=stFileUploaderDeleteBtn]").first.click()
    _wait_until_idle(tab)


def _wait_until_idle(tab) -> None:
    tab.wait_for_timeout(300)  # the page hears of a change a moment after it
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) * 1024 / 1e6
