"""No body is kept that is longer than the longest file which is taken in."""

from __future__ import annotations

import asyncio

import pytest

from bijlighar.masters import files
from bijlighar.project.bodies import (
    MOST_BODY_BYTES,
    MOST_OF_A_HOME_BYTES,
    with_bearable_bodies,
)


def asked(*headers: tuple[bytes, bytes], path: str = "/desk/imports/") -> int:
    """The status of a request with these headers; 200 where it comes in."""
    statuses = []

    async def inside(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> dict[str, object]:
        raise AssertionError("nothing of the body is read here")

    scope = {"type": "http", "headers": list(headers), "path": path}
    asyncio.run(with_bearable_bodies(inside)(scope, receive, send))
    return statuses[0]


def test_the_longest_file_fits():
    assert files.MOST_BYTES < MOST_BODY_BYTES < files.MOST_BYTES * 2
    assert asked((b"content-length", str(MOST_BODY_BYTES).encode())) == 200
    assert asked() == 200


@pytest.mark.parametrize("length", [MOST_BODY_BYTES + 1, 10**13, "-1", "1e9", "nonsense"])
def test_a_longer_body_is_refused_before_it_is_read(length):
    assert asked((b"content-length", str(length).encode())) == 413


def test_what_a_consumer_sends_fits_into_memory_and_never_lies_on_a_disk(settings):
    path = "/home/7310000001/kyc/papers/pan/"
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE == MOST_OF_A_HOME_BYTES
    assert asked((b"content-length", str(MOST_OF_A_HOME_BYTES).encode()), path=path) == 200
    longer = str(MOST_OF_A_HOME_BYTES + 1).encode()
    assert asked((b"content-length", longer), path=path) == 413


def test_a_body_of_which_nobody_says_how_long_it_is_is_refused():
    assert asked((b"transfer-encoding", b"chunked")) == 411
