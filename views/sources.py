"""A picture that a person gave: by upload, camera, drawing or sample."""

import hashlib
from dataclasses import dataclass, field

import streamlit as st

DIGESTS = "digests"
PICTURES = ["image", "heic", "heif"]  # to choose from; some browsers do not count HEIC among the images


@dataclass(frozen=True)
class Source:
    """One picture file, and a digest by which its answer and its corrections are found again."""

    name: str
    content: bytes = field(repr=False)
    digest: str


def from_bytes(name: str, content: bytes) -> Source:
    """A picture made by the page itself."""
    return Source(name, content, hashlib.sha256(content).hexdigest())


def from_upload(file) -> Source:
    """An uploaded picture; its digest is computed once, not with every rerun."""
    known = st.session_state.setdefault(DIGESTS, {})
    content = file.getvalue()
    if file.file_id not in known:
        known[file.file_id] = hashlib.sha256(content).hexdigest()
    return Source(file.name, content, known[file.file_id])
