"""The line on caches: sizes, clearing and limiting, as a person does it."""

import pytest
from streamlit.testing.v1 import AppTest

from core.caches import limit, list_caches, set_limit, settings_path
from core.datasets.images.pixels import load_pixels
from core.datasets.images.resizing import square
from core.datasets.store import load_dataset


def draw() -> None:
    from app.components.cache_line import cache_line

    cache_line()


@pytest.fixture
def page(workspace) -> AppTest:
    load_pixels(workspace, load_dataset(workspace, "digits"), square(8))
    set_limit(workspace, 2.5)
    app = AppTest.from_function(draw, default_timeout=30).run()
    assert not app.exception
    return app


def test_it_tells_the_size_and_the_limit(page):
    assert page.caption[0].value == "Caches take 345 kB of at most 2.5 GB."
    assert page.number_input[0].value == 2.5


def test_clearing_asks_for_a_kind_and_shows_the_command(page, workspace):
    kinds = page.selectbox(key="cache_kind")
    assert kinds.options == ["All caches", "Decoded images"]
    kinds.select("pixels").run()
    assert "regroup cache clear --kind pixels" in [code.value for code in page.code]
    page.button(key="cache_clear").click().run()
    assert not page.exception
    assert list_caches(workspace) == []
    assert page.caption[0].value == "Caches take 0 kB of at most 2.5 GB."
    assert page.button(key="cache_clear").disabled


def test_the_limit_is_set_and_one_set_elsewhere_is_shown(page, workspace):
    page.number_input[0].set_value(4.0).run()
    page.button(key="cache_set_limit").click().run()
    assert not page.exception
    assert limit(workspace) == 4_000_000_000
    set_limit(workspace, 7)
    page.run()
    assert page.number_input[0].value == 7.0
    settings_path(workspace).write_text("{")
    page.button(key="cache_set_limit").click().run()
    assert len(page.exception) == 1  # shown as a sentence by app/main.py
