import pytest

from app.components.plain_text import END_ISOLATE, ISOLATE, JOINER, plain


@pytest.mark.parametrize("name", ["http://a.org", "https://a.org", "www.a.org", "me@a.org"])
def test_of_an_address_no_link_is_made(name):
    shown = plain(name).replace("\\", "")
    assert shown.replace(JOINER, "") == name
    assert "://" not in shown.replace(f":{JOINER}", "")
    assert JOINER in shown


def test_a_right_to_left_name_does_not_turn_its_neighbors_around():
    assert plain("شمس") == f"{ISOLATE}شمس{END_ISOLATE}"
    assert plain("sun") == "sun"
