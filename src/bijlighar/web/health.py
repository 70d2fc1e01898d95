"""Is this process able to answer: for supervisors and load balancers."""

from __future__ import annotations

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 when it does not."""
    held = {"now": clock.now().isoformat()}
    try:
        dashboards.pulse()
    except Error as error:
        return JsonResponse(
            {"status": "no database", "error": type(error).__name__, **held}, status=503
        )
    return JsonResponse({"status": "ok", **held})
