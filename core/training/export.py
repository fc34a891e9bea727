"""A run's network in the formats of other programs; ``python -m core.training.export`` writes one.

Sources: Keras' ``Model.export`` and ``ExportArchive``, https://keras.io/api/models/model_saving_apis/export/,
which write SavedModel, LiteRT (formerly TensorFlow Lite) and, through tf2onnx, ONNX.
"""

import json
import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.datasets.dataset import Dataset
from core.datasets.images.pixels import pixel_reader
from core.datasets.store import load_dataset
from core.errors import RunError
from core.models.run_loading import load_saved
from core.regrouping.grouping import Grouping
from core.runs.config import RunConfig
from core.runs.run import Run
from core.training.errand import Tell, answer
from core.training.pipeline import select_samples
from core.training.summed import add_groups, sum_of_groups
from core.workspace import Workspace

MAX_DIFFERENCE = 1e-3  # of a probability; rounding alone stays below a hundredth of it
NUM_IMAGES = 32  # to compare on
INPUT, OUTPUT = "images", "probs"  # names in the files
Predict = Callable[[np.ndarray], np.ndarray]


def main() -> int:
    """Export what standard input asks for; see ``core.jobs.exports``."""
    return answer(_export, too_large="close other programs, or wait until a training is over")


def export_model(model: keras.Model, format: str, out: Path, *, class_names: tuple[str, ...]) -> Predict:
    """Write a network to ``out``; returns what it says when read back.

    Args:
        model: From RGB, 0-255, shape ``(batch, height, width, 3)``, to probabilities; called before.
        format: ``"saved_model"``, ``"tflite"`` or ``"onnx"``.
        out: File or folder to write.
        class_names: Written into the file where the format has a place for it (ONNX).
    """
    if format == "saved_model":
        return _write_saved_model(model, out)
    return _write_tflite(model, out) if format == "tflite" else _write_onnx(model, out, class_names)


def to_float32(model: keras.Model) -> keras.Model:
    """Return a network that computes in float32, with the same weights; itself when it does so already."""
    if all(layer.compute_dtype == "float32" for layer in model.layers):
        return model

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        return type(layer).from_config({**layer.get_config(), "dtype": "float32"})

    clone = keras.models.clone_model(model, clone_function=copy)
    clone.set_weights(model.get_weights())
    return clone


