"""The last layer of a network's files: taken off, to see what it sees, and put on again, wider perhaps. No TensorFlow.

A network's last layer is dense, with a softmax after it. Everything before it stays as it is, byte for byte.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass

import numpy as np

from lekh.datasets_files import UNREADABLE
from lekh.errors import LekhError
from lekh.model import KERAS, TFLITE

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"  # members of a `.keras` file
_REMEDY = "Start from a model folder that this version of Lekh wrote"


@dataclass(frozen=True, eq=False)
class Head:
    """A dense layer: `features @ kernel + bias` are the logits.

    Attributes:
        kernel: float32 `(F, C)`.
        bias: float32 `(C,)`.
    """

    kernel: np.ndarray
    bias: np.ndarray

    def __post_init__(self):
        if self.kernel.ndim != 2 or self.bias.shape != self.kernel.shape[1:]:
            raise ValueError(f"kernel is (F, C) and bias (C,); got {self.kernel.shape} and {self.bias.shape}.")

    def logits(self, features: np.ndarray) -> np.ndarray:
        """float32 `(N, C)` of features `(N, F)`."""
        return features @ self.kernel + self.bias


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities `(N, C)`, each row sums to 1."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


# -- digits.tflite ----------------------------------------------------------------------------------------------------


def taken_off(network: bytes) -> tuple[bytes, Head]:
    """A network without its last layer, and that layer.

    Args:
        network: content of a `.tflite` file.

    Returns:
        Content of a `.tflite` file whose output are the features `(N, F)`; the layer.

    Raises:
        LekhError: the network does not end in one dense layer and a softmax.
    """
    schema, parsed = _parsed(network)
    graph, layer = _last_layer(schema, parsed)
    features, kernel, bias = (int(tensor) for tensor in layer.inputs)
    head = Head(_values(parsed, graph, kernel).T.copy(), _values(parsed, graph, bias).copy())
    graph.operators = graph.operators[:-2]
    graph.outputs = [features]
    parsed.signatureDefs = []
    return _packed(parsed), head


def fingerprint(network: bytes) -> str:
    """Hex sha256 of all layers but the last: what they compute, not how the file is laid out.

    Raises:
        LekhError: the network does not end in one dense layer and a softmax.
    """
    schema, parsed = _parsed(network)
    graph, _ = _last_layer(schema, parsed)
    total = hashlib.sha256()
    for operator in graph.operators[:-2]:
        total.update(f"{_kind(parsed, operator)};".encode())
        for tensor in (graph.tensors[int(place)] for place in operator.inputs if place >= 0):
            content = parsed.buffers[tensor.buffer].data
            if content is not None and len(content):
                total.update(f"{[int(length) for length in tensor.shape]};".encode())
                total.update(np.asarray(content, np.uint8).tobytes())
    return total.hexdigest()


def put_on(network: bytes, head: Head) -> bytes:
    """The network of a `.tflite` file with another last layer, of as many outputs as that has.

    Raises:
        LekhError: the network does not end in one dense layer and a softmax.
    """
    schema, parsed = _parsed(network)
    graph, layer = _last_layer(schema, parsed)
    _, kernel, bias = (int(tensor) for tensor in layer.inputs)
    _replace(parsed, graph, kernel, head.kernel.T)
    _replace(parsed, graph, bias, head.bias)
    for operator in graph.operators[-2:]:
        tensor = graph.tensors[int(operator.outputs[0])]
        tensor.shape, tensor.shapeSignature = (
            None if shape is None else [*map(int, shape[:-1]), len(head.bias)]
            for shape in (tensor.shape, tensor.shapeSignature)
        )
    return _packed(parsed)


def in_float32(network: bytes, head: Head) -> bytes:
    """A network in half precision with its last layer, `head`, in float32, as the functions here take it.

    Raises:
        LekhError: the network does not end in a dense layer and a softmax.
    """
    schema, parsed = _parsed(network)
    graph = parsed.subgraphs[0]
    widened = [operator for operator in graph.operators if _kind(parsed, operator) == schema.BuiltinOperator.DEQUANTIZE]
    made_by = {int(operator.outputs[0]): operator for operator in widened}
    for place, values in zip(graph.operators[-2].inputs[1:], (head.kernel.T, head.bias), strict=True):
        operator = made_by.get(int(place))
        if operator is not None:
            parsed.buffers[graph.tensors[int(operator.inputs[0])].buffer].data = None
            graph.operators.remove(operator)
            parsed.buffers.append(schema.BufferT())
            graph.tensors[int(place)].buffer = len(parsed.buffers) - 1
        _replace(parsed, graph, int(place), values)
    _last_layer(schema, parsed)
    return _packed(parsed)


def _parsed(network):
    from ai_edge_litert import schema_py_generated as schema  # here: only who trains needs it

    try:
        return schema, schema.ModelT.InitFromPackedBuf(network, 0)
    except Exception as error:  # whatever a damaged file makes of its own offsets
        raise LekhError(f"{TFLITE} does not load", "Copy a complete model folder there") from error


def _last_layer(schema, parsed):
    """The graph and its dense layer, which only a softmax follows."""
    graph = parsed.subgraphs[0] if len(parsed.subgraphs or ()) == 1 else None
    kinds = [] if graph is None else [_kind(parsed, operator) for operator in graph.operators]
    wanted = [schema.BuiltinOperator.FULLY_CONNECTED, schema.BuiltinOperator.SOFTMAX]
    if kinds[-2:] != wanted or len(graph.operators[-2].inputs) != 3 or min(graph.operators[-2].inputs) < 0:
        raise LekhError("The network does not end in a dense layer and a softmax", _REMEDY)
    layer = graph.operators[-2]
    if any(graph.tensors[int(tensor)].type != schema.TensorType.FLOAT32 for tensor in layer.inputs):
        raise LekhError("The last layer of the network is not in float32", _REMEDY)
    return graph, layer


def _kind(parsed, operator):
    code = parsed.operatorCodes[operator.opcodeIndex]
    return max(code.builtinCode, code.deprecatedBuiltinCode)  # small codes are in the old field of one byte


def _values(parsed, graph, tensor):
    described = graph.tensors[tensor]
    content = np.asarray(parsed.buffers[described.buffer].data, np.uint8).tobytes()
    return np.frombuffer(content, "<f4").reshape([int(length) for length in described.shape])


def _replace(parsed, graph, tensor, values):
    described = graph.tensors[tensor]
    parsed.buffers[described.buffer].data = np.frombuffer(np.ascontiguousarray(values, "<f4").tobytes(), np.uint8)
    described.shape = list(values.shape)
    described.shapeSignature = None if described.shapeSignature is None else list(values.shape)


def _packed(parsed):
    import flatbuffers

    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(parsed.Pack(builder), b"TFL3")
    return bytes(builder.Output())


# -- digits.keras -----------------------------------------------------------------------------------------------------


def put_on_keras(network: bytes, before: Head, head: Head) -> bytes:
    """The network of a `.keras` file with another last layer.

    Args:
        network: content of a `.keras` file.
        before: its last layer, as `taken_off` found it in the `.tflite` file of the same folder.
        head: the new one.

    Raises:
        LekhError: the file is damaged, or is not the source of that `.tflite` file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(network)) as archive:
            members = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        config = json.loads(members[_CONFIG])
        layer = config["config"]["layers"][-1]
        if layer["class_name"] != "Dense" or layer["config"]["units"] != len(before.bias):
            raise LekhError(f"{KERAS} and {TFLITE} are not the same network", _REMEDY)
        layer["config"]["units"] = len(head.bias)
        members[_CONFIG] = json.dumps(config).encode()
        members[_WEIGHTS] = _with_weights(members[_WEIGHTS], before, head)
    except (*UNREADABLE, IndexError, TypeError) as error:
        raise LekhError(f"{KERAS} does not load", "Copy a complete model folder there") from error
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member)  # without the time, so that equal weights make equal files
    return content.getvalue()


def _with_weights(weights, before, head):
    """The HDF5 file with the head's arrays; they are found by what they hold, for Keras names layers as it goes."""
    import h5py

    content = io.BytesIO(weights)
    with h5py.File(content, "r+") as file:
        for old, new in ((before.kernel, head.kernel), (before.bias, head.bias)):
            place = _place_of(old, file, h5py)
            attributes = dict(file[place].attrs)
            del file[place]
            file.create_dataset(place, data=np.asarray(new, np.float32)).attrs.update(attributes)
    return content.getvalue()


def _place_of(values, file, h5py):
    found = []

    def look(name, item):
        if isinstance(item, h5py.Dataset) and item.shape == values.shape and np.allclose(item[()], values, atol=1e-6):
            found.append(name)

    file.visititems(look)
    if len(found) != 1:
        raise LekhError(f"{KERAS} and {TFLITE} are not the same network", _REMEDY)
    return found[0]
