"""``regroup app``: start the dashboard's server in this process."""

import os
import socket
import subprocess
import sys
import threading
import time
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.options import HomeOption, say, workspace_of
from core.errors import RegroupError
from core.workspace import HOME_VARIABLE, Workspace

SCRIPT = Path(__file__).parents[1] / "main.py"
SETTINGS = Path(__file__).parents[2] / ".streamlit" / "config.toml"
DEFAULT_PORT = 8501
NUM_PORTS = 50  # tried upwards from the default when no port was asked for


def start_dashboard(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help=f"Port; without it the first free one from {DEFAULT_PORT}."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 opens it to the network.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    home: HomeOption = None,
) -> None:
    """Start the dashboard and open it in the browser."""
    workspace = workspace_of(context, home)
    os.environ[HOME_VARIABLE] = str(workspace.root)
    chosen = _free_port(host, port)
    _prepare_in_background(workspace)
    url = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{chosen}"
    say(f"Regroup is at {url} (workspace {workspace.root}). Press Ctrl+C to stop; trainings go on.")

    from streamlit.web import bootstrap  # noqa: PLC0415 - slow, and only this command needs it

    options = _settings() | {
        "server_port": chosen,
        "server_address": host,
        "server_headless": not browser,
        "global_developmentMode": False,
    }
    bootstrap.load_config_options(flag_options=options)
    threading.Thread(target=_get_ready, args=(workspace, host, chosen), name="get-ready", daemon=True).start()
    try:
        bootstrap.run(str(SCRIPT), False, [], options)
    finally:
        _stop_helper()


def _get_ready(workspace: Workspace, host: str, port: int) -> None:
    """Once the server answers, start the queue and load what the first page needs.

    Meanwhile the browser is still busy with Streamlit's own scripts; earlier it would delay the server.
    """
    while not _is_answered(host, port):
        time.sleep(0.02)
    from core.jobs.supervisor import serve  # noqa: PLC0415

    serve(workspace)
    from app.warming import warm_first_page, warm_matrix  # noqa: PLC0415

    with suppress(RegroupError, OSError):  # such as a full disk: the page itself tells it
        warm_first_page(workspace)
        warm_matrix(workspace)


def _is_answered(host: str, port: int) -> bool:
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        with socket.create_connection((local, port), timeout=1):
            return True
    except OSError:
        return False


def _stop_helper() -> None:
    """End the helper process of the explanations, when there is one."""
    service = sys.modules.get("core.explain.service")
    if service is not None:
        service.stop()


def _settings() -> dict[str, Any]:
    """Lines of the settings file as Streamlit's flags, without those that the environment sets."""
    flags: dict[str, Any] = {}

    def collect(prefix: str, table: dict[str, Any]) -> None:
        for key, value in table.items():
            name = f"{prefix}_{key}" if prefix else key
            if isinstance(value, dict):
                collect(name, value)
            elif f"STREAMLIT_{_environment_name(name)}" not in os.environ:
                flags[name] = value

    if SETTINGS.exists():
        collect("", tomllib.loads(SETTINGS.read_text(encoding="utf-8")))
    return flags


def _environment_name(flag: str) -> str:
    """Streamlit's spelling of an option in the environment.

    >>> _environment_name("server_fileWatcherType")
    'SERVER_FILE_WATCHER_TYPE'
    """
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in flag)


def _free_port(host: str, port: int | None) -> int:
    candidates = [port] if port else range(DEFAULT_PORT, DEFAULT_PORT + NUM_PORTS)
    problem: OSError | None = None
    for candidate in candidates:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as error:
                problem = error
                continue
        return candidate
    where = f"port {port}" if port else f"any port from {DEFAULT_PORT} to {DEFAULT_PORT + NUM_PORTS - 1}"
    raise RegroupError(
        f"The dashboard cannot listen on {host}, {where} ({problem}); choose another with --port or --host."
    )


def _prepare_in_background(workspace: Workspace) -> None:
    """Make the built-in datasets in a process of their own, while the server starts."""
    missing = [name for name in ("digits", "shapes") if not (workspace.datasets_dir / name).exists()]
    if missing:
        subprocess.Popen(
            [sys.executable, "-m", "core.datasets.store", str(workspace.root)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=SCRIPT.parents[1],
        )
