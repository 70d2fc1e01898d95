"""The API for other systems: the addresses."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from ninja.utils import replace_path_param_notation

from bijlighar.web.access import public
from bijlighar.web.api import (
    areas,
    audit,
    complaints,
    connections,
    imports,
    money,
    oauth,
    proposals,
    tariffs,
    vendors,
)
from bijlighar.web.api.errors import failure
from bijlighar.web.api.operation import api

FIRST = "v1/"
OPERATIONS = (
    areas,
    audit,
    complaints,
    connections,
    imports,
    money,
    proposals,
    tariffs,
    vendors,
)
"""The modules whose operations the API has: importing them registers these."""

View = Callable[..., HttpResponse]


@public
def description(request: HttpRequest) -> HttpResponse:
    """What the API can do, as OpenAPI has it."""
    if request.method not in ("GET", "HEAD"):
        return _in_our_form(request, HttpResponse(status=405, headers={"Allow": "GET"}))
    return JsonResponse(api.get_openapi_schema(path_prefix=f"api/{FIRST}"))


@public
@csrf_exempt
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """There is no such address, told as the API tells things."""
    return failure(404, "not_found", "There is no such address in the API.")


def _answered(view: View, *, doors: dict[str, object]) -> View:
    """An operation's view, with its doors for the tests, answering in one form only."""

    @csrf_exempt
    def answered(request: HttpRequest, **values: object) -> HttpResponse:
        return _in_our_form(request, view(request, **values))

    answered.doors = doors  # type: ignore[attr-defined]
    answered.door = next(iter(doors.values()))  # type: ignore[attr-defined]
    return answered


def _in_our_form(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Ninja and Django tell a wrong method in words of their own; nothing is kept."""
    if answer.status_code == 405:
        allowed = answer.headers["Allow"]
        answer = failure(
            405, "method_not_allowed", f"{request.method} is not for this: {allowed}."
        )
        answer.headers["Allow"] = allowed
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _operations() -> list[URLPattern | URLResolver]:
    """Each path of the API once, with the door of each of its methods."""
    made: list[URLPattern | URLResolver] = []
    for router in api._get_bound_routers():
        for route, view in router.path_operations.items():
            doors = {
                method: operation.view_func.door  # type: ignore[attr-defined]
                for operation in view.operations
                for method in operation.methods
            }
            made.append(
                path(
                    FIRST + replace_path_param_notation(route).lstrip("/"),
                    _answered(view.get_view(), doors=doors),
                    name=f"api_{view.operations[0].operation_id}",
                )
            )
    return made


urlpatterns: list[URLPattern | URLResolver] = [
    path("oauth/token/", oauth.token, name="api_token"),
    path(f"{FIRST}openapi.json", description, name="api_description"),
    *_operations(),
    path("", nothing, {"rest": ""}, name="api_root"),
    path("<path:rest>", nothing, name="api_nothing"),
]
