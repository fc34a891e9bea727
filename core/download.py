"""Fetch a file from the network: with progress, checked, and kept whole or not at all."""

import hashlib
import http.client
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.errors import DownloadError
from core.workspace import open_whole

CONNECT_TIMEOUT_S = 5  # for an answer, and for each further piece
MAX_TRIES = 4  # of a download that broke off and can be taken up again
RETRY_PAUSE_S = 1.0
CHUNK_BYTES = 1 << 16

Progress = Callable[[int, int], None]


def download(
    url: str,
    target: Path,
    *,
    checksum: str | None = None,
    limit_s: float | None = None,
    progress: Progress | None = None,
) -> Path:
    """Fetch a file and return where it lies; what broke off is taken up again where the server can.

    Args:
        url: Where from.
        target: Where to; the file appears there when it is complete and right.
        checksum: Its SHA-256 or MD5 as hexadecimal text; None: it is not checked.
        limit_s: Seconds that all of it may take; None: as long as something comes.
        progress: Called with (done, total) bytes, total 0 while unknown; what it raises stops the download.

    Raises:
        DownloadError: It cannot be reached, broke off or is another file than expected.
        WorkspaceError: The disk is full or the folder cannot be written.
    """
    digest = _new_digest(checksum)
    with open_whole(target) as file:
        for chunk in _fetch(url, can_resume=checksum is not None, limit_s=limit_s, progress=progress):
            file.write(chunk)
            digest.update(chunk)
        if checksum is not None and digest.hexdigest() != checksum:
            raise DownloadError(url, "what came is another file than the one expected")
    return target


def has_checksum(path: Path, checksum: str) -> bool:
    """Whether a file has a SHA-256 or MD5, given as hexadecimal text; false where it cannot be read."""
    digest = _new_digest(checksum)
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError:
        return False
    return digest.hexdigest() == checksum


def _new_digest(checksum: str | None) -> Any:
    is_md5 = checksum is not None and len(checksum) == 32
    return hashlib.new("md5" if is_md5 else "sha256", usedforsecurity=False)


def _fetch(
    url: str, *, can_resume: bool, limit_s: float | None, progress: Progress | None
) -> Iterator[bytes]:
    """Yield the bytes of a file, over as many connections as it takes."""
    deadline = None if limit_s is None else time.monotonic() + limit_s
    done, total, resumable = 0, 0, False
    for tries in range(1, MAX_TRIES + 1):
        try:
            with urllib.request.urlopen(_request(url, done), timeout=CONNECT_TIMEOUT_S) as response:
                if done and response.status != http.HTTPStatus.PARTIAL_CONTENT:
                    raise ConnectionError("it broke off and the server does not take it up again")
                total = total or int(response.headers.get("Content-Length") or 0)
                resumable = can_resume and response.headers.get("Accept-Ranges") == "bytes"
                while chunk := response.read(CHUNK_BYTES):
                    done += len(chunk)
                    yield chunk
                    if progress is not None:
                        progress(done, total)
                    if deadline is not None and time.monotonic() > deadline:
                        raise TimeoutError(f"not complete after {limit_s:g} s")
            if done >= total:
                return
            raise ConnectionError(f"it ended after {done:,} of {total:,} bytes")
        except (OSError, ValueError, http.client.HTTPException) as error:
            if tries == MAX_TRIES or not (resumable and done):
                raise DownloadError(url, _reason(error)) from error
            time.sleep(RETRY_PAUSE_S)


def _request(url: str, start: int) -> str | urllib.request.Request:
    return urllib.request.Request(url, headers={"Range": f"bytes={start}-"}) if start else url


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or reason)
