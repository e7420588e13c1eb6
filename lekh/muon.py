"""The optimizer of the networks. Keras is imported only when it is asked for."""

import math
from functools import cache

SCALE = 0.2  # brings a step to the size that AdamW's have, so that both take the same learning rate
MOMENTUM = 0.95
ITERATIONS = 5
QUINTIC = 3.4445, -4.7750, 2.0315  # the polynomial that takes singular values towards 1 the fastest


@cache  # Keras registers a class once
def muon_class() -> type:
    """Muon for the filters of convolutions, AdamW for all other weights: a class made as `keras.optimizers.AdamW` is.

    The step of a convolution is its momentum made orthogonal: every direction of `(inputs, filters)` is learnt at the
    same pace, not those with the largest gradients alone. Keras has a Muon too, which leaves convolutions to AdamW.

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; the scale is that of Liu et
    al., "Muon is Scalable for LLM Training", 2025, arXiv:2502.16982.
    """
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable(package="lekh")
    class Muon(keras.optimizers.AdamW):
        def update_step(self, gradient, variable, learning_rate):
            if len(variable.shape) != 4 or variable.shape[2] == 1:  # one channel has no directions to choose from
                super().update_step(gradient, variable, learning_rate)
                return
            momentum = self._momentums[self._get_variable_index(variable)]
            self.assign(momentum, MOMENTUM * momentum + gradient)
            inputs, filters = math.prod(variable.shape[:-1]), variable.shape[-1]
            step = orthogonal(ops.reshape(gradient + MOMENTUM * momentum, (inputs, filters)))
            rate = ops.cast(learning_rate, variable.dtype) * SCALE * math.sqrt(max(inputs, filters))
            self.assign_sub(variable, rate * ops.reshape(step, variable.shape))

    return Muon


def orthogonal(matrix):
    """The tensor `(rows, columns)` of any size with its singular values brought to about 1, by Newton and Schulz."""
    from keras import ops

    rows, columns = matrix.shape
    turned = ops.transpose(matrix) if rows > columns else matrix
    turned = turned / (ops.norm(turned) + 1e-7)
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        square = turned @ ops.transpose(turned)
        turned = a * turned + (b * square + c * (square @ square)) @ turned
    return ops.transpose(turned) if rows > columns else turned
