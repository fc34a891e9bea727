"""Datasets as the Hugging Face library keeps them, read from this disk; the hub is a local server."""

import functools
import http.server
import json
import threading

import cv2
import numpy as np
import pytest

from core.datasets.sources import hub
from core.datasets.sources.hub import HubColumns, is_installed, list_hub, suggest_hub_name
from core.errors import DatasetError, WorkspaceError

pytestmark = [
    pytest.mark.skipif(not is_installed(), reason='the extra is not there: pip install -e ".[hub]"'),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "huggingface_hub.constants.AGENT_HARNESSES_PATH", str(tmp_path / "a.json"), raising=False
    )


@functools.cache
def picture(number: int, kind: str = ".png") -> bytes:
    pixels = np.random.default_rng(number).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return cv2.imencode(kind, pixels)[1].tobytes()


def make_dataset(count: int = 6, **columns):
    """A table with pictures, fine and coarse classes and an age."""
    import datasets

    datasets.disable_progress_bars()
    kinds = {
        "img": datasets.Image(),
        "label": datasets.ClassLabel(names=["oak", "elm", "bee"]),
        "family": datasets.ClassLabel(names=["tree", "insect"]),
        "age": datasets.Value("float64"),
        "site": datasets.Value("string"),
        "seen": datasets.Value("bool"),
    }
    held = {
        "img": [{"bytes": picture(n), "path": f"p{n}.png"} for n in range(count)],
        "label": [n % 3 for n in range(count)],
        "family": [int(n % 3 == 2) for n in range(count)],
        "age": [float(n) for n in range(count)],
        "site": ["north"] * count,
        "seen": [True] * count,
        **columns,
    }
    return datasets.Dataset.from_dict(held, features=datasets.Features({name: kinds[name] for name in held}))


def write_parquet(folder, **parts):
    folder.mkdir(parents=True)
    for split, dataset in parts.items():
        dataset.to_parquet(str(folder / f"{split}-00000-of-00001.parquet"))
    return str(folder)


def test_parquet_files_become_pictures_with_the_bytes_that_they_came_with(tmp_path):
    source = write_parquet(tmp_path / "set", train=make_dataset(), validation=make_dataset(3))
    folder = tmp_path / "out"
    listing = list_hub(source, folder)
    assert listing.paths[:2] == ["train/0000/000000.png", "train/0000/000001.png"]
    assert (folder / listing.paths[4]).read_bytes() == picture(4)
    assert listing.labels[:3] == ["oak", "elm", "bee"]
    assert listing.splits == ["train"] * 6 + ["val"] * 3
    assert listing.class_names == ("oak", "elm", "bee")
    assert listing.known_groups == {"oak": "tree", "elm": "tree", "bee": "insect"}
    assert (listing.root, listing.own_files) == (folder, folder)
    assert set(listing.reasons) == {None}


def test_other_columns_are_kept_as_numbers_and_texts(tmp_path):
    listing = list_hub(write_parquet(tmp_path / "set", train=make_dataset()), tmp_path / "out")
    table = listing.metadata
    assert table["age"].tolist() == [0, 1, 2, 3, 4, 5]
    assert table["site"].tolist() == ["north"] * 6
    assert table["family"].tolist() == ["tree", "tree", "insect"] * 2
    assert (str(table["seen"].dtype), table["seen"].iat[0]) == ("string", "True")


@pytest.mark.parametrize("in_parts", [True, False])
def test_what_was_saved_to_disk_is_read(tmp_path, in_parts):
    import datasets

    saved = datasets.DatasetDict(train=make_dataset(), test=make_dataset(3)) if in_parts else make_dataset()
    saved.save_to_disk(str(tmp_path / "saved"))
    told = []
    listing = list_hub(
        str(tmp_path / "saved"), tmp_path / "out", progress=lambda done, total: told.append((done, total))
    )
    assert listing.splits == (["train"] * 6 + ["test"] * 3 if in_parts else [None] * 6)
    assert told[-1] == ((9, 9) if in_parts else (6, 6))


def test_a_folder_of_pictures_is_read_by_their_library(tmp_path):
    for number, name in enumerate(["cat", "dog"] * 2):
        path = tmp_path / "pets" / "train" / name / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(number, ".jpg"))
    listing = list_hub(str(tmp_path / "pets"), tmp_path / "out")
    assert sorted(listing.labels) == ["cat", "cat", "dog", "dog"]
    assert {(tmp_path / "out" / path).read_bytes() for path in listing.paths} == {
        picture(number, ".jpg") for number in range(4)
    }


def test_columns_can_be_chosen_and_splits_that_mean_nothing_are_told(tmp_path):
    import datasets

    parts = {"train": make_dataset(), "extra": make_dataset(), "test": make_dataset(3)}
    datasets.DatasetDict(parts).save_to_disk(str(tmp_path / "saved"))
    listing = list_hub(str(tmp_path / "saved"), tmp_path / "out", HubColumns(label_column="family"))
    assert listing.class_names == ("tree", "insect")
    assert len(listing.labels) == 9
    assert listing.notes == ["Not taken, since they are no training, validation or test split: 'extra'."]


