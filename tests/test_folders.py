"""Folders: each picture once in the table, whatever ends on the way; odd names, other file systems, a cluster."""

import csv
import functools
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from drawn import draw
from PIL import Image

from lekh import addresses, cli, crews, folders, ledger, reading, rows
from lekh.addresses import Picture
from lekh.errors import LekhError
from lekh.folders import Way

ROOT = Path(__file__).resolve().parent.parent
SINGLE = Way("latin", True)
pytestmark = pytest.mark.skipif(os.name == "nt", reason="names are other there, and so are kills")


def digit_files(folder, count):
    """So many digits drawn, in folders of folders, each with its own digit in its name."""
    drawn = [Image.fromarray(draw("latin", digit)) for digit in range(10)]
    for number in range(count):
        place = folder / f"{number % 3}" / "deep"
        place.mkdir(parents=True, exist_ok=True)
        drawn[number % 10].save(place / f"{number:04d}_{number % 10}.png")
    return folder


def table_of(path):
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def is_exact(found, count):
    """Whether each picture is there once, in order, with its digit."""
    names = [row["file"] for row in found]
    right = all(row["text"] == row["file"][-5] and row["error"] == "" for row in found)
    return right and len(names) == count and names == sorted(set(names))


class InThisProcess:
    """A crew without processes; `ends` are names of pictures that would end one."""

    capacity = 3

    def __init__(self, model, way, ends=()):
        self.model, self.way, self.ends = model, way, ends
        self.given, self.read = [], Counter()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def give(self, number, batch):
        self.given.append((number, batch))

    def wait(self):
        number, batch = self.given.pop()  # the last first: answers come in any order
        self.read.update(picture.name for picture in batch)
        if any(picture.name in self.ends for picture in batch):
            return [(number, None)]
        return [(number, crews.read_batch(batch, self.model, self.way))]


class TestNames:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("a/b.png", "a/b.png"),
            ("ខ្មែរ ៣.png", "ខ្មែរ ៣.png"),
            ("a\udcff.png", r"a\xff.png"),
            ("a\\xff.png", r"a\\xff.png"),
            ("a\nb\r.png", r"a\nb\r.png"),
            ("a\u202egnp.exe", r"a\u202egnp.exe"),
            ("a\ud834.png", r"a\ud834.png"),
        ],
    )
    def test_one_readable_line(self, name, shown):
        assert addresses.as_name(name) == shown

    def test_no_two_names_share_a_cell(self):
        names = ["=1", "'=1", "''=1", "'a", "a", "a\udcff", "a\\xff", "a\n", "a\\n", "+1", "'+1", "a\u202e", "a\\u202e"]
        cells = [rows.as_cell(addresses.as_name(name)) for name in names]
        assert len(set(cells)) == len(names)
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


