"""A small host rehearsed: `make rehearse-host`, which a free host's 690 MB and a quarter of a core are.

A new environment gets nothing but `requirements.txt`. The page is served from it under both limits: by systemd where it
may set them, else by this script, which watches the memory of the server and its children every 50 ms, and halts them
whenever they have used more than their share of time. Chromium, outside of the limits, opens the page, uploads a photo
and draws. Printed: seconds to the page, to each answer, and the peak of memory; over the limit the script ends with 1.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

import psutil  # noqa: E402
from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from lekh import bench, model  # noqa: E402
from tests.browser.conftest import ARGUMENTS, NAMES  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
MEGABYTES = 690  # 10**6 bytes, for all processes of the page
CORES = 0.25
LOOK = 0.05  # seconds between two looks at the server
PATIENCE = 600  # seconds; a quarter of a busy core is slow
SEVEN = [(60, 50), (210, 50), (120, 240)]  # on the canvas, in pixels


def environment(folder: Path) -> Path:
    """A new virtual environment with `requirements.txt`; an environment that is there already is taken as it is.

    Returns:
        Its Python.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        words = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(ROOT / "requirements.txt")]
        subprocess.run([str(python), *words], check=True)
    subprocess.run([str(python), "-c", "import importlib.metadata as m; m.version('tensorflow')"], check=True)
    return python


class Limits(threading.Thread):
    """Holds a process and its children to their share of a core, and notes their memory.

    Attributes:
        peak: the most memory at once, in megabytes.
        seconds: of a core that they have used.
        heavy: whether TensorFlow was ever in their memory.
    """

    def __init__(self, process: subprocess.Popen, cores: float | None):
        super().__init__(daemon=True)
        self._process, self._cores, self._ended = psutil.Process(process.pid), cores, threading.Event()
        self.peak, self.seconds, self.heavy = 0.0, 0.0, False

    def run(self):
        start, allowed = time.monotonic(), 0.0
        while not self._ended.wait(LOOK):
            try:
                family = [self._process, *self._process.children(recursive=True)]
                self._note(family)
            except psutil.Error:
                continue
            now = time.monotonic()
            if self._cores is None:
                continue
            allowed, start = min(allowed + self._cores * (now - start), self.seconds + self._cores), now
            self._set(family, halted=self.seconds > allowed)

    def _note(self, family):
        memory = sum(one.memory_info().rss for one in family) / 1e6
        self.peak = max(self.peak, memory)
        times = [one.cpu_times() for one in family]
        self.seconds = max(self.seconds, sum(one.user + one.system for one in times))
        self.heavy = self.heavy or any("libtensorflow" in Path(f"/proc/{one.pid}/maps").read_text() for one in family)

    @staticmethod
    def _set(family, halted):
        for one in family:
            one.send_signal(signal.SIGSTOP if halted else signal.SIGCONT)

    def end(self):
        """Lets go."""
        self._ended.set()
        self.join()
        for one in (self._process, *self._process.children(recursive=True)):
            one.send_signal(signal.SIGCONT)


def under_limits(command: list[str]) -> tuple[list[str], bool]:
    """The command in a scope of systemd with both limits, and whether that is possible here."""
    scope = ["systemd-run", "--user", "--scope", "-q", "-p", f"MemoryMax={MEGABYTES * 10**6}", "-p", "MemorySwapMax=0"]
    scope += ["-p", f"CPUQuota={CORES:.0%}"]
    if shutil.which("systemd-run") is None:
        return command, False
    possible = subprocess.run([*scope, "true"], capture_output=True, check=False).returncode == 0
    return ([*scope, *command] if possible else command), possible


def visit(page: Page, address: str, photo: Path, clock) -> None:
    """Opens the page, uploads a photo, draws; tells `clock` what was done."""
    expect.set_options(timeout=PATIENCE * 1000)
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{address}/?script=latin", timeout=PATIENCE * 1000)
    page.get_by_test_id("stCode").wait_for()  # the answer of the sample that a first visit shows
    clock("page, with the answer of a first sample")
    page.get_by_role("radio", name="Upload", exact=True).click()
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_test_id("stMetricValue").filter(has_text="7").wait_for()
    clock("answer to a photo of 12 megapixels")
    page.get_by_role("radio", name="Draw", exact=True).click()
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    expect(page.get_by_test_id("stMetricValue")).to_have_count(0)  # the photo's answer is gone
    corner = canvas.bounding_box()
    page.mouse.move(corner["x"] + SEVEN[0][0], corner["y"] + SEVEN[0][1])
    page.mouse.down()
    for x, y in SEVEN[1:]:
        page.mouse.move(corner["x"] + x, corner["y"] + y, steps=8)
    page.mouse.up()
    clock("page to draw on, and a stroke")
    page.get_by_test_id("stMetricValue").filter(has_text="7").wait_for()
    clock("answer to a drawing")


def rehearse(python: Path, folder: Path, scratch: Path) -> int:
    """Serves and visits; returns the exit status."""
    port = "8599"
    words = ["-m", "streamlit", "run", "main_app.py", "--server.headless=true", f"--server.port={port}"]
    command, by_system = under_limits([str(python), *words, "--server.address=127.0.0.1"])
    start = time.monotonic()
    server = subprocess.Popen(
        command, cwd=ROOT, env={"PATH": "/usr/bin:/bin", "HOME": str(scratch), "LEKH_MODEL": str(folder)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    limits = Limits(server, None if by_system else CORES)
    limits.start()
    print(f"limits set by {'systemd' if by_system else 'this script'}: {MEGABYTES} MB, {CORES} of a core")
    last = [start, 0.0]

    def clock(what: str) -> None:
        now = time.monotonic()
        print(f"{now - last[0]:7.1f} s, {limits.seconds - last[1]:6.1f} s of a core: {what}", flush=True)
        last[:] = [now, limits.seconds]

    try:
        _wait(f"http://127.0.0.1:{port}", server)
        clock("server")
        with sync_playwright() as playwright:
            browser = next(filter(None, map(shutil.which, NAMES)))
            chromium = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS)
            photo = bench._phone_photo(scratch / "photo.jpg")
            last[0] = time.monotonic()
            visit(chromium.new_page(), f"http://127.0.0.1:{port}", photo, clock)
            chromium.close()
    finally:
        limits.end()
        server.terminate()
        server.wait(timeout=60)
    print(f"peak of memory {limits.peak:.0f} MB; TensorFlow {'was' if limits.heavy else 'was not'} loaded")
    return int(limits.peak > MEGABYTES or limits.heavy)


def _wait(address: str, server: subprocess.Popen) -> None:
    import urllib.error
    import urllib.request

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=30).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("The page did not start")


def main() -> int:
    """As the module says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, help="an environment to keep, or to use again (default: a new one)")
    parser.add_argument("--model", type=Path, default=model.DEFAULT_FOLDER)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        start = time.monotonic()
        python = environment(chosen.venv.resolve() if chosen.venv else Path(scratch) / "venv")
        print(f"{time.monotonic() - start:7.1f} s: environment from requirements.txt alone")
        return rehearse(python, chosen.model.resolve(), Path(scratch))


if __name__ == "__main__":
    sys.exit(main())
