"""The error that a person reads."""

import pickle

from lekh.errors import LekhError


def test_an_error_reads_as_two_sentences():
    error = LekhError("No ink was found", "Draw or upload a darker digit")
    assert str(error) == "No ink was found. Draw or upload a darker digit."
    assert (error.problem, error.remedy) == ("No ink was found", "Draw or upload a darker digit")


def test_an_error_survives_the_way_between_processes():
    error = pickle.loads(pickle.dumps(LekhError("This file is empty", "Save it again")))
    assert type(error) is LekhError
    assert (error.problem, error.remedy, str(error)) == (
        "This file is empty",
        "Save it again",
        "This file is empty. Save it again.",
    )
