import numpy as np
import pytest
from sklearn.cluster import SpectralClustering as Reference
from sklearn.metrics import adjusted_rand_score

from core.regrouping.suggesting.communities import Communities
from core.regrouping.suggesting.spectral import SpectralClustering


def blocks(sizes: list[int], within: float = 0.2, between: float = 0.01) -> tuple[np.ndarray, np.ndarray]:
    family = np.repeat(np.arange(len(sizes)), sizes)
    similarity = np.where(np.equal.outer(family, family), within, between)
    np.fill_diagonal(similarity, 0)
    return similarity, family


@pytest.mark.parametrize("leiden", [False, True])
def test_communities_are_found_and_are_not_fewer_than_wanted(leiden):
    similarity, family = blocks([4, 5, 6, 3])
    finder = Communities(similarity, leiden=leiden)
    assert adjusted_rand_score(family, finder.assignment(4)) == 1
    for num_groups in (2, 7, 18):
        assert finder.assignment(num_groups).max() + 1 >= num_groups


def test_without_any_confusion_every_class_is_alone():
    assert Communities(np.zeros((5, 5)), leiden=False).assignment(2).tolist() == [0, 1, 2, 3, 4]


def test_spectral_groups_are_those_of_scikit_learn():
    similarity, family = blocks([4, 5, 6, 3])
    noisy = similarity + np.random.default_rng(0).uniform(0, 0.02, similarity.shape)
    noisy = (noisy + noisy.T) / 2
    expected = Reference(4, affinity="precomputed", random_state=0).fit_predict(noisy)
    assert adjusted_rand_score(expected, SpectralClustering(noisy).assignment(4)) == 1
    assert adjusted_rand_score(family, expected) == 1
