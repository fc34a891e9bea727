import numpy as np

from core.plots.answer import TRUE_COLOR, plot_answer

PROBS = np.array([0.1, 0.6, 0.25, 0.05])
NAMES = ["ant", "bee", "cat", "dog"]


def test_the_largest_probabilities_stand_on_top_in_percent():
    figure = plot_answer(PROBS, NAMES, limit=3)
    np.testing.assert_allclose(figure.data[0].x, [60, 25, 10])
    assert list(figure.layout.yaxis.ticktext) == ["bee", "cat", "ant"]
    assert figure.layout.yaxis.autorange == "reversed"


def test_names_are_cut_and_not_read_as_tags():
    figure = plot_answer(PROBS, ["<i>ant", "bee" * 50, "cat", "dog"])
    assert figure.layout.yaxis.ticktext[0] == f"{('bee' * 50)[:23]}…"
    assert "&lt;i>ant" in figure.layout.yaxis.ticktext


def test_the_true_class_is_shown_even_when_it_is_unlikely():
    figure = plot_answer(PROBS, NAMES, true_class=3, limit=2)
    assert list(figure.layout.yaxis.ticktext) == ["bee", "cat", "dog (true)"]
    assert figure.data[0].marker.color[2] == TRUE_COLOR


def test_a_true_class_among_the_largest_is_not_repeated():
    figure = plot_answer(PROBS, NAMES, true_class=1, limit=2)
    assert list(figure.layout.yaxis.ticktext) == ["bee (true)", "cat"]
