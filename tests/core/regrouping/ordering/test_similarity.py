import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.confusion import class_similarity
from core.regrouping.ordering.similarity import as_sparse, mistakes_of, sparse_similarity


@given(st.integers(1, 9), st.integers(0, 20))
def test_it_equals_the_dense_similarity(num_classes, seed):
    random = np.random.default_rng(seed)
    confusion = random.integers(0, 3, (num_classes, num_classes)) * (random.random((num_classes, 1)) < 0.8)
    found = sparse_similarity(as_sparse(confusion.astype(np.int64))).toarray()
    np.testing.assert_allclose(found, class_similarity(confusion), atol=1e-15)


def test_mistakes_are_the_cells_off_the_diagonal():
    confusion = np.array([[3, 1, 0], [0, 2, 5], [0, 0, 0]])
    np.testing.assert_array_equal(
        mistakes_of(as_sparse(confusion)).dense(), confusion - np.diag(np.diag(confusion))
    )
