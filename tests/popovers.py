"""Popovers that send their content only while they are open, in tests without a browser."""

from streamlit.testing.v1 import AppTest


def open_popovers(app: AppTest, *keys: str) -> AppTest:
    """Open popovers by their keys, as clicks on their buttons would; they stay open."""
    for key in keys:
        app.session_state[key] = True
    app.run()
    assert not app.exception, app.exception
    return app
