"""The catalogue is complete and says what each set is for."""

from lekh.numerals import SCRIPTS, SIGNS
from lekh.sources import SOURCES


def test_keys_paths_and_roles():
    assert all(key == source.key and source.role in ("train", "test") for key, source in SOURCES.items())
    assert len({source.path for source in SOURCES.values()}) == len(SOURCES)
    tests = {key for key, source in SOURCES.items() if source.role == "test"}
    assert tests == {
        "mnist_test", "mnist_corrupted", "paint_strokes", "khmer_report_test", "devanagari_cmaterdb_test",
        "bangla_cmaterdb_test", "telugu_cmaterdb_test", "dig_mnist", "gurmukhi_test", "arabic_cmaterdb_test",
        "madbase_test",
    }  # fmt: skip
    learnt = {source.script for source in SOURCES.values() if source.role == "train"}
    assert learnt == {*SCRIPTS, SIGNS}
