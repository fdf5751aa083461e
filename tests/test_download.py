"""Fetching data from a server that behaves well, badly, or not at all."""

import http.server
import os
import shutil
import socket
import ssl
import subprocess
import textwrap
import threading

import pytest

from lib import datasets
from lib.common.errors import ReaderError
from lib.datasets import downloading, locate, opening, registry

FILE = "flows.csv"
CONTENT = b"ts,label\n" + b"".join(b"%d,0\n" % row for row in range(20_000))


@pytest.fixture(autouse=True)
def one_file(monkeypatch, tmp_path, no_data):
    """One registered file, which is not on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(downloading, "PAUSE", 0)
    register(monkeypatch, tmp_path, "https://example.org/flows.csv")


def register(monkeypatch, tmp_path, address):
    whole = tmp_path / "whole.bin"
    whole.write_bytes(CONTENT)
    text = f"""
        network:
          title: t
          licence: Free for research; cite the authors.
          citation: c
          doi: d
          official: https://example.org
          obtain: Ask for it at https://example.org.
          variants:
            sample:
              description: d
              class_column: label
              columns: {{ts: integer, label: integer}}
              parts: [{{file_names: [{FILE}], bytes: {len(CONTENT)}, rows: 20000,
                        sha256: {opening.digest(whole)}, address: "{address}"}}]
        """
    known = registry.parse(textwrap.dedent(text))
    monkeypatch.setattr(registry, "_entries", lambda: known)


class Server(http.server.ThreadingHTTPServer):
    """Answers each request by the next behaviour in the list; the last one stays."""

    def __init__(self, *behaviours):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours, self.requests = list(behaviours), 0

    @property
    def addresses(self):
        return {FILE: f"http://127.0.0.1:{self.server_port}/{FILE}"}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        behaviour = server.behaviours[min(server.requests, len(server.behaviours) - 1)]
        server.requests += 1
        behaviour(self)

    def answer(self, body, announced=None, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_details):
        pass


def whole(handler):
    handler.answer(CONTENT)


def truncated(handler):
    """Half the file, announced as if it were all."""
    handler.answer(CONTENT[: len(CONTENT) // 2])


def broken_off(handler):
    """The whole file announced, half of it sent, the connection closed."""
    handler.answer(CONTENT[: len(CONTENT) // 2], announced=len(CONTENT))
    handler.connection.shutdown(socket.SHUT_RDWR)


def altered(handler):
    handler.answer(CONTENT.replace(b"7,0", b"7,1"))


def missing(handler):
    handler.answer(b"<html>not here</html>", status=404)


def overloaded(handler):
    handler.answer(b"later", status=503)


@pytest.fixture
def serve():
    started = []

    def start(*behaviours):
        server = Server(*behaviours)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def files_in_cache():
    return [path for path in locate.cache_folder().rglob("*") if path.is_file()]


def fetch(server):
    return downloading.download("network", addresses=server.addresses, echo=lambda line: None)


def refused(server):
    with pytest.raises(ReaderError) as refusal:
        fetch(server)
    assert files_in_cache() == []
    assert list(locate.cache_folder().rglob(".partial-*")) == []
    told = str(refusal.value)
    assert FILE in told
    assert "by hand: Ask for it" in told
    return told


def test_a_good_file_is_saved_and_then_loaded(serve, capfd):
    (path,) = fetch(serve(whole))
    assert capfd.readouterr().err == ""
    assert path.read_bytes() == CONTENT
    assert files_in_cache() == [path]
    dataset = datasets.load("network")
    assert (dataset.source, dataset.path) == ("real", path)


def test_a_file_at_hand_is_not_fetched_again(serve):
    server = serve(whole)
    assert fetch(server) == fetch(server)
    assert server.requests == 1


def test_a_damaged_file_in_the_cache_is_replaced(serve):
    server = serve(whole)
    (path,) = fetch(server)
    path.write_bytes(CONTENT[:100])
    fetch(server)
    assert path.read_bytes() == CONTENT


def test_a_truncated_file_is_refused(serve):
    told = refused(serve(truncated))
    assert "a truncated file came" in told
    assert f"{len(CONTENT):,} bytes" in told
    assert f"{len(CONTENT) // 2:,} bytes" in told


def test_a_wrong_digest_is_refused(serve):
    told = refused(serve(altered))
    assert "another file came" in told
    assert registry.entry("network").variants[0].parts[0].sha256 in told


def test_a_missing_page_is_refused_at_once(serve):
    server = serve(missing)
    assert "the server answers 404" in refused(server)
    assert server.requests == 1


def test_an_overloaded_server_is_asked_again(serve):
    server = serve(overloaded, whole)
    (path,) = fetch(server)
    assert path.read_bytes() == CONTENT
    assert server.requests == 2


def test_a_refused_connection_is_reported(serve):
    server = serve(whole)
    server.shutdown()
    server.server_close()
    assert "cannot be reached" in refused(server)


def test_an_interrupted_download_starts_afresh(serve):
    server = serve(broken_off, whole)
    (path,) = fetch(server)
    assert path.read_bytes() == CONTENT
    assert files_in_cache() == [path]
    assert server.requests == 2


def test_a_download_that_always_breaks_is_reported(serve):
    assert "the connection broke" in refused(serve(broken_off))


def test_ctrl_c_leaves_nothing_behind(serve, monkeypatch):
    def interrupt(_path):
        raise KeyboardInterrupt

    monkeypatch.setattr(downloading, "sha256_of", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(serve(whole))
    assert files_in_cache() == []


def test_what_a_killed_download_left_is_swept_away(serve):
    left = locate.cache_folder() / "network" / ".partial-left"
    left.mkdir(parents=True)
    (left / FILE).write_bytes(CONTENT[:50])
    os.utime(left, (0, 0))
    (path,) = fetch(serve(whole))
    assert files_in_cache() == [path]


def test_data_behind_a_form_says_what_to_do_by_hand(monkeypatch, tmp_path):
    register(monkeypatch, tmp_path, "")
    lines = []
    assert downloading.download_all(echo=lines.append) == 0
    told = "\n".join(lines)
    assert "By hand: Ask for it at https://example.org." in told
    assert FILE in told
    assert "IDS_DATA" in told


def test_all_returns_the_exit_status(serve):
    lines = []
    assert downloading.download_all(lines.append, serve(missing).addresses) == 1
    assert "404" in lines[-1]
    good = serve(whole)
    assert downloading.download_all(lines.append, good.addresses) == 0
    assert downloading.download_all(lines.append, good.addresses) == 0
    assert "already at" in lines[-1]
    assert good.requests == 1


def test_all_goes_on_past_a_damaged_file_in_the_data_folder(monkeypatch, tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / FILE).write_bytes(b"ts,label\n")
    monkeypatch.setenv("IDS_DATA", str(folder))
    lines = []
    assert downloading.download_all(lines.append) == 1
    assert "is not the file that the book knows" in lines[-1]


# Certificates and proxies.


@pytest.fixture
def secure(serve, tmp_path):
    """A server whose certificate is its own."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not there to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "own.pem"
    asked = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    named = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run([openssl, *asked, *named], check=True, capture_output=True)
    server = serve(whole)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    address = f"https://localhost:{server.server_port}/{FILE}"
    return certificate, lambda: downloading.download("network", None, {FILE: address}, id)


def test_an_unknown_certificate_is_named_with_a_remedy_that_works(monkeypatch, secure):
    certificate, fetch_securely = secure
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with pytest.raises(ReaderError, match=r"certificate.*REQUESTS_CA_BUNDLE=/path/to/it.pem"):
        fetch_securely()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    (path,) = fetch_securely()
    assert path.read_bytes() == CONTENT


def test_a_proxy_that_does_not_answer_is_named(monkeypatch, serve):
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("http_proxy", raising=False)
    address = {FILE: "http://example.org/flows.csv"}
    with pytest.raises(ReaderError, match="the proxy that HTTP"):
        downloading.download("network", addresses=address, echo=id)
