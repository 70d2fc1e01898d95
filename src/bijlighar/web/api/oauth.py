"""Tokens for machine clients: OAuth 2 client credentials by django-oauth-toolkit.

The server class knows this one grant only; there is no other address of OAuth in the
product. Which client may ask, and for which scopes, people knows. What goes wrong here is
answered as RFC 6749 has it (`error`, `error_description`), for its client libraries.
"""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views import TokenView

from bijlighar.clock import clock
from bijlighar.people import service as people
from bijlighar.web.access import public
from bijlighar.web.api.errors import TooMany
from bijlighar.web.api.limits import count_address

FORM = "application/x-www-form-urlencoded"
GRANT = "client_credentials"
LONGEST_FORM = 4_096

_token = TokenView.as_view()


class MachineClients(OAuth2Validator):  # type: ignore[misc]
    """Which client may have a token, and for what."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Whether id and secret are right and the client is in use."""
        return bool(
            super().authenticate_client(request, *args, **kwargs)
            and people.client_in_use(client_id=request.client.client_id)
        )

    def _load_application(self, client_id: str, request: Any) -> Any:
        """No client's id holds the character zero, and PostgreSQL takes none."""
        return (
            None
            if "\0" in (client_id or "")
            else super()._load_application(client_id, request)
        )

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *_: Any, **__: Any
    ) -> bool:
        """There is one grant."""
        return grant_type == GRANT

    def validate_scopes(
        self,
        client_id: str,
        scopes: list[str],
        client: Any,
        request: Any,
        *_: Any,
        **__: Any,
    ) -> bool:
        """Whether the client was given all that it asks for."""
        held = people.client_in_use(client_id=client_id)
        return held is not None and set(scopes) <= set(held.scopes)

    def get_default_scopes(
        self, client_id: str, request: Any, *_: Any, **__: Any
    ) -> list[str]:
        """All that the client was given."""
        held = people.client_in_use(client_id=client_id)
        return [] if held is None else list(held.scopes)

    def save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep the token's hash, and that the client asked."""
        people.token_given(client_id=request.client.client_id, now=clock.now())
        return super().save_bearer_token(token, request, *args, **kwargs)


@public
@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """A token for a quarter of an hour, for a client's id and secret."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    try:
        count_address(request, kind="token")
    except TooMany as error:
        return _refusal(429, "slow_down", retry_after=error.wait_s)
    if request.content_type != FORM or _length(request) > LONGEST_FORM:
        return _refusal(400, "invalid_request")
    if any("\0" in value for _, values in request.POST.lists() for value in values):
        return _refusal(400, "invalid_request")
    if request.POST.get("grant_type") != GRANT:
        return _refusal(400, "unsupported_grant_type")
    return cast(HttpResponse, _token(request))


def _length(request: HttpRequest) -> int:
    told = request.headers.get("Content-Length", "")
    return int(told) if told.isascii() and told.isdigit() else LONGEST_FORM + 1


def _refusal(status: int, error: str, *, retry_after: int | None = None) -> HttpResponse:
    answer = JsonResponse({"error": error}, status=status)
    answer.headers["Cache-Control"] = "no-store"
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer
