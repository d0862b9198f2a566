"""The catalogue against torchvision's metadata, and downloads against a server that misbehaves."""

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from gnet_desktop.checkpoints import catalogue
from gnet_desktop.checkpoints.catalogue import KnownCheckpoint
from gnet_desktop.errors import Cancelled, CheckpointError
from gnet_desktop.resources import BUNDLED

CONTENT = bytes(range(256)) * 8192  # 2 MiB

Answer = Callable[[BaseHTTPRequestHandler], None]


def whole(handler: BaseHTTPRequestHandler) -> None:
    """As a good server: knows ranges."""
    start = int((handler.headers.get("Range") or "bytes=0-")[6:].rstrip("-"))
    if start >= len(CONTENT):
        handler.send_error(416)
        return
    handler.send_response(206 if start else 200)
    handler.send_header("Content-Length", str(len(CONTENT) - start))
    handler.end_headers()
    handler.wfile.write(CONTENT[start:])


def without_ranges(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(CONTENT)


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    start = int((handler.headers.get("Range") or "bytes=0-")[6:].rstrip("-"))
    if start:
        whole(handler)
        return
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()
    handler.wfile.write(CONTENT[: len(CONTENT) // 3])


def page(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"\n <!DOCTYPE html><title>Sign in</title>")


def wrong(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()
    handler.wfile.write(bytes(len(CONTENT)))


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(CONTENT)


def missing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(404)


def hangs(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1)


@pytest.fixture
def server() -> Iterator[Callable[[Answer], KnownCheckpoint]]:
    """Start a server with that behaviour; gives the entry to fetch from it."""
    servers = []

    def start(answer: Answer) -> KnownCheckpoint:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            @override
            def log_message(self, *_: object) -> None:
                pass

        running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(running)
        digest = hashlib.sha1(CONTENT).hexdigest()
        address = f"http://127.0.0.1:{running.server_port}/file"
        return KnownCheckpoint("test", "for tests", "test.caffemodel", len(CONTENT), address, "sha1", digest)

    yield start
    for running in servers:
        running.shutdown()
        running.server_close()


def test_a_good_server_gives_the_file_with_progress(
    server: Callable[[Answer], KnownCheckpoint], tmp_path: Path
) -> None:
    seen: list[tuple[int, int | None]] = []
    path = catalogue.fetch(server(whole), target=tmp_path, progress=lambda *at: seen.append(at))
    assert path.read_bytes() == CONTENT
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in tmp_path.iterdir()] == ["test.caffemodel"]


def test_what_broke_off_is_continued(server: Callable[[Answer], KnownCheckpoint], tmp_path: Path) -> None:
    entry = server(breaks_off)
    with pytest.raises(CheckpointError, match="broke off"):
        catalogue.fetch(entry, target=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["test.caffemodel.part"]
    seen: list[int] = []
    path = catalogue.fetch(entry, target=tmp_path, progress=lambda done, total: seen.append(done))
    assert seen[0] == len(CONTENT) // 3
    assert path.read_bytes() == CONTENT


def test_a_server_without_ranges_starts_over(
    server: Callable[[Answer], KnownCheckpoint], tmp_path: Path
) -> None:
    (tmp_path / "test.caffemodel.part").write_bytes(CONTENT[:1000])
    assert catalogue.fetch(server(without_ranges), target=tmp_path).read_bytes() == CONTENT


def test_a_part_that_is_complete_already_is_taken(
    server: Callable[[Answer], KnownCheckpoint], tmp_path: Path
) -> None:
    (tmp_path / "test.caffemodel.part").write_bytes(CONTENT)
    assert catalogue.fetch(server(whole), target=tmp_path).read_bytes() == CONTENT


def test_a_wrong_part_does_not_stay_in_the_way(
    server: Callable[[Answer], KnownCheckpoint], tmp_path: Path
) -> None:
    entry = server(whole)
    (tmp_path / "test.caffemodel.part").write_bytes(b"x" * 1000)
    with pytest.raises(CheckpointError, match="not the published file"):
        catalogue.fetch(entry, target=tmp_path)
    assert catalogue.fetch(entry, target=tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page, "web page"),
        (wrong, "not the published file"),
        (missing, "404"),
        (endless, "far more"),
        (hangs, "does not answer"),
    ],
)
def test_a_server_that_misbehaves_is_told_in_words(
    server: Callable[[Answer], KnownCheckpoint], tmp_path: Path, answer: Answer, words: str
) -> None:
    with pytest.raises(CheckpointError, match=words):
        catalogue.fetch(server(answer), target=tmp_path, timeout=0.5)
    assert not (tmp_path / "test.caffemodel").exists()


def test_no_server_is_told_in_words(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/file"
    with pytest.raises(CheckpointError, match="cannot be reached"):
        catalogue.fetch(KnownCheckpoint("x", "", "x.pth", 10, address), target=tmp_path)


def test_cancelling_keeps_the_part_for_later(
    server: Callable[[Answer], KnownCheckpoint], tmp_path: Path
) -> None:
    entry, seen = server(whole), []
    with pytest.raises(Cancelled):
        catalogue.fetch(
            entry,
            target=tmp_path,
            progress=lambda done, total: seen.append(done),
            cancelled=lambda: len(seen) > 2,
        )
    assert not (tmp_path / "test.caffemodel").exists()
    assert catalogue.fetch(entry, target=tmp_path).read_bytes() == CONTENT


def test_a_folder_that_cannot_be_written_is_told(
    server: Callable[[Answer], KnownCheckpoint], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "deeper"
    with pytest.raises(CheckpointError, match=r"could not be fetched.*is a file, not a folder") as told:
        catalogue.fetch(server(whole), target=folder)
    assert str(folder) in str(told.value)


def test_what_is_here_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    entry = catalogue.find("imagenet")
    assert entry is not None
    cached = tmp_path / "hub" / "checkpoints" / entry.file
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"as torch left it")
    assert catalogue.fetch(entry) == cached


def test_the_bundled_one_is_always_here() -> None:
    entry = catalogue.find(BUNDLED)
    assert entry is not None
    found = catalogue.locate(entry)
    assert found is not None
    assert found.stat().st_size == pytest.approx(entry.size, rel=0.3)


def test_imagenet_is_what_torchvision_publishes() -> None:
    models = pytest.importorskip("torchvision.models")
    published = models.GoogLeNet_Weights.IMAGENET1K_V1
    entry = catalogue.find("imagenet")
    assert entry is not None
    assert entry.address == published.url
    assert entry.file == published.url.rpartition("/")[2]
    assert published.url.rpartition("-")[2].removesuffix(".pth") == entry.digest
    assert entry.size / 2**20 == pytest.approx(published.meta["_file_size"], abs=0.001)
