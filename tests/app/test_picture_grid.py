from streamlit.testing.v1 import AppTest


def test_captions_are_escaped_and_pictures_stand_in_one_element():
    def script():
        from app.components.picture_grid import picture_grid

        picture_grid([[b"png", b"png"], [b"png"]], ['<b onclick="x()">', "plain"])

    app = AppTest.from_function(script).run()
    (element,) = app.get("html")
    assert element.proto.body.count("<img ") == 3
    assert "<b onclick" not in element.proto.body
    assert "&lt;b onclick=&quot;x()&quot;&gt;" in element.proto.body
