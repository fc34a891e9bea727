import numpy as np

from core.plots.frontier import Dot, plot_frontier

NUM_GROUPS, VALUES = np.array([4, 3, 2]), np.array([0.5, 0.7, 0.8])


def by_name(figure) -> dict:
    return {trace.name: trace for trace in figure.data}


def test_points_of_the_path_tell_their_number_of_groups_when_clicked():
    (path,) = plot_frontier(NUM_GROUPS, VALUES, y_title="Accuracy").data
    assert list(path.x) == [4, 3, 2]
    assert list(path.y) == [0.5, 0.7, 0.8]
    assert [list(value) for value in path.customdata] == [["path", 4], ["path", 3], ["path", 2]]


def test_the_band_goes_there_and_back_and_has_nothing_to_click():
    random = np.array([[0.5, 0.55, 0.6], [0.5, 0.5, 0.55], [0.5, 0.6, 0.7]])
    traces = by_name(plot_frontier(NUM_GROUPS, VALUES, y_title="Accuracy", random=random))
    band = traces["95 % of random groups"]
    assert list(band.x) == [4, 3, 2, 2, 3, 4]
    assert list(band.y) == [0.5, 0.6, 0.7, 0.55, 0.5, 0.5]
    assert band.customdata is None
    assert list(traces["random groups"].y) == [0.5, 0.55, 0.6]


def test_knee_and_own_states_are_marked_and_the_last_is_now():
    dots = [Dot(0, 4, 0.5, "Start"), Dot(2, 3, 0.6, "<b>Merged</b>")]
    traces = by_name(plot_frontier(NUM_GROUPS, VALUES, y_title="Accuracy", knee=1, dots=dots))
    assert (traces["knee"].x[0], traces["knee"].y[0]) == (3, 0.7)
    assert list(traces["knee"].customdata[0]) == ["path", 3]
    assert list(traces["your states"].customdata[0]) == ["state", 0]
    assert list(traces["now"].customdata[0]) == ["state", 2]
    assert traces["now"].text[0] == "&lt;b>Merged&lt;/b>"


def test_without_points_there_are_still_axes():
    figure = plot_frontier(np.zeros(0, int), np.zeros(0), y_title="Bits kept")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Groups", "Bits kept")


def test_numbers_that_leave_some_out_stand_on_a_logarithmic_axis():
    assert plot_frontier(NUM_GROUPS, VALUES, y_title="Kappa").layout.xaxis.type is None
    assert plot_frontier(np.array([1000, 50, 2]), VALUES, y_title="Kappa").layout.xaxis.type == "log"