class TestListing:
    def test_pictures_in_folders_of_folders(self, tmp_path):
        for name in ("b.PNG", "a/c.jpg", "a/e/no_suffix", "a/.hidden.png", ".git/x.png", "notes.txt", "._b.png"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        assert [picture.name for picture in addresses.pictures([str(tmp_path)])] == [
            "a/c.jpg",
            "a/e/no_suffix",
            "b.PNG",
        ]

    def test_several_addresses_keep_their_names(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for name in ("x/1.png", "y/1.png", "z.png"):
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).touch()
        found = addresses.pictures(["y", "x/", "z.png", "./x"])
        assert [picture.name for picture in found] == ["y/1.png", "x/1.png", "z.png"]

    def test_a_loop_of_links_ends(self, tmp_path):
        (tmp_path / "a.png").touch()
        (tmp_path / "loop").symlink_to(tmp_path)
        assert len(addresses.pictures([str(tmp_path)])) == 1

    def test_a_zip(self, tmp_path, tiny_model):
        digit_files(tmp_path / "d", 4)
        with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
            for file in sorted((tmp_path / "d").rglob("*.png")):
                archive.write(file, file.relative_to(tmp_path / "d"))
            archive.writestr("readme.txt", "no picture")
        for address in (f"zip://::{tmp_path / 'd.zip'}", f"zip://{tmp_path / 'd.zip'}"):
            found = addresses.pictures([address])
            assert [picture.name[-5] for picture in found] == ["0", "3", "1", "2"]
            answers = crews.read_batch(tuple(found), tiny_model, SINGLE)
            assert [answer["text"] for answer in answers] == ["0", "3", "1", "2"]

    def test_pictures_of_the_same_name_in_several_archives(self, tmp_path):
        for name in ("a", "b"):
            with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
                archive.writestr("0/1.png", saved(0))
                archive.writestr(".hidden/1.png", saved(0))
        found = addresses.pictures([f"zip://{tmp_path / name}.zip" for name in ("a", "b")])
        assert [picture.name for picture in found] == [f"zip://{tmp_path / name}.zip/0/1.png" for name in ("a", "b")]

    def test_any_other_file_system(self, tiny_model):
        fsspec = pytest.importorskip("fsspec")
        system = fsspec.filesystem("memory")
        for name, content in (("five.png", saved(5)), ("sub/broken.png", b"no picture"), ("empty.png", b"")):
            system.pipe(f"/bucket/{name}", content)
        found = addresses.pictures(["memory://bucket"])
        answers = {answer["file"]: answer for answer in crews.read_batch(tuple(found), tiny_model, SINGLE)}
        assert set(answers) == {"five.png", "sub/broken.png", "empty.png"}
        assert answers["five.png"]["text"] == "5"
        assert "not a picture" in answers["sub/broken.png"]["error"]
        assert "empty" in answers["empty.png"]["error"]
        system.rm("/bucket/five.png")
        assert "cannot be opened" in crews.read_batch(tuple(found), tiny_model, SINGLE)[1]["error"]

    @pytest.mark.parametrize("address", ["memory://nothing/here", "zip:///no/such.zip", "nonsense://x", "zip://"])
    def test_what_cannot_be_opened(self, address):
        with pytest.raises(LekhError) as caught:
            addresses.pictures([address])
        assert "\n" not in str(caught.value)

    def test_without_fsspec(self, monkeypatch, capsys, tiny_model_folder):
        monkeypatch.setitem(sys.modules, "fsspec", None)
        addresses._opened.cache_clear()
        assert cli.main(["read", "s3://bucket/digits", "--csv", "x.csv", "--model", str(tiny_model_folder)]) == 1
        assert capsys.readouterr().err == "s3:// needs fsspec. Install it: pip install fsspec.\n"
        assert not Path("x.csv").exists()


def saved(digit):
    import io

    buffer = io.BytesIO()
    Image.fromarray(draw("latin", digit)).save(buffer, "PNG")
    return buffer.getvalue()


class TestLedger:
    COLUMNS = ("file", "text")

    def opened(self, path, **settings):
        return ledger.opened(path, self.COLUMNS, settings)

    def test_rows_stay(self, tmp_path):
        path = tmp_path / "t.csv"
        with self.opened(path) as table:
            table.append([["a", "1\n2"], ["=b", 'say "x"']])
            assert (tmp_path / "t.csv.unfinished").exists()
        with self.opened(path) as table:
            assert table.names == {"a", "'=b"}
            table.append([["c", None]])
            table.finish()
        assert [(row["file"], row["text"]) for row in table_of(path)] == [("a", "1\n2"), ("'=b", 'say "x"'), ("c", "")]
        assert not (tmp_path / "t.csv.unfinished").exists()

    def test_cut_anywhere_only_the_last_row_is_lost(self, tmp_path):
        path = tmp_path / "t.csv"
        with self.opened(path) as table:
            table.append([["a", "1\n2"], ["b\x7f", '"'], ["ខ", "x,y"]])
        content = path.read_bytes()
        ends = [content.index(row) + len(row) for row in (b'2"\r\n', b'""""\r\n', b'"x,y"\r\n')]
        for length in range(len(content) + 1):
            path.write_bytes(content[:length])
            with self.opened(path) as table:
                assert len(table.names) == sum(end <= length for end in ends), length
                table.append([["z", "9"]])
            assert table_of(path)[-1] == {"file": "z", "text": "9"}

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"something else\n1,2\n", "is another table"),
            (b"\xef\xbb\xbffile,text\r\na\r\nb,2\r\n", "has a damaged row"),
        ],
    )
    def test_another_table_stays_as_it_is(self, tmp_path, content, said):
        (tmp_path / "t.csv").write_bytes(content)
        with pytest.raises(LekhError, match=said), self.opened(tmp_path / "t.csv"):
            pass
        assert (tmp_path / "t.csv").read_bytes() == content

    def test_what_is_no_file_stays_as_it_is(self, tmp_path):
        (tmp_path / "t.csv").symlink_to(os.devnull)
        with pytest.raises(LekhError, match="cannot be written"), self.opened(tmp_path / "t.csv"):
            pass
        assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]

    def test_rows_of_other_settings_are_not_mixed(self, tmp_path):
        with self.opened(tmp_path / "t.csv", script="latin") as table:
            table.append([["a", "1"]])
        with pytest.raises(LekhError, match="other settings"), self.opened(tmp_path / "t.csv", script="khmer"):
            pass

    def test_one_run_at_a_time(self, tmp_path):
        with self.opened(tmp_path / "t.csv"), pytest.raises(LekhError, match="Another run"):
            self.opened(tmp_path / "t.csv").__enter__()


