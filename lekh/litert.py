"""A network in the `.tflite` format, run by LiteRT."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

BATCH = 64  # inputs at a time; memory grows with it, speed hardly
KEPT = 4  # interpreters that wait for the next call; more calls than that at once make their own


class Network:
    """One network, one input, one output. Safe to share between threads.

    An interpreter serves one call at a time. A call takes one that waits, or makes one, and leaves it for the next
    call, whatever its thread: a page answers each visit from a thread that soon ends.
    """

    def __init__(self, content: bytes):
        self._content = content
        self._waiting: list[_Interpreter] = []

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        """The network's output; as many cores work on a large batch as there are.

        Args:
            batch: float32 `(N, ...)`, N at least 1.

        Returns:
            float32 `(N, ...)`.

        Raises:
            ValueError, RuntimeError: the content is no network, or does not take this shape.
        """
        parts = [batch[start : start + BATCH] for start in range(0, len(batch), BATCH)]
        if len(parts) == 1:
            return self._run(batch)
        with ThreadPoolExecutor(min(len(parts), KEPT, usable_cores())) as pool:
            return np.concatenate(list(pool.map(self._run, parts)))

    def _run(self, part):
        try:
            interpreter = self._waiting.pop()
        except IndexError:
            interpreter = _Interpreter(self._content)
        output = interpreter.run(part)
        if len(self._waiting) < KEPT:
            self._waiting.append(interpreter)
        return output


class _Interpreter:
    def __init__(self, content):
        from ai_edge_litert.interpreter import Interpreter  # here, so that a page without a model still starts

        self._interpreter = Interpreter(model_content=content, num_threads=1)
        (entry,), (output,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._entry, self._output, self._shape = entry["index"], output["index"], None

    def run(self, batch):
        if batch.shape != self._shape:
            self._interpreter.resize_tensor_input(self._entry, batch.shape, strict=True)
            self._interpreter.allocate_tensors()
            self._shape = batch.shape
        self._interpreter.set_tensor(self._entry, np.ascontiguousarray(batch, np.float32))
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)


def usable_cores() -> int:
    """How many processors this process may use, where the system tells; else how many there are."""
    allowed: Sequence[int] = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return len(allowed)


@contextlib.contextmanager
def without_chatter() -> Iterator[None]:
    """LiteRT greets on file descriptor 2 when its first interpreter starts; errors come as exceptions all the same."""
    if sys.stderr is None:  # started without a terminal
        yield
        return
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