def test_rows_without_picture_or_label_are_left_out_with_a_reason(tmp_path):
    pictures = [{"bytes": picture(n), "path": None} for n in range(6)]
    pictures[1] = None
    source = write_parquet(tmp_path / "set", train=make_dataset(img=pictures, label=[0, 1, 2, 0, -1, None]))
    listing = list_hub(source, tmp_path / "out")
    assert listing.reasons[0] is None
    assert "Row 1 of train has no picture" in listing.reasons[1]
    assert "Row 4 of train has no label" in listing.reasons[4]
    assert "Row 5 of train has no label" in listing.reasons[5]
    assert listing.paths[1] is None
    assert listing.paths[0].endswith("000000.png")  # told by its bytes, since it came without a name
    assert listing.known_groups is not None


def test_several_configurations_are_asked_for_by_name(tmp_path):
    source = tmp_path / "set"
    write_parquet(source / "small", train=make_dataset(3))
    write_parquet(source / "large", train=make_dataset(6))
    configs = "".join(f"- {{config_name: {name}, data_dir: {name}}}\n" for name in ("small", "large"))
    (source / "README.md").write_text(f"---\nconfigs:\n{configs}---\n")
    with pytest.raises(
        DatasetError, match=r"several configurations; choose one .*--config.*'small', 'large'"
    ):
        list_hub(str(source), tmp_path / "out")
    assert len(list_hub(str(source), tmp_path / "out", HubColumns(config="large")).labels) == 6


def test_stopping_ends_it_at_once(tmp_path):
    def stop(done, total):
        raise DatasetError("stopped")

    source = write_parquet(tmp_path / "set", train=make_dataset())
    with pytest.raises(DatasetError, match=r"^stopped$"):
        list_hub(source, tmp_path / "out", progress=stop)
    assert len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) == 1


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device")

    source = write_parquet(tmp_path / "set", train=make_dataset())
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(WorkspaceError, match=r"cannot be written \(No space left on device\); free some"):
        list_hub(source, tmp_path / "out")


@pytest.mark.parametrize(
    ("columns", "drop", "words"),
    [
        (HubColumns(), ["img"], "no column of pictures, only 'label', 'family'.*choose a dataset of images"),
        (HubColumns(image_column="age"), [], "no column of pictures 'age'; it has 'img'"),
        (HubColumns(label_column="dx"), [], "no column of labels 'dx'; it has 'label', 'family', 'age'"),
        (HubColumns(), ["label", "family", "age", "site", "seen"], "no column of labels, only 'img'"),
    ],
)
def test_columns_that_are_not_there_are_told_with_those_that_are(tmp_path, columns, drop, words):
    source = write_parquet(tmp_path / "set", train=make_dataset().remove_columns(drop))
    with pytest.raises(DatasetError, match=words):
        list_hub(source, tmp_path / "out", columns)


def test_without_class_names_a_column_that_sounds_like_labels_is_taken(tmp_path):
    plain = make_dataset().remove_columns(["label", "family"]).rename_column("site", "species")
    listing = list_hub(write_parquet(tmp_path / "set", train=plain), tmp_path / "out")
    assert listing.labels == ["north"] * 6


def test_the_missing_extra_is_told_with_the_command_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "is_installed", lambda: False)
    with pytest.raises(DatasetError, match=r'install it with pip install -e "\.\[hub\]"'):
        list_hub("owner/name", tmp_path)


@pytest.fixture
def hub_answers(monkeypatch):
    """A hub on this machine that answers every question with a status and a document."""
    answer = {"status": 200, "content": {}, "error": ""}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = json.dumps(answer["content"]).encode()
            self.send_response(answer["status"])
            self.send_header("Content-Length", str(len(content)))
            self.send_header("X-Error-Code", answer["error"])
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setattr(
            "huggingface_hub.constants.ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}"
        )
        monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
        yield answer
        server.shutdown()
        thread.join()


def test_a_dataset_that_is_kept_closed_is_told_with_the_way_in(hub_answers, tmp_path):
    hub_answers["content"] = {"id": "owner/name", "gated": "manual"}
    with pytest.raises(
        DatasetError, match=r"kept closed .*agree at .*/owner/name, log in with `hf auth login`"
    ):
        list_hub("owner/name", tmp_path)


def test_a_name_that_the_hub_does_not_have_is_told(hub_answers, tmp_path):
    hub_answers.update(status=404, error="RepoNotFound")
    with pytest.raises(DatasetError, match="no dataset 'owner/name' that is open to you; check its name"):
        list_hub("owner/name", tmp_path)


def test_without_network_it_is_told_at_once(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DatasetError, match=r"cannot be read .*refused.*check the network and the name"):
        list_hub("owner/name", tmp_path)


@pytest.mark.parametrize("source", ["../x", "a/b/c", "", "owner/na<me>"])
def test_what_cannot_be_a_name_is_refused_without_asking(source, tmp_path):
    with pytest.raises(DatasetError, match="no name of a dataset on the hub; give it as hf:owner/name"):
        list_hub(source, tmp_path)


def test_a_script_is_not_run(monkeypatch, tmp_path):
    def refuse(*arguments, **options):
        raise RuntimeError("Dataset scripts are no longer supported, but found x.py")

    monkeypatch.setattr("datasets.load_dataset", refuse)
    monkeypatch.setattr(hub, "_require_access", lambda source: None)
    with pytest.raises(DatasetError, match="consists of a script, which is not run; choose another"):
        list_hub("owner/name", tmp_path)


def test_the_name_is_the_last_part():
    assert suggest_hub_name("owner/birds") == "birds"
    assert suggest_hub_name("/data/birds/") == "birds"
