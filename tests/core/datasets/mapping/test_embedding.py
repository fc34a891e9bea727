"""Maps of images: places, samples, what is kept, and datasets with hardly any images."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from core.datasets.adding.add import add_dataset
from core.datasets.editing.edits import exclude, record, relabel
from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.mapping import embedding
from core.datasets.mapping.embedding import (
    ImageMap,
    MapSettings,
    compute_map,
    load_map,
    map_path,
    map_table,
    stratified_sample,
)
from core.datasets.store import load_dataset
from core.errors import DatasetError


@pytest.fixture
def pets(home, make_folder):
    return add_dataset(home, make_folder({"cat": 12, "dog": 6}), name="pets")


def test_pixels_are_placed_as_by_scikit_learn(pets):
    found = compute_map(pets, MapSettings())
    pixels = np.stack([resize_image(read_image(pets, sample_id), square(32)) for sample_id in range(18)])
    method = PCA(2, svd_solver="full").fit(pixels.reshape(18, -1).astype(np.float64))
    expected = method.transform(pixels.reshape(18, -1).astype(np.float64))
    np.testing.assert_allclose(np.abs(found.coordinates), np.abs(expected), rtol=1e-3, atol=0.5)
    np.testing.assert_allclose(found.explained, method.explained_variance_ratio_, rtol=1e-4)
    np.testing.assert_array_equal(found.sample_ids, np.arange(18))
    assert (found.num_images, found.num_gone) == (18, 0)


def test_a_map_is_kept_and_found_again_by_what_it_is_of(pets):
    assert load_map(pets, MapSettings()) is None
    made = compute_map(pets, MapSettings())
    kept = load_map(pets, MapSettings())
    np.testing.assert_array_equal(kept.coordinates, made.coordinates)
    assert (kept.explained, kept.num_images, kept.num_gone) == (made.explained, 18, 0)
    for other in (MapSettings("tsne"), MapSettings(seed=1), MapSettings(features="lenet-1-5f")):
        assert load_map(pets, other) is None


def test_edits_leave_the_map_where_it_is_and_the_table_follows_them(home, pets):
    made = compute_map(pets, MapSettings())
    record(home, pets, exclude(pets, [3]))
    pets = load_dataset(home, "pets")
    record(home, pets, relabel(pets, {0: "dog"}))
    pets = load_dataset(home, "pets")
    table = map_table(pets, load_map(pets, MapSettings()))
    assert list(table.columns) == ["x", "y", "label", "split", "path", "sample_id"]
    assert table["sample_id"].tolist() == [n for n in range(18) if n != 3]
    assert table["label"].iat[0] == "dog"
    np.testing.assert_array_equal(table["x"], np.delete(made.coordinates[:, 0], 3))
    assert table["path"].iat[0] == pets.table["path"].iat[0]


def test_excluded_images_are_not_on_a_new_map(home, pets):
    record(home, pets, exclude(pets, [0, 17]))
    found = compute_map(load_dataset(home, "pets"), MapSettings())
    np.testing.assert_array_equal(found.sample_ids, np.arange(1, 17))


@pytest.mark.parametrize("content", [b"", b"PK", b"hello"])
def test_a_damaged_file_counts_as_none(pets, content):
    compute_map(pets, MapSettings())
    map_path(pets, MapSettings()).write_bytes(content)
    assert load_map(pets, MapSettings()) is None


def test_a_file_that_does_not_fit_the_dataset_counts_as_none(pets):
    far = ImageMap(np.array([99]), np.zeros((1, 2), np.float32), None, 1)
    embedding._save(map_path(pets, MapSettings()), far)
    assert load_map(pets, MapSettings()) is None


def test_features_are_asked_for_and_placed(pets):
    asked = []

    def read(sample_ids, progress):
        asked.append(sample_ids.tolist())
        return np.stack([sample_ids, 2 * sample_ids], axis=1).astype(np.float32)

    found = compute_map(pets, MapSettings(features="lenet-1-5f"), read_features=read)
    assert asked == [list(range(18))]
    expected = (np.arange(18) - 8.5) * np.sqrt(5)
    np.testing.assert_allclose(np.abs(found.coordinates[:, 0]), np.abs(expected), atol=1e-3)
    assert found.explained[0] == pytest.approx(1)


def test_images_that_have_gone_are_left_out_and_counted(pets):
    for sample_id in (2, 5):
        (pets.root / pets.table["path"].iat[sample_id]).unlink()
    found = compute_map(pets, MapSettings())
    assert found.num_gone == 2
    assert not {2, 5} & set(found.sample_ids.tolist())


def test_a_dataset_whose_images_have_all_gone_is_refused_with_what_to_do(pets):
    pets.root.rename(pets.root.with_name("elsewhere"))
    with pytest.raises(DatasetError, match="nothing to map; check that its folder is there"):
        compute_map(pets, MapSettings())
    assert load_map(pets, MapSettings()) is None


@pytest.mark.parametrize("num_left", [1, 2, 3])
@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_hardly_any_images_of_one_class_have_places_too(home, pets, num_left, method):
    record(home, pets, exclude(pets, np.arange(num_left, 18)))
    pets = load_dataset(home, "pets")
    found = compute_map(pets, MapSettings(method))
    assert set(pets.labels(found.sample_ids)) == {0}
    assert found.coordinates.shape == (num_left, 2)
    assert np.isfinite(found.coordinates).all()
    assert (found.explained is None) == (method == "tsne")


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_images_that_are_all_the_same_lie_on_one_point(home, pets, method):
    content = (pets.root / pets.table["path"].iat[0]).read_bytes()
    for path in pets.table["path"]:
        (pets.root / path).write_bytes(content)
    found = compute_map(pets, MapSettings(method))
    assert len(found.sample_ids) == 18
    assert not found.coordinates.any()


def test_a_dataset_without_images_is_refused(home, pets):
    record(home, pets, exclude(pets, np.arange(18)))
    with pytest.raises(DatasetError, match=r"nothing to map.*take images back in"):
        compute_map(load_dataset(home, "pets"), MapSettings())


def test_of_many_images_a_sample_of_all_classes_is_placed(home, make_folder, monkeypatch):
    dataset = add_dataset(home, make_folder({"cat": 30, "dog": 3}), name="many")
    monkeypatch.setitem(embedding.MAX_IMAGES, "pca", 11)
    found = compute_map(dataset, MapSettings())
    assert len(found.sample_ids) == 11
    assert found.num_images == 33
    assert set(dataset.labels(found.sample_ids)) == {0, 1}
    assert (np.diff(found.sample_ids) > 0).all()


def test_an_unknown_method_is_refused_with_those_there_are():
    with pytest.raises(DatasetError, match="no map 'isomap'; choose one of pca, tsne, umap"):
        MapSettings("isomap")


def test_umap_that_is_not_installed_is_refused_with_how_to_install_it(pets, monkeypatch):
    monkeypatch.setattr(embedding.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DatasetError, match=r'pip install -e "\.\[umap\]"`, or choose t-SNE'):
        compute_map(pets, MapSettings("umap"))


def test_a_stop_while_images_are_read_leaves_no_file(pets):
    def stop(done: int, total: int) -> None:
        raise DatasetError("stopped")

    before = sorted(pets.folder.iterdir())
    with pytest.raises(DatasetError, match="stopped"):
        compute_map(pets, MapSettings(), progress=stop)
    assert sorted(pets.folder.iterdir()) == before


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(0, 60), min_size=1, max_size=8).filter(any),
    limit=st.integers(8, 80),
    seed=st.integers(0, 5),
)
def test_a_sample_has_its_size_and_every_class_about_its_share(sizes, limit, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    chosen = stratified_sample(labels, limit, seed=seed)
    assert len(chosen) == min(limit, len(labels))
    assert (np.diff(chosen) > 0).all()
    np.testing.assert_array_equal(chosen, stratified_sample(labels, limit, seed=seed))
    found = np.bincount(labels[chosen], minlength=len(sizes))
    assert (found[np.array(sizes) > 0] > 0).all()
    assert (found >= np.minimum(sizes, 1)).all()
    if len(labels) > limit and min(size for size in sizes if size) > limit:  # no class is topped up
        np.testing.assert_allclose(found, np.array(sizes) * limit / len(labels), atol=len(sizes))


def test_a_saved_map_is_plain_arrays_without_pickle(pets):
    compute_map(pets, MapSettings())
    content = map_path(pets, MapSettings()).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert set(arrays) == {"sample_ids", "coordinates", "explained", "num_images", "num_gone"}