def _export(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    run, out, format = Run(Path(request["run_dir"])), Path(request["out"]), request["format"]
    tell("Reading the network", 1, 4)
    model, config = load_saved(run.model_path), run.config
    dataset = load_dataset(Workspace(Path(request["workspace"])), config.dataset)
    class_names = _class_names(dataset, config, model, run)
    images = _read_images(dataset, config)
    if format != "keras":
        model = to_float32(model)
    expected = np.asarray(model(images, training=False))  # Keras writes no ONNX of a network never called
    grouping = None
    if request.get("groups") is not None:
        grouping = Grouping.from_mapping(class_names, request["groups"])
        model, expected = add_groups(model, grouping), sum_of_groups(expected, grouping)
        class_names = grouping.group_names
        model(images[:1], training=False)
    tell(f"Writing {out.name}", 2, 4)
    if format == "keras":
        if grouping is None:
            shutil.copyfile(run.model_path, out)
        else:
            model.save(out)
        copy = load_saved(out)
        predict: Predict = lambda images: np.asarray(copy(images, training=False))  # noqa: E731
    else:
        predict = export_model(model, format, out, class_names=class_names)
    tell("Comparing with the network", 3, 4)
    difference = compare(expected, predict(images))
    return {"max_difference": difference, "num_images": len(images), "class_names": class_names}


def compare(expected: np.ndarray, probs: np.ndarray) -> float:
    """Return the largest absolute difference between two sets of probabilities of the same images.

    Raises:
        RunError: It is more than rounding explains.
    """
    if probs.shape != expected.shape:
        raise RunError(
            f"The export gives numbers of shape {probs.shape}, the network {expected.shape}; nothing was "
            f"kept. Choose another format."
        )
    difference = float(np.abs(probs.astype(np.float64) - expected).max())
    if not difference <= MAX_DIFFERENCE:  # also when it is not a number
        raise RunError(
            f"The export differs from the run's network by up to {difference:.2g} in a probability, more "
            f"than {MAX_DIFFERENCE:g}; nothing was kept. Choose another format."
        )
    return difference


def _class_names(dataset: Dataset, config: RunConfig, model: keras.Model, run: Run) -> tuple[str, ...]:
    """Names of the network's outputs.

    Raises:
        RunError: The dataset's classes are not those that the network has learned.
    """
    no_pixels = np.zeros((0, *config.image_size, 3), np.uint8)
    names = select_samples(dataset, config, no_pixels, "val").class_names
    num_outputs = int(model.output_shape[-1])
    if len(names) != num_outputs:
        raise RunError(
            f"The network of run {run.id} tells {num_outputs} classes apart, dataset {dataset.name!r} has "
            f"{len(names)} by now; undo the edits of its classes, or train a new run."
        )
    return names


def _read_images(dataset: Dataset, config: RunConfig) -> np.ndarray:
    """A few validation images, evenly chosen, float32, shape ``(num_images, height, width, 3)``."""
    sample_ids = dataset.sample_ids("val")
    if not len(sample_ids):
        sample_ids = dataset.sample_ids("train")
    chosen = sample_ids[np.linspace(0, len(sample_ids) - 1, min(NUM_IMAGES, len(sample_ids))).astype(int)]
    read = pixel_reader(dataset, config.resizing)
    return np.stack([read(int(sample_id)) for sample_id in chosen]).astype(np.float32)


def _write_saved_model(model: keras.Model, out: Path) -> Predict:
    """Write a folder whose ``serving_default`` takes ``images`` and gives ``probs``, both float32."""
    archive = keras.export.ExportArchive()
    archive.track(model)
    signature = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name=INPUT)
    archive.add_endpoint(
        "serve", lambda images: {OUTPUT: model(images, training=False)}, input_signature=[signature]
    )
    archive.write_out(str(out), verbose=False)
    serve = tf.saved_model.load(str(out)).signatures["serving_default"]
    return lambda images: np.asarray(serve(**{INPUT: tf.constant(images)})[OUTPUT])


def _write_tflite(model: keras.Model, out: Path) -> Predict:
    model.export(str(out), format="litert", verbose=False)
    interpreter = _interpreter(out)
    entry, end = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def predict(images: np.ndarray) -> np.ndarray:
        interpreter.resize_tensor_input(entry, images.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(entry, images)
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(end))

    return predict


def _interpreter(path: Path) -> Any:
    """Return what runs a LiteRT file: of the package of its own where it is installed, else TensorFlow's."""
    try:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415
    except ImportError:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that this one will go in a later TensorFlow
            return tf.lite.Interpreter(model_path=str(path))
    return Interpreter(model_path=str(path))


def _write_onnx(model: keras.Model, out: Path, class_names: tuple[str, ...]) -> Predict:
    import onnx  # noqa: PLC0415 - an extra
    import onnxruntime  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # tf2onnx asks NumPy for names that have changed
        model.export(str(out), format="onnx", verbose=False)
    content = onnx.load(str(out))
    _name_ends(content.graph)
    onnx.helper.set_model_props(content, {"class_names": json.dumps(class_names, ensure_ascii=False)})
    onnx.save(content, str(out))
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    return lambda images: np.asarray(session.run([OUTPUT], {INPUT: images})[0])


def _name_ends(graph: Any) -> None:
    """Give input and output of an ONNX graph their names, and their first axis the name ``batch``."""
    for end, name in ((graph.input[0], INPUT), (graph.output[0], OUTPUT)):
        for node in graph.node:
            for wires in (node.input, node.output):
                wires[:] = [name if wire == end.name else wire for wire in wires]
        end.name = name
        end.type.tensor_type.shape.dim[0].dim_param = "batch"


if __name__ == "__main__":
    sys.exit(main())
