"""Downloads from a server on this machine that breaks off, lies, or is not there."""

import hashlib
import http.server
import threading
from pathlib import Path

import pytest

from core import download as module
from core.download import download, has_checksum
from core.errors import DatasetError, DownloadError, WorkspaceError

CONTENT = bytes(range(256)) * 1000
SHA256, MD5 = hashlib.sha256(CONTENT).hexdigest(), hashlib.md5(CONTENT).hexdigest()


class _Handler(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; ``/breaks`` ends each answer after a part and goes on where it is asked to."""

    def do_GET(self):
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.server.asked.append(start)
        if self.path == "/gone":
            self.send_error(404)
            return
        breaks = self.path != "/whole"
        part = CONTENT[start : start + 100_000] if breaks else CONTENT[start:]
        self.send_response(206 if start else 200)
        if self.path != "/length-unknown":
            self.send_header("Content-Length", str(len(CONTENT) - start))
        if self.path == "/breaks":
            self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(module, "RETRY_PAUSE_S", 0.0)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as running:
        running.asked = []
        running.url = f"http://127.0.0.1:{running.server_address[1]}"
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("checksum", [None, SHA256, MD5])
def test_a_file_arrives_whole_and_its_progress_is_told(server, tmp_path, checksum):
    told = []
    path = download(
        f"{server.url}/whole",
        tmp_path / "new" / "a.bin",
        checksum=checksum,
        progress=lambda *n: told.append(n),
    )
    assert path == tmp_path / "new" / "a.bin"
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert list(path.parent.iterdir()) == [path]


def test_what_broke_off_is_taken_up_where_it_ended(server, tmp_path):
    path = download(f"{server.url}/breaks", tmp_path / "a.bin", checksum=SHA256)
    assert path.read_bytes() == CONTENT
    assert server.asked == [0, 100_000, 200_000]


@pytest.mark.parametrize(
    ("page", "checksum", "reason"),
    [
        ("gone", None, "Not Found"),
        ("cut", SHA256, "it ended after 100,000 of 256,000 bytes"),  # the server cannot take it up again
        ("breaks", None, "it ended after"),  # nothing would tell whether the parts fit
        ("whole", "0" * 64, "another file than the one expected"),
        ("length-unknown", MD5, "another file than the one expected"),
    ],
)
def test_a_failed_download_leaves_the_old_file_and_says_why(server, tmp_path, page, checksum, reason):
    (tmp_path / "a.bin").write_text("old")
    with pytest.raises(DownloadError, match=f"/{page} cannot be downloaded .*{reason}.*; check the network"):
        download(f"{server.url}/{page}", tmp_path / "a.bin", checksum=checksum)
    assert (tmp_path / "a.bin").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_server_that_is_not_there_is_told_with_the_reason_alone_as_well(tmp_path):
    with pytest.raises(DownloadError, match="Connection refused") as caught:
        download("http://127.0.0.1:9/a.bin", tmp_path / "a.bin")
    assert caught.value.reason == "Connection refused"


def test_a_download_ends_when_its_time_is_over(server, tmp_path):
    with pytest.raises(DownloadError, match="not complete after 0 s"):
        download(f"{server.url}/whole", tmp_path / "a.bin", limit_s=0)


def test_stopping_leaves_nothing_behind(server, tmp_path):
    def stop(done, total):
        raise DatasetError("stopped")

    with pytest.raises(DatasetError, match="stopped"):
        download(f"{server.url}/whole", tmp_path / "a.bin", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_with_the_remedy(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match=r"cannot be written .*free some disk space"):
        download(f"{server.url}/whole", Path(tmp_path / "file" / "a.bin"))


def test_a_checksum_is_compared_with_a_file_on_disk(tmp_path):
    (tmp_path / "a.bin").write_bytes(CONTENT)
    assert has_checksum(tmp_path / "a.bin", SHA256)
    assert has_checksum(tmp_path / "a.bin", MD5)
    assert not has_checksum(tmp_path / "a.bin", "0" * 32)
    assert not has_checksum(tmp_path / "gone.bin", SHA256)
