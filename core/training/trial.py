"""Trials before a run: a dry run of a few batches, or a search for the learning rate.

``python -m core.training.trial`` does what ``core.jobs.trials`` asks for. Nothing is written into the
workspace but the pixels that the run will need as well; test images are not looked at.
"""

import sys
from pathlib import Path
from typing import Any

from core.runs.config import RunConfig
from core.training.dry_run import measure
from core.training.environment import computing, prepare_devices
from core.training.errand import Tell, answer
from core.training.rate_search import search_rate
from core.workspace import Workspace

WORK = {"dry_run": measure, "find_rate": search_rate}


def main() -> int:
    """Do the trial that standard input asks for."""
    return answer(
        _try, too_large="choose a smaller batch size or image size, or wait until a training is over"
    )


def _try(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    config = RunConfig.make(**request["config"])
    prepare_devices()
    with computing(config) as strategy:
        return WORK[request["task"]](
            Workspace(Path(request["workspace"])), config, strategy=strategy, tell=tell
        )


if __name__ == "__main__":
    sys.exit(main())
