"""What stands in front of every operation of the API: the same doors as before the desk.

An operation names the right it needs. Who asks is a member of staff with a session (and
the CSRF token for writes) or a machine client with a bearer token. The operation runs as
a view of the desk does: in one transaction that shows one scope only, rolled back on every
error, and no change without a word in the audit trail. A write acts once a key.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema
from ninja.utils import check_csrf

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.people.values import ActorKind, Answer, Right, Scope, Viewer
from bijlighar.web.access import SAFE, DeskRequest, Door, limited, origin_of
from bijlighar.web.api.errors import JSON, ApiError, Failure, answer_errors
from bijlighar.web.api.limits import count_address, count_viewer

VERSION = "1"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 128
READ_FAILURES = (400, 401, 403, 404, 405, 422, 429)
WRITE_FAILURES = (*READ_FAILURES, 409, 413, 415)

View = Callable[..., Schema]

_KEY_PARAMETER = {
    "in": "header",
    "name": KEY_HEADER,
    "required": True,
    "description": "Chosen by you, new for each new request: kept for 24 hours.",
    "schema": {"type": "string", "pattern": f"^[A-Za-z0-9_-]{{1,{LONGEST_KEY}}}$"},
}
_KEY_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Api(NinjaAPI):
    """The API with both ways to sign in described."""

    def get_openapi_schema(self, **named: Any) -> OpenAPISchema:
        """As ninja describes it, and who may ask."""
        made = super().get_openapi_schema(**named)
        for methods in made["paths"].values():
            for described in methods.values():
                for parameter in described["parameters"]:
                    parameter["schema"] = _sendable(parameter["schema"])
        made["components"]["securitySchemes"] = {
            "machine_client": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token of OAuth 2 client credentials: /api/oauth/token/.",
            },
            "staff": {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "The session of the desk; writes need X-CSRFToken, too.",
            },
        }
        return made


api = Api(
    title="Bijlighar",
    version=VERSION,
    description="The discom's connections, readings and money for other systems.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
answer_errors(api)


def reads(
    path: str, *, right: Right | None, answer: type[Schema], tag: str
) -> Callable[[View], View]:
    """An operation that changes nothing; `right` None: for everybody who is known."""

    def registered(view: View) -> View:
        def respond(request: DeskRequest, values: dict[str, Any]) -> HttpResponse:
            return _json(200, view(request, **values).model_dump_json())

        api.get(
            path,
            auth=[_admission(right)],
            response={200: answer, frozenset(READ_FAILURES): Failure},
            operation_id=view.__name__,
            tags=[tag],
            openapi_extra={"security": _security(right)},
        )(_guarded(view, right=right, respond=respond))
        return view

    return registered


def writes(
    path: str,
    *,
    right: Right,
    people_only: bool,
    fresh: bool = False,
    answer: type[Schema],
    tag: str,
    status: int = 200,
) -> Callable[[View], View]:
    """An operation that changes something: once for each idempotency key.

    `people_only` keeps machine clients out; `fresh` asks for a second factor shown lately.
    """

    def registered(view: View) -> View:
        def respond(request: DeskRequest, values: dict[str, Any]) -> HttpResponse:
            key, asked = request.headers[KEY_HEADER], _whole(request)
            now = clock.real_now()
            kept = people.answer_kept(
                key=key, request=asked, by=request.viewer, real_now=now
            )
            if kept is not None:
                raise _AnsweredBefore(kept)
            body = view(request, **values).model_dump_json()
            people.keep_answer(
                key=key,
                request=asked,
                answer=Answer(status=status, body=body),
                by=request.viewer,
                real_now=now,
            )
            return _json(status, body)

        api.post(
            path,
            auth=[_admission(right, people_only=people_only, fresh=fresh)],
            response={status: answer, frozenset(WRITE_FAILURES): Failure},
            operation_id=view.__name__,
            tags=[tag],
            openapi_extra={
                "security": _security(right, people_only=people_only),
                "parameters": [_KEY_PARAMETER],
            },
        )(_guarded(view, right=right, respond=respond))
        return view

    return registered


def computes(
    path: str, *, answer: type[Schema], body: dict[str, Any], tag: str
) -> Callable[[View], View]:
    """A question with a body, for everybody who is known: nothing kept is looked at.

    It changes nothing, so it has no idempotency key; and it asks the database nothing. The
    view reads the body itself; `body` is its JSON schema.
    """

    def registered(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, **values: Any) -> HttpResponseBase:
            return _json(200, view(request, **values).model_dump_json())

        answered.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        answered.door = Door(audience="api")  # type: ignore[attr-defined]
        api.post(
            path,
            auth=[_admission(None, has_key=False)],
            response={200: answer, frozenset({*READ_FAILURES, 413, 415}): Failure},
            operation_id=view.__name__,
            tags=[tag],
            openapi_extra={
                "security": _security(None),
                "requestBody": {"content": {JSON: {"schema": body}}, "required": True},
            },
        )(answered)
        return view

    return registered


class _AnsweredBefore(Exception):
    """Leaves the transaction without a change: the answer was given before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _guarded(
    view: View,
    *,
    right: Right | None,
    respond: Callable[[DeskRequest, dict[str, Any]], HttpResponse],
) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(request: HttpRequest, **values: Any) -> HttpResponseBase:
        asked = cast(DeskRequest, request)
        try:
            return limited(
                asked,
                scope=_scope(asked.viewer, right),
                do=lambda: respond(asked, values),
            )
        except _AnsweredBefore as before:
            answer = _json(before.answer.status, before.answer.body)
            answer.headers["Idempotent-Replayed"] = "true"
            return answer

    # Ninja reads the arguments from here; their types belong to the view's own module.
    guarded.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    guarded.door = Door(audience="api", right=right)  # type: ignore[attr-defined]
    return guarded


