"""A network trained on an occluded dataset sees painted pixels; beside it, the clean one is as it was."""

import numpy as np

from core.datasets.images.reading import read_image
from core.datasets.preparing.deriving import Derivation, derive_dataset
from core.datasets.preparing.occlusion import Occlusion
from core.predictions import load_predictions
from core.runs.config import RunConfig
from core.runs.run import create_run
from core.training import trainer
from core.training.pipeline import TrainingBatches
from core.training.trainer import train


def test_a_clean_and_an_occluded_run_stand_side_by_side(workspace, add_colors, monkeypatch):
    clean = add_colors(train=20, val=9, test=6)
    settings = Occlusion(kind="rectangle", share=0.5, fill="white", splits=("train",))
    hidden = derive_dataset(workspace, clean, Derivation(occlusion=settings), name="hidden")
    seen: dict[int, np.ndarray] = {}

    class Watched(TrainingBatches):
        def __init__(self, samples, *arguments, **options):
            super().__init__(samples, *arguments, **options)
            seen[len(seen)] = np.concatenate([batch.numpy() for batch, _ in self.dataset])

    monkeypatch.setattr(trainer, "TrainingBatches", Watched)
    runs = []
    for dataset in (clean, hidden):
        config = RunConfig.make(dataset=dataset.name, image_size=8, batch_size=6, epochs=1)
        runs.append(create_run(workspace, config))
        train(workspace, runs[-1], should_stop=lambda: False)
    for dataset, pixels in zip((clean, hidden), seen.values(), strict=True):
        ids = dataset.sample_ids("train").tolist()
        np.testing.assert_array_equal(pixels, [read_image(dataset, sample) for sample in ids])
    white = (seen[1] == 255).all(axis=-1)
    assert white.mean() == 0.5
    assert not (seen[0] == 255).any()
    np.testing.assert_array_equal(seen[0][~white], seen[1][~white])

    caches = [next((workspace.datasets_dir / d.name).glob("pixels-8-*.npy")) for d in (clean, hidden)]
    assert caches[0].name != caches[1].name
    test = clean.sample_ids("test")
    kept = [np.load(path)[test] for path in caches]
    np.testing.assert_array_equal(*kept)  # the test images stayed clean
    assert runs[0].dataset_version == clean.version != runs[1].dataset_version == hidden.version
    answers = [load_predictions(run.predictions_path("test")) for run in runs]
    assert answers[0].sample_ids.tolist() == answers[1].sample_ids.tolist()
    assert answers[0].y_true.tolist() == answers[1].y_true.tolist()
    assert answers[0].class_names == answers[1].class_names
