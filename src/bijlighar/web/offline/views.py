"""What an installed site asks for: worker, manifest, the page without network, a way in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from bijlighar.connections import service as connections
from bijlighar.web.access import ConsumerRequest, consumer, public
from bijlighar.web.offline import manifest, worker

WORKERS_POLICY = (
    "default-src 'none'; connect-src 'self'; object-src 'none'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""A worker fetches from here, and nothing else of anybody's."""


def _digest(_request: HttpRequest) -> str:
    return f'"{worker.held().version}"'


@public
@gzip_page
@require_safe
@condition(etag_func=_digest)
def service_worker(_request: HttpRequest) -> HttpResponse:
    """The worker; asked for again with every visit, answered in full when it changed."""
    response = HttpResponse(worker.script(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = WORKERS_POLICY
    return response


@public
@gzip_page
@require_safe
def skeleton(_request: HttpRequest, language: str) -> HttpResponse:
    """The page that is shown without network; the same for everybody."""
    _insist_on(language)
    response = HttpResponse(worker.skeleton(language))
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "public, no-cache"
    return response


@public
@require_safe
def here(_request: HttpRequest) -> HttpResponse:
    """No content: whoever hears it has reached us, and not some hot spot's own page."""
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


@public
@gzip_page
@require_safe
def web_manifest(_request: HttpRequest, language: str) -> HttpResponse:
    """What a phone calls the site once it is installed."""
    _insist_on(language)
    with translation.override(language):
        told = manifest.manifest(language)
    response = JsonResponse(
        told,
        content_type="application/manifest+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False},
    )
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _own(part: str) -> Callable[..., HttpResponseBase]:
    """A view to this part of the one home of a person; of several one is picked first."""

    def led(request: ConsumerRequest) -> HttpResponse:
        homes = connections.homes_of_mobile(mobile=request.login.mobile)
        if len(homes) != 1:
            return HttpResponseRedirect(reverse("my_connections"))
        return HttpResponseRedirect(reverse("home", args=[homes[0].consumer_number]) + part)

    return consumer(require_safe(led))


my_home = _own("")
my_recharge = _own("#recharge")
my_complaints = _own("complaints/")


def _insist_on(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise Http404