class TestRead:
    def test_together_or_alone_it_is_the_same(self, tiny_model):
        sources = [
            draw("latin", 3),
            b"no picture",
            np.full((60, 60), 255, np.uint8),
            draw("khmer", 3),
            draw("latin", 8),
        ]
        together = list(reading.read_each(sources, tiny_model))
        assert isinstance(together[1], LekhError)
        for place in (0, 2, 3, 4):
            alone = reading.read(sources[place], tiny_model, single=True)
            same = {**together[place].as_dict(), "milliseconds": 0}
            assert same == {**alone.as_dict(), "milliseconds": 0}

    def test_in_order_and_each_once(self, tmp_path, tiny_model, monkeypatch):
        monkeypatch.setattr(folders, "BATCH", {True: 3})
        found = addresses.pictures([str(digit_files(tmp_path, 40))])
        ends = {found[4].name, found[17].name, found[39].name}
        crew = InThisProcess(tiny_model, SINGLE, ends)
        answers = [answer for some in folders.read(found, crew, SINGLE) for answer in some]
        assert [answer["file"] for answer in answers] == [picture.name for picture in found]
        assert {answer["file"] for answer in answers if answer["error"]} == ends
        assert all(answer["text"] == answer["file"][-5] for answer in answers if not answer["error"])
        assert max(crew.read.values()) == 2  # those beside a picture that ended the process were read again, once

    def test_a_slow_picture_keeps_few_waiting(self, tmp_path, tiny_model, monkeypatch):
        monkeypatch.setattr(folders, "BATCH", {True: 1})
        monkeypatch.setattr(folders, "WINDOW", 4)

        class FirstLast(InThisProcess):
            def wait(self):
                assert len(self.read) + len(self.given) <= self.capacity + 4
                self.given.sort(key=lambda given: -given[0])
                return [super().wait()[0]] if len(self.given) == 1 else self.second()

            def second(self):
                number, batch = self.given.pop(0)
                self.read.update(picture.name for picture in batch)
                return [(number, crews.read_batch(batch, self.model, self.way))]

        found = [Picture(f"{number}.png", "x") for number in range(7)]
        assert sum(map(len, folders.read(found, FirstLast(tiny_model, SINGLE), SINGLE))) == 7


