"""A process that looks at files for ``look.look_at_files``: lists of paths come in, lists of looks go out.

Both are pickled; only the parent process writes to its standard input.
"""

import pickle
import sys

from core.datasets.scanning.look import look_at_file


def main() -> None:
    """Answer until the parent closes the pipe or ends."""
    while True:
        try:
            paths = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump([look_at_file(path) for path in paths], sys.stdout.buffer, protocol=5)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
