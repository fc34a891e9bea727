"""A module for ``run_errand`` that needs no TensorFlow; it is started as a script, never imported."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.training.errand import Tell, answer


def work(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    tell("Counting", 1, 2, unit="sheep")
    print("what a library prints")
    kind = request["kind"]
    if kind == "refuse":
        raise ModelError("The network is too small; take a larger one.")
    if kind == "surprise":
        raise ZeroDivisionError("division by zero")
    if kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "wait":
        Path(request["told"]).write_text(str(os.getpid()))
        time.sleep(60)
    return {"doubled": 2 * request["number"], "nice": os.nice(0)}


if __name__ == "__main__":
    sys.exit(answer(work, too_large="take a smaller batch"))