def _admission(
    right: Right | None,
    *,
    people_only: bool = False,
    fresh: bool = False,
    has_key: bool = True,
) -> Callable[[HttpRequest], Viewer | None]:
    """Who asks, counted, and with the right; None where nobody known does."""

    def admitted(request: HttpRequest) -> Viewer | None:
        viewer = _caller(request)
        if viewer is None:
            count_address(request)
            return None
        count_viewer(request, viewer)
        if right is not None and not viewer.may(right):
            raise PermissionDenied
        if people_only and viewer.kind is not ActorKind.STAFF:
            raise PermissionDenied
        if request.method not in SAFE:
            _check_form(request, has_key=has_key)
        if fresh:
            _check_factor(request)
        cast(DeskRequest, request).viewer = viewer
        return viewer

    return admitted


def _caller(request: HttpRequest) -> Viewer | None:
    origin = origin_of(request, channel="api")
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        # Never the session beside it: that would be a way round the CSRF token.
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer":
            return None
        return people.viewer_of_token(
            token=token.strip(), origin=origin, real_now=clock.real_now()
        )
    key = request.session.session_key
    viewer = key and people.viewer_of_session(
        session_key=key, origin=origin, now=clock.now(), real_now=clock.real_now()
    )
    if viewer and request.method not in SAFE and check_csrf(request) is not None:
        raise ApiError(403, "csrf", "Send the CSRF token as X-CSRFToken.")
    return viewer or None


def _check_form(request: HttpRequest, *, has_key: bool) -> None:
    """A body says that it is JSON; a write carries its key."""
    if request.content_type != JSON:
        raise ApiError(415, "wrong_content_type", f"Send {JSON}.", field="Content-Type")
    key = request.headers.get(KEY_HEADER, "")
    if not has_key:
        return
    if not 0 < len(key) <= LONGEST_KEY or not set(key) <= _KEY_LETTERS:
        raise ApiError(
            400,
            "no_idempotency_key",
            f"Send {KEY_HEADER}: 1 to {LONGEST_KEY} letters, digits, - or _.",
            field=KEY_HEADER,
        )


def _check_factor(request: HttpRequest) -> None:
    """A decision needs what the desk's sensitive pages need: the second factor, lately."""
    key = request.session.session_key or ""
    if not people.factor_is_fresh(session_key=key, real_now=clock.real_now()):
        raise ApiError(
            403, "second_factor_is_old", "Show your second factor again at the desk first."
        )


def _scope(viewer: Viewer, right: Right | None) -> Scope:
    if right is not None:
        return viewer.scope(right)
    return Scope(area_ids=frozenset().union(*viewer.rights.values()))


def _whole(request: HttpRequest) -> bytes:
    """All that makes a request what it is."""
    return f"{request.method} {request.get_full_path()}\n".encode() + request.body


def _json(status: int, body: str) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=JSON)


def _sendable(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without null: an address cannot say it, it leaves it out."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) != 1:
        return schema
    kept = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**kept, **choices[0]}


def _security(
    right: Right | None, *, people_only: bool = False
) -> list[dict[str, list[str]]]:
    """Staff, and machine clients where a scope gives the right."""
    scopes = [name for name, rights in people.SCOPES.items() if right in rights]
    if not people_only and (right is None or scopes):
        return [{"machine_client": scopes}, {"staff": []}]
    return [{"staff": []}]
