"""How good it is: a model card for people who teach, from the card and the reports of the model folder."""

import streamlit as st

from lekh import figures
from lekh.errors import LekhError
from lekh.figures import Result, TestSet, TrainingSet
from lekh.model import Model
from views import answers, kept, model_learning, model_results, own_models, scripts
from views.strings import literal, text

SECTION = "model-section"  # of the choice in the session
NAMED = 12  # scripts that the lead names


def page() -> None:
    """The whole page; a widget reruns only the part under the title."""
    try:
        model = answers.current_model()
    except LekhError as error:
        answers.show_error(error)
        return
    _card(model)


@st.fragment
def _card(model: Model) -> None:
    tested, counts = figures.read_evaluation(model.folder, model.card)
    results, learnt = figures.results(model.card), figures.training_sets(model.card, counts)
    own_models.choose("model-model")
    if own_models.chosen() is not None:
        st.caption(text("model.own"))
    st.markdown(_lead(model, results, tested, learnt))
    sections = {
        "results": bool(results),
        "mistakes": bool(tested),
        "confidence": bool(tested),
        "learning": bool(learnt or figures.curves(model.card)),
        "reports": bool(figures.read_reproduced(model.folder)),
        "limits": True,
    }
    shown = [name for name, has_something in sections.items() if has_something]
    if st.session_state[kept.begin(SECTION, shown[0])] not in shown:
        st.session_state[SECTION] = shown[0]
    section = st.segmented_control(
        text("model.sections"),
        shown,
        required=True,
        format_func=lambda name: text(f"model.{name}"),
        key=SECTION,
        label_visibility="collapsed",
    )
    if section == "results":
        model_results.results(model, results)
    elif section == "mistakes":
        model_results.mistakes(model, tested)
    elif section == "confidence":
        model_results.confidence(model, tested)
    elif section == "learning":
        model_learning.learning(model, learnt)
    elif section == "reports":
        model_learning.reports(model)
    else:
        model_learning.limits(model)


def _lead(model: Model, results: list[Result], tested: list[TestSet], learnt: list[TrainingSet]) -> str:
    """Three or four plain sentences; those that nothing was measured for are left out."""
    names = [literal(scripts.title(script, model)) for script in model.card.scripts]
    if len(names) == 1:
        sentences = [text("model.lead_one", script=names[0], classes=len(model.card.symbols(model.card.scripts[0])))]
    else:
        sentences = [text("model.lead", n=len(names), scripts=", ".join(names[:NAMED]))]
    pictures = sum(one.n or 0 for one in learnt)
    if pictures:
        sentences.append(text("model.lead_learnt", n=f"{pictures:,}", sets=len(learnt)))
    if results:
        low, high = min(results, key=_accuracy), max(results, key=_accuracy)
        n = sum(result.n for result in results)
        sentences.append(
            text("model.lead_right", n=f"{n:,}", low=of_hundred(low.accuracy), high=of_hundred(high.accuracy))
        )
    if tested:
        points = 100 * figures.calibration_error(tested)
        sentences.append(text("model.lead_confidence", points=f"{points:.1f}"))
    else:
        sentences.append(text("model.lead_check"))
    return " ".join(sentences)


def _accuracy(result: Result) -> float:
    return result.accuracy


def of_hundred(share: float) -> str:
    """How many of a hundred, for a sentence: rounded down, so that only all of them are 100."""
    return f"{int(1000 * share) / 10:.1f}".removesuffix(".0")
