import numpy as np

from core.plots.confusion import MAX_NAMED, plot_confusion

COUNTS = np.array([[3, 1], [0, 2]])


def test_the_heatmap_shows_the_matrix_with_true_classes_downward():
    figure = plot_confusion(COUNTS, ("cat", "<i>dog"))
    np.testing.assert_array_equal(figure.data[0].z, COUNTS)
    assert figure.layout.yaxis.title.text == "True class"
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.xaxis.ticktext == ("cat", "&lt;i>dog")
    assert figure.data[0].x == ("cat", "&lt;i>dog")


def test_shares_are_colored_from_nothing_to_all():
    assert plot_confusion(COUNTS / 3, ("cat", "dog"), normalize=True).data[0].zmax == 1
    assert plot_confusion(COUNTS, ("cat", "dog")).data[0].zmax == 3


def test_names_that_nobody_could_read_are_left_to_the_hover_text():
    many = MAX_NAMED + 1
    figure = plot_confusion(np.eye(many), tuple(f"class {k}" for k in range(many)))
    assert not figure.layout.xaxis.showticklabels


def test_no_classes_give_an_empty_figure_with_the_same_axes():
    figure = plot_confusion(np.zeros((0, 0), int), ())
    assert figure.layout.xaxis.title.text == "Predicted class"
