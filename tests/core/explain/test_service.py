import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.errors import ExplainError, ModelError, RunError
from core.explain import helper, service
from core.runs.config import RunConfig
from core.runs.run import Run

ROOT = Path(__file__).parents[3]
SERVER = """
import sys, time
from core.explain import service
print(service.warm_up().result(), flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module", autouse=True)
def _ended_helper():
    yield
    service.stop()


def test_the_server_needs_no_tensorflow_for_an_answer(run, image):
    code = (
        "import sys; from pathlib import Path; import numpy as np; from core.runs.run import Run;"
        "from core.explain import service;"
        f"run = Run(Path({str(run.directory)!r})); image = np.zeros({image.shape}, np.uint8);"
        "print(service.show_cam(run, image).layer_name, len(service.list_layers(run)),"
        " 'tensorflow' in sys.modules, 'keras' in sys.modules); service.stop()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert result.stdout.split() == ["relu", "11", "False", "False"]
    assert result.stderr == ""


def test_the_helper_gives_the_same_arrays_as_the_functions_it_calls(run, model, image):
    from core.explain.cam import compute_cam
    from core.explain.feature_maps import compute_feature_maps
    from core.explain.filters import compute_filters
    from core.explain.loading import list_layers, predict

    assert service.list_layers(run) == list_layers(model)
    np.testing.assert_allclose(service.predict(run, image), predict(model, image), atol=1e-6)
    np.testing.assert_array_equal(
        service.show_filters(run, "conv_1", max_filters=2).weights,
        compute_filters(model, "conv_1", max_filters=2).weights,
    )
    np.testing.assert_allclose(
        service.show_feature_maps(run, image, "relu", max_maps=3),
        compute_feature_maps(model, image, "relu", max_maps=3),
        atol=1e-5,
    )
    shown, expected = (
        service.show_cam(run, image, 2, "pool_1"),
        compute_cam(model, image, class_index=2, layer_name="pool_1"),
    )
    np.testing.assert_allclose(shown.heatmap, expected.heatmap, atol=1e-4)
    assert (shown.class_index, shown.layer_name) == (2, "pool_1")


def test_the_helper_shows_the_very_images_that_training_sees(image):
    from core.runs.augmentation import PRESETS
    from core.training.augmentation import augment

    settings = PRESETS["skin"].augmentation.model_copy(update={"brightness": 0.2, "contrast": 0.3})
    shown = service.show_augmented(image, settings, sample_id=41, seed=7, epochs=range(1, 10))
    assert shown.shape == (9, *image.shape)
    assert shown.dtype == np.uint8
    batch, ids = np.stack([image[::-1], image]), np.array([3, 41])
    for epoch in range(1, 10):
        assert np.array_equal(shown[epoch - 1], augment(batch, settings, ids, seed=7, epoch=epoch)[1])


def test_questions_from_several_threads_are_answered_by_one_helper(run, image):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as threads:
        pids = {future.result().result() for future in [threads.submit(service.warm_up) for _ in range(4)]}
        answers = list(threads.map(lambda _: service.predict(run, image), range(4)))
    assert len(pids) == 1
    np.testing.assert_array_equal(answers[0], answers[3])


def test_the_helper_sees_no_gpu_and_yields_to_others():
    process = psutil.Process(service.warm_up().result())
    assert process.environ()["CUDA_VISIBLE_DEVICES"] == ""
    assert process.nice() > psutil.Process().nice()


def test_an_error_in_the_helper_arrives_as_its_sentence(run, image):
    with pytest.raises(ModelError, match="'conv_9'; choose one of"):
        service.show_feature_maps(run, image, "conv_9")


def test_the_helper_lists_the_layers_of_a_pretrained_network():
    config = RunConfig(dataset="d", model="mobilenet", image_size=32, alpha=0.25)
    rows = service.list_network(config)
    assert [row["name"] for row in rows[:3]] == ["images", "rescaling", "conv1"]
    assert (rows[-1]["name"], rows[-1]["output_shape"]) == ("conv_pw_13_relu", [1, 1, 256])


# From here on helpers are ended: a new one takes 4 s of CPU.
def test_a_killed_helper_is_replaced(run, image):
    before = service.warm_up().result()
    expected = service.predict(run, image)
    os.kill(before, signal.SIGKILL)
    np.testing.assert_array_equal(service.predict(run, image), expected)
    assert service.warm_up().result() != before


def test_a_helper_that_dies_twice_is_an_error_with_a_remedy(run, monkeypatch):
    monkeypatch.setattr(helper, "start", os._exit)  # "start" dies with the server's process id as its status
    service.stop()
    with pytest.raises(ExplainError, match=r"ended 2 times.*then try again"):
        service.list_layers(run)
    service.stop()


def test_an_answer_that_takes_too_long_ends_the_helper(run, monkeypatch):
    monkeypatch.setattr(service, "ANSWER_TIMEOUT_S", 0.001)
    with pytest.raises(ExplainError, match="try again when the machine is less busy"):
        service.list_layers(run)


def test_a_run_without_a_network_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(RunError, match=r"lenet-2 has no trained network yet.*train it again"):
        service.list_layers(Run(tmp_path / "lenet-2"))


def test_running_out_of_memory_is_an_error_with_a_remedy(run, monkeypatch):
    from core.explain import loading

    def fail(model):
        raise MemoryError

    monkeypatch.setattr(loading, "list_layers", fail)
    with pytest.raises(ExplainError, match=r"lenet-1 could not .* \(MemoryError\); choose a smaller"):
        helper.answer("loading.list_layers", run.model_path, 1, (), {})


def test_running_out_of_memory_without_a_network_is_an_error_with_a_remedy(image, monkeypatch):
    from core.explain import augmented

    def fail(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr(augmented, "compute_augmented", fail)
    with pytest.raises(ExplainError, match=r"\(MemoryError\); choose a smaller image size"):
        helper.answer_without_network("augmented.compute_augmented", (image, None), {})


def test_the_helper_ends_soon_after_its_server_was_killed():
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        helper_process = psutil.Process(int(server.stdout.readline()))
        family = [helper_process, *psutil.Process(server.pid).children(recursive=True)]
        server.kill()
        server.wait()
        end = time.monotonic() + 30
        while any(process.is_running() for process in family) and time.monotonic() < end:
            time.sleep(0.1)
        assert not any(process.is_running() for process in family)
