"""Visits to the real page without a browser: Streamlit's own messages over its own websocket, a class a visitor."""

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120  # seconds for the server to start or to answer; a busy machine is slow
LARGEST = 300 * 2**20  # bytes of a message


@contextlib.contextmanager
def served(
    model: Path, log: int | None = subprocess.DEVNULL, python: str = sys.executable, **environment: str
) -> Iterator:
    """The page's server on a free port.

    Yields:
        Its process and its address.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"port": port, "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"}
    process = subprocess.Popen(
        [python, "-m", "streamlit", "run", "main_app.py", *(f"--server.{k}={v}" for k, v in options.items())],
        cwd=ROOT,
        env=os.environ | {"LEKH_MODEL": str(model), **environment},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process, f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_until_up(process: subprocess.Popen, address: str) -> None:
    """Waits for the health check.

    Raises:
        RuntimeError: the server ended, or does not answer in time.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://{address}/_stcore/health", timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError("The page did not start")


class Visitor:
    """One browser tab's worth of talk with the server.

    Attributes:
        elements: what the last run of the page showed, protobuf elements in order.
        tells_usage: whether the server has the browser report its use to Streamlit.
    """

    def __init__(self, address: str, query: str = "script=latin"):
        self._address, self._query = address, query
        health = urllib.request.urlopen(f"http://{address}/_stcore/health", timeout=PATIENCE)
        self._cookie = health.headers["Set-Cookie"].split(";")[0]
        self._token = self._cookie.split("=", 1)[1]
        self._open = contextlib.ExitStack()
        line = connect(
            f"ws://{address}/_stcore/stream",
            subprotocols=["streamlit", self._token],
            origin=f"http://{address}",
            additional_headers={"Cookie": self._cookie},
            max_size=LARGEST,
            open_timeout=PATIENCE,
            compression=None,
        )
        self._line = self._open.enter_context(line)
        self.elements, self.tells_usage = [], None
        self._shown, self._session, self._states = {}, "", {}
        self._run()

    def close(self) -> None:
        """Leaves."""
        self._open.close()

    def find(self, kind: str, label: str | None = None) -> list:
        """The elements of a kind, e.g. `metric`; with `label` those that have it."""
        found = [getattr(element, kind) for element in self.elements if element.WhichOneof("type") == kind]
        return found if label is None else [one for one in found if one.label == label]

    def choose(self, option: int) -> None:
        """Chooses how to give pictures: 0 by drawing, 1 by uploading."""
        (group,) = [group for group in self.find("button_group") if len(group.options) == 3][:1]
        state = {"string_array_value": {"data": [group.options[option].content]}}
        self._set(group.id, **state)
        self._run()

    def upload(self, name: str, content: bytes) -> None:
        """Uploads one picture in place of those before."""
        (uploader,) = self.find("file_uploader")
        urls = self._ask_for_urls(name)
        boundary = "lekh-boundary"
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{urls.file_id}"; filename="{name}"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode() + content + f"\r\n--{boundary}--\r\n".encode()  # fmt: skip
        request = urllib.request.Request(
            f"http://{self._address}{urls.upload_url}",
            body,
            {
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "X-Xsrftoken": self._token,
                "Cookie": self._cookie,
            },
            method="PUT",
        )
        urllib.request.urlopen(request, timeout=PATIENCE).close()
        info = {"name": name, "size": len(content), "file_id": urls.file_id, "file_urls": urls}
        self._set(uploader.id, file_uploader_state_value={"uploaded_file_info": [info]})
        self._run()

    def draw(self, png: bytes, strokes: int = 1) -> None:
        """Sends a drawing as the canvas does."""
        canvas = next(one for one in self.find("bidi_component") if "canvas" in one.component_name)
        path = {"type": "path", "path": [["M", 1, 1]], "stroke": "#111111"}
        raw = {"objects": [path | {"n": n} for n in range(strokes)], "version": "5"}
        drawing = {"raw": raw, "data": f"data:image/png;base64,{base64.b64encode(png).decode()}"}
        self._set(canvas.id, json_value=json.dumps({"drawing": drawing}))
        self._run()

    def _set(self, identity, **value):
        self._states[identity] = value

    def _ask_for_urls(self, name):
        request = {"request_id": name, "file_names": [name], "session_id": self._session}
        self._line.send(BackMsg(file_urls_request=request).SerializeToString())
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            message = self._received()
            if message.WhichOneof("type") == "file_urls_response":
                return message.file_urls_response.file_urls[0]
        raise TimeoutError("No address to upload to came")

    def _run(self):
        """Has the page run with what the widgets hold, and waits until it has."""
        states = {"widgets": [{"id": identity, **value} for identity, value in self._states.items()]}
        self._line.send(
            BackMsg(rerun_script={"query_string": self._query, "widget_states": states}).SerializeToString()
        )
        self._shown, runs, deadline = {}, 0, time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            message = self._received()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.tells_usage = message.new_session.config.gather_usage_stats
                self._session = message.new_session.initialize.session_id or self._session
                self._shown, runs = {}, runs + 1
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._shown[tuple(message.metadata.delta_path)] = message.delta.new_element
            elif kind == "script_finished" and runs:
                self.elements = [self._shown[path] for path in sorted(self._shown)]
                return
        raise TimeoutError("The page did not answer")

    def _received(self):
        return ForwardMsg.FromString(self._line.recv(timeout=PATIENCE))


def megabytes(process: subprocess.Popen) -> float:
    """Memory (10**6 bytes) that the server holds."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) * 1024 / 1e6
