"""t-SNE and UMAP, each in a process of its own that a stop ends at once and that gives its memory back.

van der Maaten and Hinton (2008), https://jmlr.org/papers/v9/vandermaaten08a.html, by scikit-learn; McInnes,
Healy and Melville (2018), https://arxiv.org/abs/1802.03426, by umap-learn. Both start from the first two
principal components, which keeps the rough arrangement: Kobak and Linderman (2021),
https://doi.org/10.1038/s41587-020-00809-z.

The process gets the rows on its standard input and tells lines of JSON on its standard output: ``stage``,
``done`` of ``total`` steps, and in the end ``coordinates``. It ends when its input is closed, as by the death
of the one who asked.
"""

import base64
import contextlib
import io
import json
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import IO, Any

import numpy as np

from core.datasets.own_process import converse, last_words, own_process
from core.datasets.parallel import Progress, progress_of_part
from core.errors import DatasetError

TITLES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
PERPLEXITY = 30.0  # images that count as near, for t-SNE; a third of them all at most
NUM_NEIGHBORS = 15  # the same for UMAP
NUM_STEPS = 1000  # of t-SNE
MODULE = "core.datasets.mapping.projection"
NICENESS = 5  # pages come first
SHAPE_TYPE = np.dtype("<i8")  # of the two numbers that are sent before the rows
STEP = re.compile(r"Iteration (\d+)|(\d+)/(\d+)")


def project(rows: np.ndarray, method: str, *, seed: int = 0, progress: Progress | None = None) -> np.ndarray:
    """Return a place in the plane for each row, so that neighbors stay neighbors.

    Args:
        rows: Shape ``(num_rows, num_columns)``, float32; at least four rows that differ.
        method: ``"tsne"`` or ``"umap"``.
        seed: Start of the random numbers; the same one gives the same places on the same machine.
        progress: Called with (done, total) steps, and several times a second without news; what it raises
            ends the process.

    Returns:
        Shape ``(num_rows, 2)``, float32.

    Raises:
        DatasetError: The process failed, as when memory ran out.
    """
    with tempfile.TemporaryFile() as errors, own_process(MODULE, method, str(seed), errors=errors) as process:
        shape = np.array(rows.shape, SHAPE_TYPE).tobytes()
        told: dict[str, Any] = {"stage": "Starting", "done": 0, "total": 0}
        for line in converse(process, shape, np.ascontiguousarray(rows, dtype=np.float32).data):
            if line:
                told |= json.loads(line)
            if (
                part := progress_of_part(progress, f"{TITLES[method]}: {told['stage']}", unit="steps")
            ) is not None:
                part(told["done"], told["total"])
        if "coordinates" not in told:
            raise DatasetError(_why(method, process.returncode, errors))
    content = base64.b64decode(told["coordinates"])
    return np.frombuffer(content, np.float32).reshape(len(rows), 2).copy()


def _why(method: str, status: int, errors: IO[bytes]) -> str:
    reason = "its process was killed, probably for lack of memory" if status < 0 else last_words(errors)
    return f"{TITLES[method]} failed ({reason}); choose PCA, or close other programs and try again."


class _Lines(io.TextIOBase):
    """Takes what the libraries print and tells the steps in it."""

    def __init__(self, tell: Callable[..., None], num_steps: int) -> None:
        self._tell, self._num_steps = tell, num_steps

    def write(self, text: str) -> int:
        for iteration, done, total in STEP.findall(text):
            self._tell(
                stage="arranging",
                done=int(iteration or done),
                total=self._num_steps if iteration else int(total),
            )
        return len(text)


def _tsne(rows: np.ndarray, seed: int, tell: Callable[..., None]) -> np.ndarray:
    from sklearn.manifold import TSNE  # noqa: PLC0415

    tell(stage="finding neighbors")
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    method = TSNE(perplexity=perplexity, init="pca", max_iter=NUM_STEPS, random_state=seed, verbose=2)
    with contextlib.redirect_stdout(_Lines(tell, NUM_STEPS)):
        return np.asarray(method.fit_transform(rows))


def _umap(rows: np.ndarray, seed: int, tell: Callable[..., None]) -> np.ndarray:
    # umap.parametric_umap would import TensorFlow: 19 seconds and 0.7 GB that are not needed here.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    from umap import UMAP  # noqa: PLC0415

    tell(stage="finding neighbors")
    lines = _Lines(tell, 0)
    method = UMAP(
        n_neighbors=min(NUM_NEIGHBORS, len(rows) - 1),
        init="pca",
        random_state=seed,
        n_jobs=1,  # a seed asks for one thread
        verbose=True,
        tqdm_kwds={"file": lines, "bar_format": "{n_fmt}/{total_fmt}"},
    )
    with contextlib.redirect_stdout(lines):
        return np.asarray(method.fit_transform(rows))


def _receive() -> np.ndarray:
    """Read the rows; from now on the end of the input ends this process."""
    source = sys.stdin.buffer
    num_rows, num_columns = np.frombuffer(source.read(2 * SHAPE_TYPE.itemsize), SHAPE_TYPE).tolist()
    content = source.read(num_rows * num_columns * np.dtype(np.float32).itemsize)

    def end_with_input() -> None:
        os.read(source.fileno(), 1)  # past the buffer, whose lock would still be held when Python ends
        os._exit(1)

    threading.Thread(target=end_with_input, daemon=True).start()
    return np.frombuffer(content, np.float32).reshape(num_rows, num_columns)


def _main() -> None:
    method, seed = sys.argv[1], int(sys.argv[2])
    rows = _receive()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    output = sys.stdout

    def tell(**facts: Any) -> None:
        print(json.dumps(facts), file=output, flush=True)

    tell(stage="loading the library")
    places = {"tsne": _tsne, "umap": _umap}[method](rows, seed, tell)
    tell(coordinates=base64.b64encode(np.ascontiguousarray(places, np.float32).tobytes()).decode())


if __name__ == "__main__":
    _main()
