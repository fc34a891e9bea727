"""Keras' own sets: tiny files in the original formats, from a server on this machine or none at all."""

import functools
import gzip
import hashlib
import http.server
import importlib.util
import io
import tarfile
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from python2_pickles import pickled_dict

from core.datasets.adding.add import build_dataset
from core.datasets.background import BackgroundJob
from core.datasets.sources import keras_sets
from core.datasets.sources.keras_sets import KERAS_SETS, datasets_dir, files_to_download, list_keras_set
from core.errors import DatasetError, DatasetFileError

CLOSED = "http://127.0.0.1:9/"
RANDOM = np.random.default_rng(0)
X_TRAIN, X_TEST = (RANDOM.integers(0, 256, (n, 28, 28), dtype=np.uint8) for n in (20, 10))
Y_TRAIN, Y_TEST = (np.arange(n, dtype=np.uint8) % 10 for n in (20, 10))
COLORS = RANDOM.integers(0, 256, (30, 3072), dtype=np.uint8)


def idx(array: np.ndarray) -> bytes:
    sides = b"".join(side.to_bytes(4, "big") for side in array.shape)
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + sides + array.tobytes())


def archive(folder: str, members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as file:
        for name, content in members.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def mnist_files() -> list[bytes]:
    held = io.BytesIO()
    np.savez(held, x_train=X_TRAIN, y_train=Y_TRAIN, x_test=X_TEST, y_test=Y_TEST)
    return [held.getvalue()]


def cifar10_files() -> list[bytes]:
    names = [f"class {n}".encode() for n in range(10)]
    members = {"readme.html": b"<p>", "batches.meta": pickled_dict(label_names=names, num_vis=3072)}
    for part, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
        rows = COLORS[part * 5 : part * 5 + 5]
        members[name] = pickled_dict(data=rows, labels=[(part + n) % 10 for n in range(5)], batch_label=b"x")
    return [archive("cifar-10-batches-py", members)]


def cifar100_files() -> list[bytes]:
    fine, coarse = [b"apple", b"bee", b"maple", b"oak"], [b"insects", b"fruit", b"trees"]
    family = [1, 0, 2, 2]
    members = {"meta": pickled_dict(fine_label_names=fine, coarse_label_names=coarse)}
    for name, rows in (("train", COLORS[:20]), ("test", COLORS[20:])):
        labels = [n % 4 for n in range(len(rows))]
        members[name] = pickled_dict(
            data=rows,
            fine_labels=labels,
            coarse_labels=[family[label] for label in labels],
            filenames=[b"a.png"],
        )
    return [archive("cifar-100-python", members)]


FILES = {
    "mnist": mnist_files,
    "fashion_mnist": lambda: [idx(array) for array in (Y_TRAIN, X_TRAIN, Y_TEST, X_TEST)],
    "cifar10": cifar10_files,
    "cifar100": cifar100_files,
}


@pytest.fixture(autouse=True)
def keras_home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


@pytest.fixture
def publish(tmp_path, monkeypatch):
    """Serve tiny files of a set in place of Keras' own; returns the requests that came."""
    asked: list[str] = []
    folder = tmp_path / "published"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            asked.append(self.path.removeprefix("/"))

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()

    def serve(name: str, *, url: str | None = None) -> list[str]:
        files = []
        for file, content in zip(KERAS_SETS[name].files, FILES[name](), strict=True):
            (folder / file.name).write_bytes(content)
            address = url or f"http://127.0.0.1:{server.server_address[1]}/"
            checksum = hashlib.sha256(content).hexdigest()
            files.append(replace(file, url=address + file.name, checksum=checksum))
        monkeypatch.setitem(keras_sets.KERAS_SETS, name, replace(KERAS_SETS[name], files=tuple(files)))
        return asked

    yield serve
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", KERAS_SETS)
def test_addresses_checksums_and_places_are_those_of_keras(name):
    folder = Path(importlib.util.find_spec("keras").submodule_search_locations[0])
    source = (folder / "src" / "datasets" / f"{name}.py").read_text(encoding="utf-8")
    for file in KERAS_SETS[name].files:
        address, _, bare = file.url.rpartition("/")
        assert address in source
        assert bare in source
        assert len(file.checksum) == 32 or file.checksum in source
        assert Path(file.kept_as).name.removesuffix("_archive") in source
    assert [path for path in KERAS_SETS[name].files[0].places if path.is_relative_to(datasets_dir())]


@pytest.mark.parametrize("name", KERAS_SETS)
def test_a_set_is_downloaded_once_into_the_folder_of_keras(name, publish, keras_home):
    asked = publish(name)
    names = [file.name for file in KERAS_SETS[name].files]
    assert files_to_download(name) == names
    first = list_keras_set(name)
    assert asked == names
    assert files_to_download(name) == []
    second = list_keras_set(name)
    assert asked == names
    assert first.labels == second.labels
    assert all((keras_home / "datasets" / file.kept_as).is_file() for file in KERAS_SETS[name].files)
    assert (
        first.splits.count("train") == sum(map(len, first.arrays[:-1])) == (25 if name == "cifar10" else 20)
    )
    assert first.splits.count("test") == len(first.arrays[-1]) == (5 if name == "cifar10" else 10)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_mnist_family_has_its_pixels_and_its_class_names(name, publish):
    publish(name)
    listing = list_keras_set(name)
    np.testing.assert_array_equal(np.concatenate(listing.arrays), np.concatenate([X_TRAIN, X_TEST]))
    first = "T-shirt/top" if name == "fashion_mnist" else "0"
    last = "Ankle boot" if name == "fashion_mnist" else "9"
    assert (listing.labels[0], listing.labels[9], listing.labels[-1]) == (first, last, last)
    dataset = build_dataset(name, listing)
    assert (dataset.num_classes, dataset.num_images, dataset.given_split) == (10, 30, True)
    assert dataset.description.startswith(("MNIST: 70,000 grey", "Fashion-MNIST: 70,000 grey"))


def test_the_color_planes_of_cifar10_become_channels(publish):
    publish("cifar10")
    listing = list_keras_set("cifar10")
    images = np.concatenate(listing.arrays)
    assert images.shape == (30, 32, 32, 3)
    assert images[7, 2, 5].tolist() == COLORS[7].reshape(3, 32, 32)[:, 2, 5].tolist()
    assert listing.labels[6] == "class 2"
    assert listing.class_names == tuple(f"class {n}" for n in range(10))


def test_cifar100_knows_its_families_and_can_take_them_as_classes(publish):
    publish("cifar100")
    fine = list_keras_set("cifar100")
    assert fine.class_names == ("apple", "bee", "maple", "oak")
    assert fine.known_groups == {"apple": "fruit", "bee": "insects", "maple": "trees", "oak": "trees"}
    coarse = list_keras_set("cifar100", coarse=True)
    assert coarse.class_names == ("fruit", "insects", "trees")
    assert coarse.labels == [fine.known_groups[label] for label in fine.labels]
    assert coarse.known_groups is None
    assert build_dataset("c", coarse).num_classes == 3


@pytest.mark.parametrize("name", KERAS_SETS)
def test_without_network_the_message_names_file_address_folder_and_ways_around(name, publish, keras_home):
    publish(name, url=CLOSED)
    file = KERAS_SETS[name].files[0]
    with pytest.raises(DatasetError) as caught:
        list_keras_set(name)
    message = str(caught.value)
    assert message.startswith(
        f"{file.name} is not at hand and cannot be downloaded from {CLOSED}{file.name} ("
    )
    assert f"put it into {file.places[0].parent}, or take the built-in digits or shapes" in message
    assert message.endswith("or an .npz file of your own.")
    assert not [path for path in keras_home.rglob("*") if path.is_file()]


def test_a_file_that_a_browser_fetched_is_taken_where_the_message_said(publish, keras_home):
    publish("cifar100", url=CLOSED)
    (keras_home / "datasets").mkdir(parents=True)
    (keras_home / "datasets" / "cifar-100-python.tar.gz").write_bytes(cifar100_files()[0])
    assert len(list_keras_set("cifar100").labels) == 30


def test_a_file_that_is_not_whole_is_downloaded_again(publish, keras_home):
    asked = publish("mnist")
    (keras_home / "datasets").mkdir(parents=True)
    (keras_home / "datasets" / "mnist.npz").write_bytes(b"half")
    assert len(list_keras_set("mnist").labels) == 30
    assert asked == ["mnist.npz"]


@pytest.mark.parametrize(
    ("name", "coarse", "words"),
    [
        (
            "imagenet",
            False,
            "no image dataset 'imagenet'; choose one of mnist, fashion_mnist, cifar10, cifar100",
        ),
        ("mnist", True, "MNIST has no coarse labels; only cifar100 has"),
    ],
)
def test_what_keras_does_not_have_is_refused_with_what_it_has(name, coarse, words):
    with pytest.raises(DatasetError, match=words):
        list_keras_set(name, coarse=coarse)


DAMAGE = {
    "mnist": [b"no zip"],
    "fashion_mnist": [idx(Y_TRAIN), idx(X_TRAIN)[:-20], idx(Y_TEST), idx(X_TEST)],
    "cifar10": [archive("a", {"batches.meta": pickled_dict(label_names=[b"a"])})],
    "cifar100": [cifar100_files()[0][:500]],
}


@pytest.mark.parametrize("name", KERAS_SETS)
def test_a_damaged_file_is_refused_with_its_name(name, publish, monkeypatch):
    monkeypatch.setitem(FILES, name, lambda: DAMAGE[name])
    publish(name)
    with pytest.raises(
        DatasetError, match=r"(damaged|not an \.npz).*(delete (it|the file) and add|write one)"
    ):
        list_keras_set(name)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"data": COLORS[:2], "fine_labels": [0], "coarse_labels": [0]}, "not as many labels as images"),
        ({"data": COLORS[:2], "fine_labels": [0, 7], "coarse_labels": [0, 0]}, "damaged"),
        ({"data": COLORS[:2], "fine_labels": [0, 0]}, "coarse_labels"),
        ({"data": COLORS[:2, :9], "fine_labels": [0, 0], "coarse_labels": [0, 0]}, "damaged"),
    ],
)
def test_an_archive_whose_parts_do_not_fit_is_refused(part, words, publish, monkeypatch):
    meta = pickled_dict(fine_label_names=[b"a", b"b"], coarse_label_names=[b"c"])
    members = {"meta": meta, "train": pickled_dict(**part), "test": pickled_dict(**part)}
    monkeypatch.setitem(FILES, "cifar100", lambda: [archive("cifar-100-python", members)])
    publish("cifar100")
    with pytest.raises(DatasetFileError, match=f"{words}.*delete it and add the set again"):
        list_keras_set("cifar100")


def test_an_archive_that_would_run_code_is_refused(publish, monkeypatch):
    evil = archive("cifar-100-python", {"train": b"cos\nsystem\n(S'true'\ntR."})
    monkeypatch.setitem(FILES, "cifar100", lambda: [evil])
    publish("cifar100")
    with pytest.raises(DatasetFileError, match=r"train in .* names os\.system, which could run"):
        list_keras_set("cifar100")


def test_a_download_tells_its_name_and_bytes_and_can_be_stopped(publish):
    publish("cifar100")
    told = []

    def work(tell):
        part = tell.part

        def watched(doing, unit):
            told.append((doing, unit))
            job.stop()
            return part(doing, unit)

        tell.part = watched
        return list_keras_set("cifar100", progress=tell)

    begin = threading.Event()
    job = BackgroundJob("Adding", lambda tell: begin.wait(10) and work(tell))
    begin.set()
    with pytest.raises(DatasetError, match="stopped; nothing half-made was kept"):
        job.result(20)
    assert told == [("Downloading cifar-100-python.tar.gz", "bytes")]
    assert files_to_download("cifar100") == ["cifar-100-python.tar.gz"]
