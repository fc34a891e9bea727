"""Give a file a second name, which costs no space."""

import shutil
from pathlib import Path


def link_or_copy(source: Path, target: Path) -> bool:
    """Make ``target`` a hard link to a file, or a copy where the disk cannot; return whether it is a link.

    Raises:
        OSError: The file is gone, the target is there already, or the disk is full.
    """
    try:
        target.hardlink_to(source.resolve())  # a link to a link would miss its goal from elsewhere
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        shutil.copyfile(source, target)
        return False
    return True
