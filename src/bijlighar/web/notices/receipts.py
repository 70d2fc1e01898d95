"""Where operators report what became of notices: raw bytes in; the channel checks them."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bijlighar.clock import clock
from bijlighar.kernel.errors import BijligharError
from bijlighar.notices import service as notices
from bijlighar.web.access import public

log = structlog.get_logger()


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, channel: str) -> HttpResponseBase:
    """401 unsigned, 400 unreadable, 404 no such channel; GET is WhatsApp's handshake."""
    if request.method != "POST":
        return _handshake(request, channel)
    try:
        moved = notices.receive(
            channel=channel,
            body=request.body,
            headers=request.headers,
            now=clock.now(),
        )
    except notices.UnknownChannel as error:
        return _refusal(error, "unknown_channel", 404)
    except notices.Forged as error:
        log.warning("notices.receipt.forged", channel=channel)
        return _refusal(error, "bad_signature", 401)
    except notices.Unreadable as error:
        return _refusal(error, "unreadable", 400)
    return JsonResponse({"status": "ok", "moved": moved})


def _handshake(request: HttpRequest, channel: str) -> HttpResponseBase:
    answer = None
    if channel == "whatsapp":
        answer = notices.challenge(
            mode=request.GET.get("hub.mode", ""),
            token=request.GET.get("hub.verify_token", ""),
            answer=request.GET.get("hub.challenge", "")[:200],
        )
    if answer is None:
        return JsonResponse({"code": "forbidden", "message": "Not for you."}, status=403)
    return HttpResponse(answer, content_type="text/plain; charset=utf-8")


def _refusal(error: BijligharError, code: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "message": str(error)}, status=status)
