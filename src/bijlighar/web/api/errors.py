"""What goes wrong, told to programs: always `{code, message, field}` with the right status.

`code` is for programs and stays the same; `message` is an English sentence for whoever
writes the program; `field` names what the request got wrong, else null.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from bijlighar.complaints.service import UnknownComplaint
from bijlighar.connections.service import UnknownConsumer
from bijlighar.grid.service import UnknownNode
from bijlighar.kernel.errors import BijligharError, TemporaryError
from bijlighar.masters.service import NotNow, UnknownImport
from bijlighar.people.service import KeyInFlight, KeyReused
from bijlighar.proposals.service import AlreadyProposed, UnknownProposal

JSON = "application/json"
STATUS_OF: dict[type[BijligharError], tuple[int, str]] = {
    UnknownConsumer: (404, "unknown_connection"),
    UnknownNode: (404, "unknown_area"),
    UnknownComplaint: (404, "unknown_complaint"),
    UnknownImport: (404, "unknown_import"),
    NotNow: (409, "not_now"),
    UnknownProposal: (404, "unknown_proposal"),
    AlreadyProposed: (409, "already_proposed"),
    KeyReused: (422, "idempotency_key_reused"),
    KeyInFlight: (409, "idempotency_key_in_flight"),
    TemporaryError: (409, "try_again"),
}
"""Errors of the domains that are no mere refusal; every other is 422 under its own name."""


class Failure(Schema):
    """Every answer that is not a success."""

    code: str
    message: str
    field: str | None


class ApiError(BijligharError):
    """The API itself refuses a request."""

    def __init__(
        self, status: int, code: str, message: str, *, field: str | None = None
    ) -> None:
        """As it will be answered."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field


class TooMany(ApiError):
    """More requests than the limit allows."""

    def __init__(self, *, wait_s: int) -> None:
        """Names the seconds after which it is worth asking again."""
        super().__init__(429, "too_many_requests", f"Ask again in {wait_s} seconds.")
        self.wait_s = wait_s


def failure(
    status: int, code: str, message: str, *, field: str | None = None
) -> HttpResponse:
    """The answer itself."""
    told = Failure(code=code, message=message, field=field)
    return HttpResponse(told.model_dump_json(), status=status, content_type=JSON)


def answer_errors(api: NinjaAPI) -> None:
    """Let an API answer every error in its one form."""
    api.add_exception_handler(ValidationError, _wrong_value)
    api.add_exception_handler(AuthenticationError, _unknown_caller)
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(Http404, _nothing_there)
    api.add_exception_handler(PermissionDenied, _not_allowed)
    api.add_exception_handler(SuspiciousOperation, _too_large)
    api.add_exception_handler(UnreadablePostError, _unreadable)
    api.add_exception_handler(ApiError, _refused)
    api.add_exception_handler(BijligharError, _told)


def _wrong_value(_: HttpRequest, error: Any) -> HttpResponse:
    first = error.errors[0]
    place = [str(part) for part in first["loc"][1:]]
    # A body is named in the location by the view's own argument.
    if first["loc"][0] == "body" and len(place) > 1:
        place = place[1:]
    field = ".".join(place) or str(first["loc"][0])
    return failure(400, "invalid", f"{field}: {first['msg']}.", field=field)


def _unknown_caller(_: HttpRequest, __: Any) -> HttpResponse:
    answer = failure(
        401, "not_signed_in", "Send the bearer token of a machine client, or sign in."
    )
    answer.headers["WWW-Authenticate"] = 'Bearer realm="bijlighar"'
    return answer


def _unreadable(_: HttpRequest, __: Any) -> HttpResponse:
    return failure(400, "unreadable", "The body is not JSON in UTF-8.", field="body")


def _nothing_there(_: HttpRequest, __: Any) -> HttpResponse:
    return failure(404, "not_found", "There is nothing here that you may see.")


def _not_allowed(_: HttpRequest, __: Any) -> HttpResponse:
    return failure(403, "not_allowed", "You may not do this: it needs another right.")


def _too_large(_: HttpRequest, __: Any) -> HttpResponse:
    return failure(413, "too_large", "The request is larger than is taken in.")


def _refused(_: HttpRequest, error: Any) -> HttpResponse:
    answer = failure(error.status, error.code, str(error), field=error.field)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.wait_s)
    return answer


def _told(_: HttpRequest, error: Any) -> HttpResponse:
    for kind in type(error).__mro__:
        if kind in STATUS_OF:
            status, code = STATUS_OF[kind]
            return failure(status, code, str(error))
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    return failure(422, name, str(error))
