"""Train on yours: the collected digits teach the model, in a process of its own; what came of it, and where it goes."""

from datetime import datetime

import pandas as pd
import streamlit as st

from lekh import model_folder
from lekh.collection import Collection
from lekh.errors import LekhError
from lekh.hand import Hand
from lekh.model import Model
from lekh.numerals import SCRIPTS
from lekh.teaching import Job
from views import answers, charts, collected, own_models, scripts
from views.own_models import ZIP
from views.strings import explained, text

JOB, RESULT = "teach-job", "teach-result"  # in the session: the training that runs, and the last one that ended
EVERY = 0.7  # seconds between two looks at it
LEAST = 5  # digits of a script, and of one's own symbols this many in all
FEW = 2  # examples of a symbol that nothing is known of


def section(collection: Collection, model: Model | None, narrow: bool = False) -> None:
    """The whole part of the page under the collected digits."""
    st.subheader(text("train.title"), anchor=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        own_models.choose("teach-model")
    job = st.session_state.get(JOB)
    if job is not None:
        _watch(narrow)
    else:
        _offer(collection, model)
        _result()
    own_models.bring()


def _offer(collection: Collection, model: Model | None) -> None:
    lacking = _lacking(collection, model)
    st.caption(lacking or text("train.lead", n=len(collection), script=scripts.title(collection.script)))
    st.button(
        text("train.start"), icon=":material/school:", type="primary", key="train-start",
        disabled=lacking is not None, on_click=_start, args=(collection, model),
    )  # fmt: skip


def _lacking(collection: Collection, model: Model | None) -> str | None:
    """Why there is nothing to train on yet."""
    counts = {label: count for label, count in collection.counts().items() if count}
    if model is None or sum(counts.values()) < LEAST:
        return text("train.few", least=LEAST)
    if collection.script in SCRIPTS:
        missing = collection.script not in model.card.scripts and len(counts) < len(collection.classes)
        return text("train.all_ten") if missing else None
    known = set(model.card.symbols(collection.script)) if collection.script in model.card.scripts else set()
    if len(known | set(counts)) < 2:
        return text("train.two")
    scarce = [label for label, count in counts.items() if count < FEW and label not in known]
    return text("train.scarce", label=collected.named(scarce[0], collection.script)) if scarce else None


def _start(collection: Collection, model: Model) -> None:
    st.session_state.pop(RESULT, None)
    try:
        pictures = [(example.label, collection.picture(example)) for example in collection.examples()]
        st.session_state[JOB] = Job(pictures, collection.script, model.folder)
    except LekhError as error:
        st.session_state[RESULT] = error


def _cancel() -> None:
    job = st.session_state.pop(JOB, None)
    if job is not None:  # it may have ended under the finger
        job.close()


# While it runs


@st.fragment(run_every=EVERY)
def _watch(narrow: bool) -> None:
    job = st.session_state.get(JOB)
    if job is None:  # cancelled; only this part of the page knows yet
        st.rerun(scope="app")
    state = job.state  # before the events, so that none is missing at the end
    events = job.events()
    if state != "running":
        st.session_state[RESULT] = job if state == "done" else job.problem
        del st.session_state[JOB]
        if state != "done":
            job.close()
        st.rerun(scope="app")
    share, words = _progress(events)
    st.progress(share, text=words)
    _curves(events, narrow)
    st.button(text("train.cancel"), icon=":material/close:", key="train-cancel", on_click=_cancel)


def _progress(events: list[dict]) -> tuple[float, str]:
    """How far it is, 0 to 1, and in words. Looking takes about half of the time."""
    last = events[-1] if events else {}
    if last.get("event") == "look":
        done = last["done"] / last["total"]
        return 0.5 * done, text("train.looking", done=last["done"], total=last["total"])
    parts = sum(event["event"] == "part" for event in events)
    if parts or last.get("event") == "step":
        return min(0.99, 0.5 + 0.1 * parts), text("train.learning")
    return 0.0, text("train.starting")


def _curves(events: list[dict], narrow: bool) -> None:
    """The share of the bent copies that is read right, step by step: for each part left out, and for all."""
    steps = [event for event in events if event["event"] == "step"]
    if not steps:
        return
    passes = {None: text("train.all")}
    rows = pd.DataFrame(
        {
            "step": [event["step"] for event in steps],
            "right": [100 * event["accuracy"] for event in steps],
            "pass": [str(event["part"]) for event in steps],
            "kind": [passes.get(event["part"], text("train.part")) for event in steps],
        }
    )
    kinds = [text("train.all"), text("train.part")]
    st.altair_chart(
        charts.learning_curves(rows, steps[0]["steps"], kinds, text("train.step"), text("train.right")),
        width="stretch" if narrow else 520,
        key="train-curves",
    )


# Afterwards


def _result() -> None:
    result = st.session_state.get(RESULT)
    if isinstance(result, LekhError):
        st.error(explained(result), icon=":material/error:")
    elif result is not None and result.state == "done":
        _done(result)


def _done(job: Job) -> None:
    found = next(event for event in job.events() if event.get("event") == "done")
    st.success(text("train.done", n=found["n"], seconds=max(1, round(found["seconds"]))), icon=":material/check:")
    with st.container(key="train-table"):
        st.table(_table(found), width="content")  # unlike a data frame it folds its words on a phone
    if found["unreadable"]:
        st.caption(text("train.unreadable", n=found["unreadable"]))
    if found["hand"]:
        st.caption(text("train.hand", how=answers.straightening(Hand(**found["hand"]))))
    if found["before"] == found["after"] == found["examined"]:
        st.caption(text("train.no_need"))
    if _worse(found):
        st.warning(text("train.worse"), icon=":material/warning:")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if own_models.chosen() == job.out:
            st.badge(text("train.in_use"), icon=":material/check:", color="green")
        else:
            st.button(text("train.use"), type="primary", key="train-use", on_click=_use, args=(job, found))
        st.download_button(
            text("train.download"), lambda: model_folder.packed(job.out), icon=":material/download:", mime=ZIP,
            file_name=f"lekh_model_{found['script']}.zip", on_click="ignore", key="train-download",
        )  # fmt: skip
        st.button(text("train.forget"), type="tertiary", key="train-forget", on_click=_forget)
    st.caption(text("train.left_out_help"))


def _worse(found: dict) -> bool:
    """Whether the digits or the samples are read worse than before."""
    before, after = (sum(row[0] for row in found["samples"][name].values()) for name in ("before", "after"))
    return after < before or (found["before"] is not None and found["after"] < found["before"])


def _table(found: dict) -> pd.DataFrame:
    """What was read right before and after: the digits that were left out in turn, and the samples script by script."""
    rows = []
    if found["examined"]:
        rows.append((text("train.left_out"), found["examined"], found["before"], found["after"]))
    before, after = found["samples"]["before"], found["samples"]["after"]
    totals = [sum(row[0] for row in each.values()) for each in (before, after)]
    rows.append((text("train.samples"), sum(row[1] for row in before.values()), *totals))
    for script, (right, n) in before.items():
        if right != after[script][0]:
            rows.append((f"– {scripts.title(script)}", n, right, after[script][0]))
    columns = (text("train.what"), text("train.n"), text("train.before"), text("train.after"))
    written = [[words, *("–" if number is None else str(number) for number in numbers)] for words, *numbers in rows]
    return pd.DataFrame(written, columns=columns).set_index(columns[0])


def _use(job: Job, found: dict) -> None:
    script = scripts.title(found["script"])
    own_models.add(text("models.taught", script=script, n=found["n"], time=f"{datetime.now():%H:%M}"), job.out, job)


def _forget() -> None:
    """Puts the result away; a model that is in use stays."""
    st.session_state.pop(RESULT, None)
