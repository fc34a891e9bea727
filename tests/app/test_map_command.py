"""``regroup datasets map``: the numbers of the page's map, as a table."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from core.datasets.mapping.embedding import MapSettings, load_map
from core.datasets.store import load_dataset


def test_the_table_is_the_map_that_the_page_shows(home, regroup, tmp_path):
    status, out, said = regroup("datasets", "map", "digits", "--csv", str(tmp_path / "map.csv"))
    assert (status, out) == (0, "")
    assert "1797 images were written" in said
    kept = load_map(load_dataset(home, "digits"), MapSettings())
    table = pd.read_csv(tmp_path / "map.csv")
    assert list(table.columns) == ["x", "y", "label", "split", "path", "sample_id"]
    np.testing.assert_allclose(table[["x", "y"]], kept.coordinates, rtol=1e-5)
    assert table["sample_id"].tolist() == kept.sample_ids.tolist()
    printed = pd.read_csv(io.StringIO(regroup("datasets", "map", "digits")[1]))
    pd.testing.assert_frame_equal(printed, table)


def test_json_has_the_points_and_what_pca_explains(regroup):
    status, out, _ = regroup("datasets", "map", "digits", "--json")
    facts = json.loads(out)
    assert status == 0
    assert len(facts["points"]) == facts["num_images"] == 1797
    assert facts["points"][0].keys() == {"x", "y", "label", "split", "path", "sample_id"}
    assert 0 < sum(facts["explained"]) < 1


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["--method", "isomap"], "choose one of pca, tsne, umap"),
        (["--features", "lenet-9"], "There is no run 'lenet-9'; runs are: none yet"),
        (["--csv", "missing/map.csv"], "choose another place for --csv"),
        (["--csv", "."], "is a folder; give --csv the name of a file in it"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(regroup, arguments, remedy):
    status, out, said = regroup("datasets", "map", "digits", *arguments)
    assert (status, out) == (1, "")
    assert remedy in said
