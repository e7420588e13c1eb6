"""Without consent nothing that a visitor gives is stored, logged or sent: looked for in all that the server wrote."""

import os
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from drawn import draw
from PIL import PngImagePlugin
from visits import ROOT, Visitor, served, wait_until_up

LEFT_OUT = {".git", ".venv", "node_modules"}  # of the repository: no program writes there while the page is served
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="this system does not show a process's files"
)


def marked(marker: str, digit: int, size: int = 0) -> bytes:
    """A digit as a PNG that carries the marker, in words and in the name of its file; `size` bytes more."""
    import io

    from PIL import Image

    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", marker + "x" * size)
    buffer = io.BytesIO()
    Image.fromarray(draw("latin", digit)).save(buffer, "PNG", pnginfo=said)
    return buffer.getvalue()


def traces(marker: str, trees: list[Path], since: float) -> list[str]:
    """Files below `trees`, written since, that hold the marker or have it in their name."""
    found = []
    for tree in trees:
        for root, folders, files in os.walk(tree):
            folders[:] = [name for name in folders if name not in LEFT_OUT]
            found += [name for name in folders if marker in name]
            for path in (Path(root, name) for name in files):
                try:
                    changed = path.stat().st_mtime >= since - 1
                    if marker in path.name or (changed and marker.encode() in path.read_bytes()):
                        found.append(str(path))
                except OSError:  # gone again, or no file
                    continue
    return found


def open_traces(marker: str, process: psutil.Process) -> list[str]:
    """What the process holds open, also without a name, and that holds the marker."""
    found = []
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            target = link.readlink()
            if target.is_absolute() and "/dev/" not in str(target) and marker.encode() in link.read_bytes():
                found.append(str(target))
        except OSError:
            continue
    return found


class Peers(threading.Thread):
    """Watches whom a process talks to."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self._process, self._ended = psutil.Process(pid), threading.Event()
        self.addresses, self.looks = set(), 0

    def run(self):
        while not self._ended.wait(0.03):
            self.looks += 1
            self.addresses |= {line.raddr.ip for line in self._process.net_connections() if line.raddr}

    def end(self):
        self._ended.set()
        self.join()
        return self.addresses


@pytest.fixture(scope="module")
def page(tmp_path_factory, tiny_model_folder):
    """The server, its address, its log, and a home and a folder for temporary files of its own."""
    tmp_path = tmp_path_factory.mktemp("server")
    places = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for place in places.values():
        place.mkdir()
    with (tmp_path / "log").open("wb") as log:
        environment = {name: str(place) for name, place in places.items()}
        with served(tiny_model_folder, log=log.fileno(), **environment) as (process, address):
            wait_until_up(process, address)
            yield process, address, tmp_path


def test_nothing_of_a_visit_is_left(page):
    process, address, own = page
    marker, since = f"lekhmark{os.urandom(8).hex()}", time.time()
    peers = Peers(process.pid)
    peers.start()
    visitor = Visitor(address)
    visitor.draw(marked(marker, 4))
    assert [metric.body for metric in visitor.find("metric")] == ["4"]
    visitor.choose(1)
    for number, size in enumerate((0, 3_000_000)):  # a large one may take another road
        visitor.upload(f"{marker}-{number}.png", marked(marker, 7, size))
        assert [metric.body for metric in visitor.find("metric")] == ["7"]
    visitor.upload(f"{marker}-broken.png", b"\x89PNG\r\n\x1a\n" + marker.encode())
    assert visitor.find("alert")
    assert open_traces(marker, psutil.Process(process.pid)) == []
    visitor.close()
    time.sleep(1)
    assert peers.end() == {"127.0.0.1"}
    assert peers.looks > 10
    trees = [ROOT, own, Path("/dev/shm"), Path("/var/tmp")]
    assert traces(marker, [tree for tree in trees if tree.exists()], since) == []


def test_traces_are_found_where_there_are_some(tmp_path):
    since = time.time()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "log.txt").write_bytes(b"...lekhmark...")
    (tmp_path / "lekhmark.png").touch()
    assert len(traces("lekhmark", [tmp_path], since)) == 2
    with (tmp_path / "unnamed").open("w+b") as file:
        file.write(b"lekhmark")
        file.flush()
        (tmp_path / "unnamed").unlink()
        assert len(open_traces("lekhmark", psutil.Process())) == 1


def test_whom_a_process_talks_to_is_seen():
    peers = Peers(os.getpid())
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        peers.start()
        time.sleep(0.5)
        assert "127.0.0.1" in peers.end()


@pytest.mark.parametrize(
    ("token", "size", "status"),
    [("", 100, 403), ("forged", 100, 403), (None, 51 * 2**20, 413)],
    ids=["no token", "a forged token", "too large"],
)
def test_uploads_are_guarded(page, token, size, status):
    _, address, _ = page
    visitor = Visitor(address)
    visitor.choose(1)
    url = visitor._ask_for_urls("a.png").upload_url
    headers = {"Cookie": visitor._cookie, "X-Xsrftoken": visitor._token if token is None else token}
    request = urllib.request.Request(
        f"http://{address}{url}", headers=headers | {"Content-Length": str(size)}, method="PUT", data=b""
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=60)
    assert caught.value.code == status
    visitor.close()


def test_a_browser_is_asked_for_nothing_but_the_page(page):
    """Streamlit's own counting of visits is off, and so it tells each browser."""
    _, address, _ = page
    assert Visitor(address).tells_usage is False