class TestCommand:
    def words(self, model, folder, table, *more):
        return [
            *("read", str(folder), "--single", "--script", "latin"),
            *("--csv", str(table), "--model", str(model)),
            *more,
        ]

    def test_a_folder_into_a_table(self, tmp_path, tiny_model_folder, capfd):
        folder = digit_files(tmp_path / "d", 20)
        for name in (b"=1+1.png", b"odd\xff.png"):
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(saved(4))
        (folder / "broken.png").write_bytes(b"no picture")
        words = self.words(tiny_model_folder, folder, tmp_path / "t.csv", "--workers", "2")
        assert cli.main(words) == 1
        assert capfd.readouterr().out.endswith(
            "22 of 23 pictures were read now, 1 could not be read (see the column error)\n"
        )
        found = {row["file"]: row for row in table_of(tmp_path / "t.csv")}
        assert len(found) == 23
        assert found["'=1+1.png"]["text"] == found[r"odd\xff.png"]["text"] == "4"
        assert "not a picture" in found["broken.png"]["error"]
        before = (tmp_path / "t.csv").read_bytes()
        assert cli.main(words) == 0
        assert "23 were there already, 0 of 23" in capfd.readouterr().out
        assert (tmp_path / "t.csv").read_bytes() == before

    def test_without_a_table_a_line_a_picture(self, tmp_path, tiny_model_folder, capfd):
        words = ["read", str(digit_files(tmp_path, 3)), "--single", "--json", "--workers", "1"]
        assert cli.main([*words, "--model", str(tiny_model_folder)]) == 0
        answers = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
        assert [(answer["file"], answer["text"]) for answer in answers] == [
            (f"{n}/deep/000{n}_{n}.png", str(n)) for n in range(3)
        ]

    def test_killed_and_started_again(self, tmp_path, tiny_model_folder):
        folder, table = digit_files(tmp_path / "d", 350), tmp_path / "t.csv"
        command = [sys.executable, "-m", "lekh", *self.words(tiny_model_folder, folder, table, "--workers", "2")]
        kills = 0
        for least in (40, 140):
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
            while process.poll() is None and (not table.exists() or table.read_bytes().count(b"\n") < least):
                time.sleep(0.01)
            kills += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
            table.write_bytes(table.read_bytes()[:-7])  # as if the machine had gone down in the middle of a row
        assert kills == 2
        assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
        assert is_exact(table_of(table), 350)

    def test_a_killed_worker_costs_no_row(self, tmp_path, tiny_model):
        found = addresses.pictures([str(digit_files(tmp_path, 200))])
        with crews.Processes(2, tiny_model, SINGLE) as crew:
            answers = folders.read(found, crew, SINGLE)
            read = [*next(answers)]
            os.kill(crew._workers[0]._process.pid, signal.SIGKILL)
            for some in answers:
                read += some
        assert is_exact([{**answer, "error": answer["error"] or ""} for answer in read], 200)

    def test_a_killed_parent_leaves_no_process(self, tmp_path, tiny_model_folder):
        folder, table = digit_files(tmp_path / "d", 300), tmp_path / "t.csv"
        command = [sys.executable, "-m", "lekh", *self.words(tiny_model_folder, folder, table, "--workers", "1")]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        while not table.exists() or table.read_bytes().count(b"\n") < 10:
            time.sleep(0.01)
        psutil = pytest.importorskip("psutil")
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        assert children
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive

    def test_workers_and_a_cluster_are_one_too_many(self, capsys):
        with pytest.raises(SystemExit) as caught:
            cli.main(["read", "d", "--workers", "2", "--scheduler", "tcp://x:1"])
        assert caught.value.code == 2

    def test_no_scheduler(self, tmp_path, tiny_model_folder, monkeypatch, capsys):
        pytest.importorskip("distributed")
        monkeypatch.setattr(crews, "START", 1)
        words = self.words(tiny_model_folder, digit_files(tmp_path / "d", 1), tmp_path / "t.csv")
        assert cli.main([*words, "--scheduler", "tcp://127.0.0.1:9"]) == 1
        assert "No Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


def test_a_cluster_that_loses_a_worker(tmp_path, tiny_model, monkeypatch):
    """Real worker processes; one is killed while it has work."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(folders, "BATCH", {True: 8})
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder, table = digit_files(tmp_path / "d", 240), tmp_path / "t.csv"
    killed = []
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        pids = [worker.process.process.pid for worker in cluster.workers.values()]

        def kill_one(answer):
            if not killed and answer["file"] >= "0/deep/0060":
                os.kill(pids[0], signal.SIGKILL)
                killed.append(answer["file"])

        hire = functools.partial(folders.crew, tiny_model, SINGLE, None, cluster.scheduler_address)
        counts = folders.to_table([str(folder)], table, tiny_model, SINGLE, hire, say=kill_one)
    assert killed
    assert (counts.read, counts.refused) == (240, 0)
    assert is_exact(table_of(table), 240)
