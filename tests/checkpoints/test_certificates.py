"""A server is believed by the system's authorities, wherever they lie; without any it is said what helps."""

import hashlib
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from gnet_desktop.checkpoints import catalogue, certificates
from gnet_desktop.errors import CheckpointError

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")

CONTENT = b"weights" * 100


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that vouches for itself, as a system's store would hold it, with its key beside it."""
    folder = tmp_path_factory.mktemp("authority")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "store.pem")]
    subprocess.run([*make, *names, *files], check=True, capture_output=True)
    return folder / "store.pem"


@pytest.fixture
def entry(authority: Path) -> Iterator[catalogue.KnownCheckpoint]:
    """What a server with that certificate has."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        @override
        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority, authority.with_name("key.pem"))
    running.socket = tls.wrap_socket(running.socket, server_side=True)
    threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    address = f"https://127.0.0.1:{running.server_port}/file"
    digest = hashlib.sha256(CONTENT).hexdigest()
    yield catalogue.KnownCheckpoint("test", "for tests", "test.pth", len(CONTENT), address, "sha256", digest)
    running.shutdown()
    running.server_close()


@pytest.fixture
def no_store(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Python finds no authorities where it looks for them, as on a bare Debian."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/cert.pem")
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere/certs")
    monkeypatch.setattr(certificates, "STORES", ())
    monkeypatch.setattr(certificates, "_of_certifi", list)
    return monkeypatch


def test_without_authorities_it_is_said_what_to_install(
    entry: catalogue.KnownCheckpoint, no_store: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(
        CheckpointError, match=r"certificate could not be checked.*ca-certificates.*SSL_CERT_FILE"
    ):
        catalogue.fetch(entry, target=tmp_path)
    assert not (tmp_path / "test.pth").exists()


def test_the_systems_store_is_found_where_python_does_not_look(
    entry: catalogue.KnownCheckpoint, authority: Path, no_store: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_store.setattr(certificates, "STORES", ("/nowhere/else.pem", str(authority)))
    assert catalogue.fetch(entry, target=tmp_path).read_bytes() == CONTENT


def test_a_named_file_of_authorities_is_believed(
    entry: catalogue.KnownCheckpoint, authority: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert catalogue.fetch(entry, target=tmp_path).read_bytes() == CONTENT
