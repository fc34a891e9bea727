"""What hangs together by pairs."""

import numpy as np

from core.datasets.scanning.clusters import clusters_of


def test_chains_of_pairs_are_clusters():
    found = clusters_of(6, np.array([[0, 1], [4, 1], [2, 3]]))
    assert found[0] == found[1] == found[4]
    assert found[2] == found[3]
    assert len(set(found.tolist())) == 3


def test_without_pairs_each_member_is_a_cluster_of_its_own():
    assert clusters_of(3, np.zeros((0, 2), int)).tolist() == [0, 1, 2]
