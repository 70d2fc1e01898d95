"""What the pretend services were sent: checked field by field, refused with a sentence."""

from __future__ import annotations

import base64
import binascii
import hmac
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bijlighar.kernel.errors import BijligharError

MAX_BODY_BYTES = 64 * 1024


class BadRequest(BijligharError):
    """The request cannot be understood or is not allowed."""

    def __init__(self, message: str, *, field: str = "", status: int = 400) -> None:
        """`field` names the wrong field, empty when the whole request is wrong."""
        super().__init__(message)
        self.field = field
        self.status = status


async def answer_bad_request(request: Request, error: Exception) -> Response:
    """The refusal as JSON `{code, message, field}`."""
    assert isinstance(error, BadRequest)
    codes = {401: "unauthorized", 404: "not_found", 409: "conflict"}
    code = codes.get(error.status, "bad_request")
    body = {"code": code, "message": str(error), "field": error.field}
    wanted = {"WWW-Authenticate": "Basic"} if error.status == 401 else None
    return JSONResponse(body, status_code=error.status, headers=wanted)


async def json_object(request: Request) -> dict[str, object]:
    """The body as a JSON object."""
    raw = await read_body(request)
    try:
        body = json.loads(raw)
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object.")
    return body


async def read_body(request: Request) -> bytes:
    """The raw body, refused beyond 64 KiB."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise BadRequest("The body is too long.", status=413)
        parts.append(part)
    return b"".join(parts)


def text_of(body: dict[str, object], name: str, *, default: str | None = None) -> str:
    """A field that must be a text, and not empty unless a default is given."""
    value = body.get(name, default)
    if not isinstance(value, str) or (not value and default is None):
        raise BadRequest(f"{name} must be a text.", field=name)
    return value


def whole_of(body: dict[str, object], name: str, *, default: int | None = None) -> int:
    """A field that must be a whole number."""
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRequest(f"{name} must be a whole number.", field=name)
    return value


def require_basic(request: Request, *, name: str, secret: str) -> None:
    """Insist on HTTP basic authentication with this name and secret."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        given = b""
    is_right = hmac.compare_digest(given, f"{name}:{secret}".encode())
    if scheme.lower() != "basic" or not is_right:
        raise BadRequest("The key is not known.", status=401)


def require_bearer(request: Request, *, key: str) -> None:
    """Insist on HTTP bearer authentication with this key."""
    given = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {key}".encode()):
        raise BadRequest("The key is not known.", status=401)
