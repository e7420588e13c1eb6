"""The README says what the card says."""

from pathlib import Path

import pytest

from lekh.model import DEFAULT_FOLDER, read_card

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", read_card(DEFAULT_FOLDER).raw["test_sets"], ids=lambda row: row["name"])
def test_the_accuracy_table_is_the_cards(row):
    share = row["correct"] / row["n"]
    assert f"| {row['title']} | {row['n']:,} | {row['n'] - row['correct']:,} | {share:.2%} |" in README


@pytest.mark.parametrize("command", ["make app", "make test"])
def test_the_commands_are_named(command):
    assert command in README
