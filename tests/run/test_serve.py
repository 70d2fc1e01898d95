"""The web server's own settings: whom it believes, what it says of itself."""

from __future__ import annotations

import asyncio

import h11
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bijlighar.run.serve import server_config

CLAIMED = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-proto", b"https")]


def as_seen_behind(proxies: str | list[str], *, caller: str) -> tuple[str, str]:
    """Address and scheme that the application sees when a caller claims others."""
    seen = {}

    async def application(scope, receive, send) -> None:
        seen.update(scope)

    scope = {
        "type": "http",
        "client": (caller, 50000),
        "scheme": "http",
        "headers": CLAIMED,
    }
    server = ProxyHeadersMiddleware(application, trusted_hosts=proxies)
    asyncio.run(server(scope, None, None))
    return seen["client"][0], seen["scheme"]


@pytest.mark.parametrize("caller", ["198.51.100.7", "10.0.0.8"])
def test_a_caller_cannot_claim_another_address_or_encryption(monkeypatch, caller):
    monkeypatch.delenv("BIJLIGHAR_PROXIES", raising=False)
    held = server_config(port=1, host="127.0.0.1")
    assert held.proxy_headers
    assert as_seen_behind(held.forwarded_allow_ips, caller=caller) == (caller, "http")


def test_a_named_proxy_says_who_called_and_how(monkeypatch):
    monkeypatch.setenv("BIJLIGHAR_PROXIES", "10.0.0.8")
    held = server_config(port=1, host="127.0.0.1")
    seen = as_seen_behind(held.forwarded_allow_ips, caller="10.0.0.8")
    assert seen == ("203.0.113.9", "https")


def test_the_server_says_nothing_of_what_it_is_made_of():
    assert server_config(port=1, host="127.0.0.1").server_header is False


def test_there_are_no_web_sockets():
    assert server_config(port=1, host="127.0.0.1").ws == "none"


HEAD = b"POST /gateways/x/webhook/ HTTP/1.1\r\nHost: localhost\r\n"


def test_of_two_lengths_the_parts_count_and_not_the_number():
    """What follows the last part is another request's, whatever the number claimed."""
    server = h11.Connection(h11.SERVER)
    server.receive_data(
        HEAD
        + b"Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"3\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n"
    )
    assert server_config(port=1, host="127.0.0.1").http == "h11"
    assert isinstance(server.next_event(), h11.Request)
    data = server.next_event()
    assert isinstance(data, h11.Data)
    assert bytes(data.data) == b"abc"
    assert isinstance(server.next_event(), h11.EndOfMessage)


def test_no_more_is_sent_than_the_length_says():
    server = h11.Connection(h11.SERVER)
    server.receive_data(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    server.next_event()
    server.send(h11.Response(status_code=200, headers=[("content-length", "3")]))
    with pytest.raises(h11.LocalProtocolError):
        server.send(h11.Data(data=b"four"))


@pytest.mark.parametrize(
    "ambiguous",
    [
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: 3, 4\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"X-Split: a\x00b\r\n",
    ],
)
def test_what_two_servers_could_read_differently_is_refused(ambiguous):
    server = h11.Connection(h11.SERVER)
    server.receive_data(HEAD + ambiguous + b"\r\nabc")
    with pytest.raises(h11.RemoteProtocolError):
        server.next_event()
