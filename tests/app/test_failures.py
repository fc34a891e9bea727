"""What is shown of errors that a person can repair, and of work that the person stopped."""

from streamlit.testing.v1 import AppTest


def _two_errors():
    from app.failures import shown_as_text
    from core.errors import DatasetError, StoppedError

    with shown_as_text():
        raise DatasetError("The disk is full; free some space.")
    with shown_as_text():
        raise StoppedError("It was stopped.")


def test_a_failure_is_red_and_what_the_person_stopped_is_not():
    app = AppTest.from_function(_two_errors).run()
    assert not app.exception
    assert [shown.value for shown in app.error] == ["The disk is full; free some space."]
    assert [shown.value for shown in app.info] == ["It was stopped."]
