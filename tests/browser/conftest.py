"""The real page in real Chromium. Without a browser these tests are skipped, unless LEKH_BROWSER=1 demands them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from lekh import model

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START = 60  # seconds for the server to answer
PATIENCE = 30_000  # milliseconds for what is expected on the page


@pytest.fixture(scope="session")
def browser():
    """Chromium, started once."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        sync_playwright = None
    if path is None or sync_playwright is None:
        missing = "No Chromium was found" if path is None else "playwright is not installed"
        if os.environ.get("LEKH_BROWSER") == "1":
            pytest.fail(f"{missing}, and LEKH_BROWSER=1 demands the browser tests")
        pytest.skip(f"{missing}: THE BROWSER TESTS DID NOT RUN")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(browser, request):
    """The address of the running page, with the model in `LEKH_MODEL`, the repository's, or else the tests' own.

    Yields:
        The address and the server's process.
    """
    with _served(request) as running:
        yield running


@pytest.fixture
def fresh_server(browser, request):
    """As `server`, for one test alone; name it before `open_page`, whose windows close first."""
    with _served(request) as running:
        yield running


@contextmanager
def _served(request):
    given = Path(os.environ.get("LEKH_MODEL") or model.DEFAULT_FOLDER)
    folder = given if (given / model.CARD).exists() else request.getfixturevalue("tiny_model_folder")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"port": port, "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"}
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "main_app.py", *(f"--server.{k}={v}" for k, v in options.items())],
        cwd=ROOT,
        env=os.environ | {"LEKH_MODEL": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The page did not start within {START} s")


@pytest.fixture
def open_page(browser, server):
    """A function that opens the page in a window of its own; at the end nothing may stand on the browser's console."""
    contexts, complaints = [], []

    def note(message):
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def opened(width=1280, height=800, theme="light", touch=False, script="latin", address=server[0]):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, has_touch=touch, is_mobile=touch
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(f"not loaded: {request.url}"))
        page.goto(f"{address}/?script={script}" if script else address)
        page.get_by_test_id("stCode").wait_for()  # the sample that a first visit shows
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
