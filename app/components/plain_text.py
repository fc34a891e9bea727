"""Names that users chose, in texts that Streamlit reads as Markdown."""

import re


def plain(name: str) -> str:
    r"""Return a name so that Markdown shows it letter for letter.

    >>> print(plain("*T-shirt* :red[1]"))
    \*T\-shirt\* \:red\[1\]
    """
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:$&])", r"\\\1", name)
