"""What an image has by itself, with thresholds that depend on what is usual."""

import numpy as np
import pytest

from core.datasets.trouble.finding import Kind, Severity
from core.datasets.trouble.single_images import find_in_scan, find_in_table


def found(dataset, scan=None):
    findings = find_in_table(dataset) if scan is None else find_in_scan(dataset, scan)
    return {finding.kind: finding for finding in findings}


def test_a_dataset_without_trouble_has_no_finding(make_dataset, make_scan):
    dataset = make_dataset(40)
    assert found(dataset) == {}
    assert found(dataset, make_scan(40)) == {}


def test_a_dataset_without_images_has_no_finding(make_dataset, make_scan):
    assert found(make_dataset(0)) == {}
    dataset = make_dataset(2, excluded=True, reason="By hand.")
    assert found(dataset) == {}
    assert found(dataset, make_scan(2)) == {}


def test_unusable_images_are_listed_though_they_are_left_out(make_dataset):
    dataset = make_dataset(
        4, sha1=["a", None, "c", "d"], label=[0, 0, -1, 0], excluded=[False, True, True, True]
    )
    finding = found(dataset)[Kind.UNREADABLE]
    assert finding.sample_ids.tolist() == [1, 2]
    assert (finding.severity, finding.count) == (Severity.LOW, "2 images")


@pytest.mark.parametrize(
    ("usual", "others", "tiny"),
    [(64, [15, 16], [15]), (400, [99, 100], [99]), (8, [8, 7], []), (8, [2, 1], [1]), (31, [15, 7], [7])],
)
def test_tiny_is_below_16_pixels_or_a_quarter_of_the_usual(make_dataset, usual, others, tiny):
    sides = [usual] * 9 + others
    dataset = make_dataset(len(sides), width=[side * 2 for side in sides], height=sides)
    findings = found(dataset)
    values = findings[Kind.TINY].values.tolist() if Kind.TINY in findings else []
    assert values == tiny


def test_the_smallest_image_comes_first(make_dataset):
    dataset = make_dataset(9, width=64, height=[64, 12, 64, 5, 64, 9, 64, 64, 64])
    finding = found(dataset)[Kind.TINY]
    assert finding.sample_ids.tolist() == [3, 5, 1]
    assert finding.values.tolist() == [5, 9, 12]
    assert "fewer than 16 pixels; usual here are 64" in finding.what


def test_huge_is_four_times_the_usual_or_fifty_million_pixels(make_dataset):
    dataset = make_dataset(7, width=[100] * 5 + [400, 401], height=[100] * 5 + [400, 401])
    assert found(dataset)[Kind.HUGE].sample_ids.tolist() == [6]
    dataset = make_dataset(3, width=[7000, 7000, 7100], height=[7000, 7000, 7100])
    assert found(dataset)[Kind.HUGE].sample_ids.tolist() == [2]


def test_a_shape_is_unusual_beside_the_usual_shape(make_dataset):
    dataset = make_dataset(7, width=[200] * 5 + [601, 66], height=[100] * 5 + [100, 100])
    finding = found(dataset)[Kind.ASPECT]
    assert finding.sample_ids.tolist() == [6, 5]
    assert np.allclose(finding.values, [2 / 0.66, 6.01 / 2])


def test_rare_color_modes_are_found_and_frequent_ones_are_not(make_dataset):
    dataset = make_dataset(100, mode=["RGB"] * 90 + ["L"] * 6 + ["CMYK"] * 1 + ["I;16"] * 3)
    finding = found(dataset)[Kind.MODE]
    assert finding.sample_ids.tolist() == [96, 97, 98, 99]
    assert "stored as RGB, these as I;16 (3), CMYK (1)" in finding.what


def test_one_name_in_two_classes_is_found_unless_names_are_numbers_that_begin_anew(make_dataset):
    paths = [f"cat/{n}.jpg" for n in range(9)] + ["dog/a.jpg", "dog/3.JPG", "cow/3.jpg"]
    dataset = make_dataset(12, path=paths, label=[0] * 9 + [1, 1, 2])
    assert Kind.NAMES not in found(dataset)
    paths = [f"cat/cat{n}.jpg" for n in range(18)] + ["dog/a.jpg", "dog/cat3.JPG"]
    finding = found(make_dataset(20, path=paths, label=[0] * 18 + [1, 1]))[Kind.NAMES]
    assert finding.pairs.tolist() == [[3, 19]]
    assert finding.distances is None
    within = ["train/cat/1.jpg", "test/cat/1.jpg", *(f"train/dog/d{n}.jpg" for n in range(20))]
    assert found(make_dataset(22, path=within, label=[0, 0] + [1] * 20)) == {}


def test_arrays_have_no_names(make_dataset):
    assert found(make_dataset(5, in_files=False, label=[0, 0, 1, 1, 2])) == {}


def test_blank_images_are_found_and_not_called_dark_as_well(make_dataset, make_scan):
    scan = make_scan(30, contrast=[50] * 28 + [3.9, 1], brightness=[120] * 25 + [130, 110, 5, 0, 255])
    findings = found(make_dataset(30), scan)
    assert findings[Kind.NEAR_BLANK].sample_ids.tolist() == [29, 28]
    assert findings[Kind.DARK].sample_ids.tolist() == [27]
    assert Kind.BRIGHT not in findings


def test_dark_images_are_usual_where_all_are_dark(make_dataset, make_scan):
    brightness = np.linspace(5, 60, 40)
    assert found(make_dataset(40), make_scan(40, brightness=brightness)) == {}
    brightness = [200] * 20 + [210] * 20 + [240, 250]
    finding = found(make_dataset(42), make_scan(42, brightness=brightness))[Kind.BRIGHT]
    assert finding.sample_ids.tolist() == [41, 40]


def test_outliers_lie_far_above_the_upper_quartile(make_dataset, make_scan):
    scores = np.r_[np.linspace(10, 14, 40), 20, 30]
    lower, upper = np.percentile(scores, [25, 75])
    finding = found(make_dataset(42), make_scan(42, outlier=scores))[Kind.OUTLIERS]
    expected = np.flatnonzero(scores > upper + 3 * (upper - lower))[::-1]
    assert finding.sample_ids.tolist() == expected.tolist()
    assert found(make_dataset(5), make_scan(5, outlier=[1, 1, 1, 1, 9])) == {}


def test_images_that_a_scan_could_not_read_or_compare_are_passed_over(make_dataset, make_scan):
    gone = make_scan(5, brightness=[np.nan] * 5, contrast=[np.nan] * 5, outlier=[np.nan] * 5)
    assert found(make_dataset(5), gone) == {}
    assert found(make_dataset(5), make_scan(5, outlier=[np.nan] * 5)) == {}


def test_what_is_excluded_is_not_looked_at(make_dataset, make_scan):
    height = [64] * 9 + [3]
    dataset = make_dataset(10, height=height, excluded=[False] * 9 + [True])
    assert found(dataset) == {}
    scan = make_scan(10, contrast=[50] * 9 + [0])
    assert found(dataset, scan) == {}


def test_images_that_could_not_be_read_have_no_numbers_and_disturb_nothing(make_dataset, make_scan):
    scan = make_scan(30, contrast=[50] * 29 + [np.nan], brightness=[120] * 29 + [np.nan])
    scan.loc[29, "outlier"] = np.nan
    dataset = make_dataset(30, sha1=["x"] * 29 + [None], excluded=[False] * 29 + [True])
    assert found(dataset, scan) == {}
