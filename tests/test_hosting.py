"""What a server of the app answers to what is no page of its own."""

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.browser.conftest import serving

LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server with the settings of .streamlit/config.toml."""
    with serving(tmp_path_factory.mktemp("no_mnist")) as address:
        yield address


def _connect(address: str, origin: str) -> None:
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(stream, origin=Origin(origin), subprotocols=[Subprotocol("streamlit")], proxy=None):
        pass


def _answer(request: urllib.request.Request) -> tuple[int, str, bytes]:
    """Its status, of what kind its content is, and that."""
    try:
        with LOCAL.open(request, timeout=60) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, "", error.read()


def test_a_page_of_another_site_gets_no_connection(address: str) -> None:
    _connect(address, address)
    with pytest.raises(InvalidStatus):
        _connect(address, "https://elsewhere.example")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_upload_without_the_token_of_the_page_is_refused(address: str, method: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    upload = f"{address}/_stcore/upload_file/{'0' * 32}/{'1' * 32}"
    assert _answer(urllib.request.Request(upload, body, headers, method=method))[0] == 403


@pytest.mark.parametrize(
    "path", ["app/static/app.py", "static/../../app.py", "app/static/../app.py", "_stcore/agent/interact", "app.py"]
)
def test_no_file_of_the_app_is_served_and_no_program_is_let_in(address: str, path: str) -> None:
    status, kind, content = _answer(urllib.request.Request(f"{address}/{path}"))
    assert status in (400, 403, 404, 405) or kind.startswith("text/html")  # the browser's own page, whatever the path
    assert b"set_page_config" not in content
