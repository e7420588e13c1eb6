"""What is in a model folder already, and stays there."""

from lekh import exporting, model, sequence


def test_the_network_for_numbers_that_a_folder_has_is_kept(tmp_path):
    reader, files = exporting._reader_in(model.DEFAULT_FOLDER)
    assert reader["reader"]["classes"]
    assert set(files) == {sequence.KERAS, sequence.TFLITE}
    assert exporting._reader_in(tmp_path) == ({}, {})
