"""The layers of a network as a table: shapes, parameters, blocks, and what of it is trained.

No TensorFlow: simple networks are computed by ``core.models.stack``, pretrained ones are asked of Keras once,
in the helper process, and kept.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerLine:
    """A layer, as ``model.summary()`` prints it.

    Attributes:
        name: Unique in its network.
        kind: Keras' class, such as ``"Conv2D"``.
        output_shape: Without the batch.
        num_params: All its parameters.
        num_weights: Those among them that training can change; the rest are running means.
        block: Index into ``ModelTable.blocks``.
        trained: Whether training changes it at the chosen cut.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    num_params: int
    num_weights: int
    block: int
    trained: bool


@dataclass(frozen=True)
class BlockLine:
    """A block of a network, the head being the last.

    Attributes:
        name: For people.
        first_layer: Index of its first layer in ``ModelTable.layers``.
        num_layers: How many layers it has.
        num_params: Parameters of them all.
        trained: Whether training changes it at the chosen cut.
        keras_layer: Index of its first layer in the Keras application without top, as studies count;
            None for the head and for simple networks.
    """

    name: str
    first_layer: int
    num_layers: int
    num_params: int
    trained: bool
    keras_layer: int | None = None


@dataclass(frozen=True)
class ModelTable:
    """A network, layer by layer.

    Attributes:
        layers: From input to output.
        blocks: From input to output.
        num_params: All parameters.
        num_trainable: Those that training changes at the chosen cut.
        memory: Estimated bytes that a training step takes: parameters, gradients, optimizer and the
            activations of a batch.
    """

    layers: tuple[LayerLine, ...]
    blocks: tuple[BlockLine, ...]
    num_params: int
    num_trainable: int
    memory: int
