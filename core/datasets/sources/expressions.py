"""Regular expressions that a person typed, searched in many texts without ever hanging the program.

An expression such as ``(a+)+b`` can take longer than the universe has existed, and Python cannot interrupt
it: so the search runs in a small process of its own, which is ended when it takes too long.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence

from core.errors import DatasetError

MAX_LENGTH = 500  # characters of an expression
TIME_LIMIT_S = 10.0  # for all texts together; 200,000 file names take about one second

_SEARCH = """
import json, re, sys
expression, texts = json.load(sys.stdin)
search = re.compile(expression).search
found = [search(text) for text in texts]
json.dump([m and [m.group(0), *m.groups()] for m in found], sys.stdout)
"""


def check_expression(expression: str) -> dict[str, int]:
    """Return the numbers of the named groups of a regular expression.

    Raises:
        DatasetError: It is empty, too long, or no regular expression.

    >>> check_expression("(?P<label>[a-z]+)_([0-9]+)")
    {'label': 1}
    """
    if not expression or len(expression) > MAX_LENGTH:
        raise DatasetError(
            f"The regular expression has {len(expression)} characters; give one of 1 to {MAX_LENGTH}."
        )
    try:
        return dict(re.compile(expression).groupindex)
    except (re.error, OverflowError, RecursionError) as error:
        raise DatasetError(
            f"{expression!r} is no regular expression ({error}); correct it, or use a pattern with {{label}}."
        ) from error


def search_all(expression: str, texts: Sequence[str]) -> list[list[str | None] | None]:
    """Return what an expression finds in each text: the whole find and its groups, or None.

    Args:
        expression: As checked by ``check_expression``.
        texts: Where to search, such as file names.

    Raises:
        DatasetError: It takes too long.
    """
    if not texts:
        return []
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _SEARCH],
            input=json.dumps([expression, list(texts)]),
            capture_output=True,
            text=True,
            check=True,
            timeout=TIME_LIMIT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise DatasetError(
            f"The regular expression {expression!r} takes too long; avoid repeats within repeats, like (a+)+."
        ) from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise DatasetError(
            f"The regular expression {expression!r} could not be searched for ({error}); use a simpler one."
        ) from error
    found: list[list[str | None] | None] = json.loads(done.stdout)
    return found
