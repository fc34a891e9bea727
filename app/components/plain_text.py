"""Names that users chose, in texts that Streamlit reads as Markdown."""

import re
import unicodedata

# None of these three is seen.
JOINER = "\u2060"  # in an address, so that no link is made of it
ISOLATE, END_ISOLATE = "\u2068", "\u2069"  # around a name, so that it does not turn its neighbors around
RIGHT_TO_LEFT = {"R", "AL"}


def plain(name: str) -> str:
    r"""Return a name so that Markdown shows it letter for letter, and right-to-left script stays in place.

    >>> print(plain("*T-shirt* :red[1]"))
    \*T\-shirt\* \:red\[1\]
    """
    text = re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:$&])", r"\\\1", name)
    text = re.sub(r"(https?\\:|www|@)", rf"\1{JOINER}", text, flags=re.IGNORECASE)
    is_leftward = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in name)
    return f"{ISOLATE}{text}{END_ISOLATE}" if is_leftward else text
