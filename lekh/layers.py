"""What each layer of a network makes of a digit, whatever its layers are, from the `.tflite` file alone."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lekh.errors import LekhError
from lekh.model import Model

INPUT, FILTERS, STRONGEST, MEAN, SUM, BEND, WEIGHTS, PROBABILITIES, OTHER = KINDS = (
    "input", "filters", "strongest", "mean", "sum", "bend", "weights", "probabilities", "other"
)  # fmt: skip
_KIND_OF = {
    "CONV_2D": FILTERS, "DEPTHWISE_CONV_2D": FILTERS, "MAX_POOL_2D": STRONGEST,
    "AVERAGE_POOL_2D": MEAN, "MEAN": MEAN, "ADD": SUM, "FULLY_CONNECTED": WEIGHTS, "SOFTMAX": PROBABILITIES,
    "RELU": BEND, "RELU6": BEND, "LEAKY_RELU": BEND, "PRELU": BEND, "ELU": BEND, "GELU": BEND, "TANH": BEND,
    "LOGISTIC": BEND, "HARD_SWISH": BEND,
}  # fmt: skip
_SAME_NUMBERS = {"RESHAPE", "SQUEEZE", "EXPAND_DIMS", "QUANTIZE", "DEQUANTIZE", "DELEGATE", "CAST", "PAD"}
_TOGETHER = 16  # digits whose layers are held in memory at a time


@dataclass(frozen=True, eq=False)
class Layer:
    """What one layer made of a digit.

    Attributes:
        kind: one of `KINDS`; `OTHER` is a layer that this module has no name for.
        maps: float32 `(K, h, w)`, K pictures of what it found where; `(K, 1, 1)` where it has one number each.
        window_wh: size of the pieces that each filter looks at, in places of the layer before; `None` without filters.
    """

    kind: str
    maps: np.ndarray
    window_wh: tuple[int, int] | None = None

    @property
    def is_numbers(self) -> bool:
        """Whether nothing is left of where on the digit it was found."""
        return self.maps.shape[1:] == (1, 1)

    @property
    def reach(self) -> float:
        """The largest value beside 0, of which the others are shares; the fewest strange ones do not count."""
        return float(np.quantile(np.abs(self.maps), 0.999)) or 1.0


def walk(seen: np.ndarray, model: Model) -> tuple[Layer, ...]:
    """Every layer of the model's network for one digit, from the input to the probabilities.

    Args:
        seen: float32 `(S, S, 1)`, what the network saw of the digit.
        model: a loaded model folder.

    Raises:
        LekhError: the network does not take this digit.
    """
    found = [Layer(INPUT, np.moveaxis(np.asarray(seen, np.float32), -1, 0))]
    for kind, values, window in _layers(_Opened(model), seen[np.newaxis]):
        found.append(Layer(kind, _as_maps(values[0]), window))
    return tuple(found)


def features(inputs: np.ndarray, model: Model) -> np.ndarray:
    """What the network goes by when it decides: the last numbers that it has before one for each class.

    Args:
        inputs: float32 `(N, S, S, 1)`, N at least 1.
        model: a loaded model folder.

    Returns:
        float32 `(N, F)`, each row of length 1.

    Raises:
        LekhError: as `walk`.
    """
    opened, classes, rows = _Opened(model), len(model.card.classes), []
    for start in range(0, len(inputs), _TOGETHER):
        batch = np.asarray(inputs[start : start + _TOGETHER], np.float32)
        last = batch
        for _, values, _ in _layers(opened, batch):
            if len(values) == len(batch) and math.prod(values.shape[1:]) != classes:
                last = values
        rows.append(last.reshape(len(batch), -1))
    found = np.concatenate(rows).astype(np.float32)
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)


class _Opened:
    """An interpreter of its own that keeps what every layer said; not to be shared between threads."""

    def __init__(self, model: Model):
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        try:
            self._interpreter = Interpreter(
                model_content=model.content,
                num_threads=1,
                experimental_preserve_all_tensors=True,
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,  # which fuses layers
            )
        except (ValueError, RuntimeError) as error:
            raise LekhError(f"The network in {model.folder.name}/ cannot be opened", "Load the page again") from error
        self._entry = self._interpreter.get_input_details()[0]["index"]

    def run(self, batch: np.ndarray) -> None:
        try:
            self._interpreter.resize_tensor_input(self._entry, batch.shape, strict=True)
            self._interpreter.allocate_tensors()
            self._interpreter.set_tensor(self._entry, np.ascontiguousarray(batch, np.float32))
            self._interpreter.invoke()
            self._details = {tensor["index"]: tensor for tensor in self._interpreter.get_tensor_details()}
        except (ValueError, RuntimeError) as error:
            raise LekhError("This network does not take this digit", "Load the page again") from error

    def outputs(self) -> Iterator[tuple[str, int, tuple[int, int] | None]]:
        """Name of the operation, index of what it made, and size of its filters, in the order of the computation."""
        details = self._details
        steps = getattr(self._interpreter, "_get_ops_details", None)
        if steps is None:  # it is not promised to stay; the numbers are there without it, the names are not
            changing = (i for i, tensor in details.items() if tensor["shape_signature"][:1].tolist() == [-1])
            yield from (("", index, None) for index in changing if index != self._entry)
            return
        for step in steps():
            filters = [details[i]["shape"] for i in step["inputs"] if i in details and len(details[i]["shape"]) == 4]
            window = (int(filters[-1][2]), int(filters[-1][1])) if filters else None
            yield from ((step["op_name"], int(index), window) for index in step["outputs"] if index in details)

    def values(self, index: int) -> np.ndarray | None:
        """float32, also of whole numbers that stand for others; `None` where they are no measurement."""
        scale, zero = self._details[index]["quantization"]
        if self._details[index]["dtype"] is not np.float32 and not scale:
            return None
        values = self._interpreter.get_tensor(index).astype(np.float32)
        return (values - zero) * scale if scale else values


def _layers(opened, batch):
    """Kind, values and window of every layer for a batch of digits."""
    opened.run(batch)
    for name, index, window in opened.outputs():
        values = None if name in _SAME_NUMBERS else opened.values(index)
        if values is not None and values.ndim > 1 and len(values) == len(batch):
            kind = _KIND_OF.get(name, OTHER)
            yield kind, values, window if kind == FILTERS else None


def _as_maps(values):
    """`(h, w, K)`, `(w, K)`, `(K,)` or anything else -> `(K, h, w)`."""
    if values.ndim == 3:
        return np.moveaxis(values, -1, 0)
    if values.ndim == 2:
        return values.T[:, np.newaxis]
    return values.reshape(-1, 1, 1)
