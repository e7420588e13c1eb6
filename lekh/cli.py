"""The command line: `python -m lekh read photo.jpg`, and evaluate, evaluate-lines, train, datasets, bench.

Each command imports what it needs when it runs, so that the first answer does not wait for what it does not use.
Exit status: 0 all well, 1 something could not be done (said in one sentence), 2 wrong usage, 130 interrupted.
"""

import argparse
import contextlib
import csv
import errno
import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from lekh import __version__, rows
from lekh.errors import LekhError

_BROKEN_PIPE = 141  # what a shell reports of a program that SIGPIPE ended
_INTERRUPTED = 130
_LAST_STREAM = 2  # file descriptor of standard error


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: words of the command line; by default those of the process.

    Returns:
        The exit status.
    """
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):  # a numeral or a file name that the terminal cannot show ends nothing
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    chosen = _parser().parse_args(arguments)
    try:
        status = chosen.command(chosen)
        sys.stdout.flush()
    except LekhError as error:
        print(error, file=sys.stderr)
        status = 1
    except BrokenPipeError:
        _drop_output()
        status = _BROKEN_PIPE
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        print("The disk is full. Make room, then start the same command again.", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = _INTERRUPTED
    return status


def _open_closed_streams() -> None:
    """What was closed before the start leads nowhere, and no file that is opened later takes its place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STREAM:
        pass
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _drop_output() -> None:
    """What could not be written is not tried again at the end, which would complain once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lekh", description="Read handwritten digits.")
    parser.add_argument("--version", action="version", version=f"Lekh {__version__}")
    parser.add_argument("--model", metavar="DIR", help="model folder (default: model/ beside the library)")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--model", metavar="DIR", default=argparse.SUPPRESS, help="model folder (default: model/)")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print JSON instead of text")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    read = commands.add_parser("read", parents=[common, as_json], help="read images, or folders of them")
    read.add_argument(
        "images", nargs="+", metavar="IMAGE", help="a picture, a folder, or an address such as s3://, gs://, zip://"
    )
    read.add_argument(
        "--script", default="auto", metavar="NAME", help="auto (default) or a script that the model knows"
    )
    read.add_argument("--single", action="store_true", help="the image holds one digit")
    read.add_argument("--csv", metavar="FILE", help="also write a table, a row an image")
    read.add_argument(
        "--workers", type=_positive, metavar="N", help="processes that read a folder (default: one a core)"
    )
    read.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster reads the folder, e.g. tcp://host:8786")
    read.set_defaults(command=_read, parser=read)

    evaluate = commands.add_parser("evaluate", parents=[common, as_json], help="measure on images of one digit each")
    evaluate.add_argument("data", nargs="?", metavar="DATA", help="a folder of class folders, an .npz or an idx file")
    evaluate.add_argument("--script", metavar="NAME", help="the script of DATA")
    evaluate.add_argument(
        "--report",
        action="store_true",
        help="instead of DATA: all test sets of `datasets`; their figures go into the model folder, for the page",
    )
    evaluate.set_defaults(command=_evaluate, parser=evaluate)

    lines = commands.add_parser("evaluate-lines", parents=[common, as_json], help="measure on images of numbers")
    lines.add_argument("labels", metavar="LABELS.csv", help="columns: file, text")
    lines.add_argument("--images", required=True, metavar="DIR")
    lines.add_argument("--script", required=True, metavar="NAME")
    lines.set_defaults(command=_evaluate_lines)

    train = commands.add_parser("train", help="train a model folder")
    train.add_argument(
        "data",
        nargs="*",
        metavar="DATA",
        help="your own digits; none: the training sets of `datasets`, in twelve scripts",
    )
    train.add_argument(
        "--script",
        metavar="NAME",
        help="the script of DATA, or a name for shapes of your own; without DATA also: all",
    )
    train.add_argument("--out", metavar="DIR", help="folder to write (without --script: model/)")
    train.add_argument("--epochs", type=_positive, metavar="N")
    train.add_argument(
        "--from",
        dest="start",
        metavar="DIR",
        help="teach the model in this folder the few digits of DATA, in seconds, instead of training a new one",
    )
    train.add_argument("--json", action="store_true", help="with --from: print how it goes, one JSON object a line")
    train.set_defaults(command=_train, parser=train)

    sets = commands.add_parser("datasets", parents=[as_json], help="list the data sets, and which are here")
    sets.set_defaults(command=_datasets)
    bench = commands.add_parser("bench", parents=[common, as_json], help="measure speed and memory")
    bench.set_defaults(command=_bench)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not positive")
    return number


def _read(chosen: argparse.Namespace) -> int:
    from lekh import reading

    if chosen.workers and chosen.scheduler:
        chosen.parser.error("--workers are processes of this machine: leave them out with --scheduler")
    model = _loaded_model(chosen)
    if chosen.script != reading.AUTO:
        model.card.indices(chosen.script)
    if chosen.workers or chosen.scheduler or any(map(_is_many, chosen.images)):
        return _read_folder(chosen, model)
    answers = (_answer(file, model, chosen.script, chosen.single) for file in chosen.images)
    failed = False
    with _table(chosen.csv) as add_row:
        for answer in answers:
            failed |= answer["error"] is not None
            add_row(answer)
            _say(answer, chosen, model)
    return int(failed)


def _say(answer: dict, chosen: argparse.Namespace, model) -> None:
    if chosen.json:
        print(json.dumps(answer), flush=True)
    else:
        print(_sentence(answer, model), file=sys.stderr if answer["error"] else sys.stdout, flush=True)


def _is_many(address: str) -> bool:
    """Whether this is a folder or an address of another file system, not one picture."""
    return "://" in address or os.path.isdir(address)  # noqa: PTH112 - any text may come, also what is no path


def _read_folder(chosen: argparse.Namespace, model) -> int:
    """`read` of folders: by several processes or a cluster, into a table or, without one, a line a picture."""
    from lekh import addresses, folders

    way = folders.Way(chosen.script, chosen.single)
    hire = partial(folders.crew, model, way, chosen.workers, chosen.scheduler)
    say = partial(_say, chosen=chosen, model=model)
    if chosen.csv is None:
        found = addresses.pictures(chosen.images)
        failed = False
        with hire() as crew:
            for answers in folders.read(found, crew, way):
                for answer in answers:
                    failed |= answer["error"] is not None
                    say(answer)
        return int(failed)
    counts = folders.to_table(chosen.images, chosen.csv, model, way, hire, _progress(), say if chosen.json else None)
    if not chosen.json:
        print(_summary(counts, chosen.csv))
    return int(counts.refused > 0)


def _summary(counts, table: str) -> str:
    if counts.total == 0:
        return f"{table}: no pictures were found"
    before = f"{counts.before} were there already, " if counts.before else ""
    refused = f", {counts.refused} could not be read (see the column error)" if counts.refused else ""
    return f"{table}: {before}{counts.read} of {counts.total} pictures were read now{refused}"


def _answer(file: str, model, script: str, single: bool) -> dict:
    """What `read --json` prints of one file."""
    from lekh import reading

    try:
        return rows.answered(file, reading.read(Path(file), model, script, single))
    except LekhError as error:
        return rows.refused(file, str(error))


def _sentence(answer: dict, model) -> str:
    """One line for a person."""
    file, digits = answer["file"], rows.digits(answer)
    if answer["error"]:
        return f"{file}: {answer['error']}"
    if not digits:
        return f"{file}: no ink was found"
    if len(digits) > 1:
        text = answer["text"].replace("\n", " / ") or "nothing was read"
        doubtful = sum(digit["rejected"] for digit in digits)
        return f"{file}: {text}; {len(digits)} boxes, {doubtful} of them rejected; {model.card.title(answer['script'])}"
    symbols = model.card.symbols(answer["script"])
    parts = []
    for digit in digits:
        symbol = symbols[digit["digit"]]
        numeral = str(digit["digit"]) if symbol == str(digit["digit"]) else f"{digit['digit']} ({symbol})"
        parts.append(f"{'perhaps ' if digit['rejected'] else ''}{numeral}, {digit['confidence']:.1%}")
    return f"{file}: {'; '.join(parts)}; {model.card.title(answer['script'])}"


@contextlib.contextmanager
def _table(file: str | None) -> Iterator:
    """A function that adds a row to the CSV file, or that does nothing when there is none."""
    if file is None:
        yield lambda answer: None
        return
    try:  # the byte order mark tells spreadsheets that this is UTF-8
        stream = Path(file).open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")  # noqa: SIM115
    except OSError as error:
        raise LekhError(f"{file} cannot be written", "Choose another place for the table") from error
    writer = csv.writer(stream)

    def add(cells):
        try:
            writer.writerow(cells)
            stream.flush()
        except OSError as error:
            raise LekhError(f"{file} cannot be written any further", "Make room on the disk") from error

    try:
        add(rows.COLUMNS)
        yield lambda answer: add([rows.as_cell(cell) for cell in rows.row(answer)])
    finally:
        with contextlib.suppress(OSError):  # said by then: each row is written at once
            stream.close()


def _evaluate(chosen: argparse.Namespace) -> int:
    if chosen.report == bool(chosen.data):
        chosen.parser.error("give either DATA or --report")
    if chosen.report:
        return _evaluate_and_report(chosen)
    if not chosen.script:
        chosen.parser.error("DATA needs --script")
    from lekh import datasets, evaluation

    model = _loaded_model(chosen)
    model.card.indices(chosen.script)
    dataset = datasets.load(chosen.data, chosen.script)
    found = evaluation.evaluate(dataset, model, _progress())
    if chosen.json:
        print(json.dumps(found.as_dict()))
        return 0
    print(f"{found.correct} of {found.n} right ({found.accuracy:.2%}), {found.n - found.correct} missed")
    print(f"{found.rejected} not sure or nothing read; calibration error {found.ece:.4f}")
    print("class      n  precision  recall      f1")
    for name, scores in found.per_class.items():
        print(f"{name:<5} {scores['n']:>6}  {scores['precision']:9.4f}  {scores['recall']:6.4f}  {scores['f1']:6.4f}")
    return 0


def _evaluate_and_report(chosen: argparse.Namespace) -> int:
    from lekh import measuring, reproduced

    # what is left out is said, but not amid the JSON
    said = contextlib.redirect_stdout(sys.stderr) if chosen.json else contextlib.nullcontext()
    with said:
        results = measuring.measure(_model_folder(chosen))
        reproduced.refresh(_model_folder(chosen))
    if chosen.json:
        print(json.dumps({source.key: found.as_dict() for source, found in results}))
        return 0
    for source, found in results:
        print(f"{source.title}: {found.correct} of {found.n}, {found.accuracy:.2%}")
    return 0


def _evaluate_lines(chosen: argparse.Namespace) -> int:
    from lekh import evaluation

    model = _loaded_model(chosen)
    found = evaluation.evaluate_lines(chosen.labels, chosen.images, model, chosen.script, _progress())
    if chosen.json:
        print(json.dumps(found.as_dict()))
    else:
        print(f"{found.exact} of {found.n} right ({found.exact / found.n:.2%}); {found.cer:.4f} edits a digit")
    return 0


def _train(chosen: argparse.Namespace) -> int:
    if chosen.data and not chosen.script:
        chosen.parser.error("DATA needs --script")
    if chosen.script and not chosen.out:
        chosen.parser.error("--script needs --out, so that the repository's model stays")
    if chosen.start is not None:
        return _finetune(chosen)
    if chosen.json:
        chosen.parser.error("--json goes with --from")
    from lekh import model, training

    training.main(chosen.data, chosen.script, chosen.out or str(model.DEFAULT_FOLDER), chosen.epochs)
    return 0


def _finetune(chosen: argparse.Namespace) -> int:
    if not chosen.data:
        chosen.parser.error("--from needs DATA")
    if chosen.epochs is not None:
        chosen.parser.error("--epochs does not go with --from")
    from lekh import finetune, litert

    def report(event: dict) -> None:
        if chosen.json:
            print(json.dumps(event), flush=True)

    try:
        with litert.without_chatter():
            found = finetune.main(chosen.data, chosen.script, chosen.start, chosen.out, report)
    except LekhError as error:
        report({"event": "error", "problem": error.problem, "remedy": error.remedy})
        raise
    report({"event": "done", **found})
    if not chosen.json:
        _print_taught(found, chosen.out)
    return 0


def _print_taught(found: dict, out: str) -> None:
    print(f"{found['n']} digits learnt in {found['seconds']:.0f} s; the model is in {out}")
    if found["examined"]:
        before = "" if found["before"] is None else f"{found['before']} before, "
        print(f"Of {found['examined']} that were left out in turn, read right: {before}{found['after']} after")
    right = {name: sum(row[0] for row in found["samples"][name].values()) for name in ("before", "after")}
    print(f"Of the samples that come with Lekh: {right['before']} before, {right['after']} after")


def _datasets(chosen: argparse.Namespace) -> int:
    from lekh import datasets

    rows = [_described(source) for source in datasets.SOURCES.values()]
    if chosen.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        size = f"{row['n']} digits" if row["present"] else row["problem"]
        print(f"{row['key']}: {row['title']} ({row['script']}, {row['role']}; {row['licence']}): {size}")
    return 0


def _described(source) -> dict:
    from lekh import datasets

    count, problem = None, None
    try:
        count = len(datasets.open_source(source.key))
    except LekhError as error:
        problem = str(error)
    keys = ("key", "title", "script", "role", "licence", "origin", "path", "note")
    return {**{key: getattr(source, key) for key in keys}, "present": count is not None, "n": count, "problem": problem}


def _bench(chosen: argparse.Namespace) -> int:
    from lekh import bench, litert

    with litert.without_chatter():
        results = bench.run(_model_folder(chosen))
    print(json.dumps(results) if chosen.json else bench.as_text(results))
    return 0


def _model_folder(chosen: argparse.Namespace) -> Path:
    from lekh import model

    return Path(chosen.model) if chosen.model is not None else model.DEFAULT_FOLDER


def _loaded_model(chosen: argparse.Namespace):
    from lekh import litert, model

    with litert.without_chatter():
        return model.load(_model_folder(chosen))


def _progress():
    """A progress bar on standard error, when a person is looking."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    return tqdm
