"""Lekh reads handwritten digits from photographs and drawings. The library imports no Streamlit and no TensorFlow."""

__version__ = "0.1.0"
