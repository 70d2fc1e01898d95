"""Where payment gateways report: raw bytes in, JSON out; the flow checks and credits."""

from __future__ import annotations

import re

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bijlighar.clock import clock
from bijlighar.flow import take_payment
from bijlighar.kernel.errors import BijligharError, TemporaryError
from bijlighar.payments import service as payments


@csrf_exempt
@require_POST
def receive(request: HttpRequest, gateway: str) -> JsonResponse:
    """Hand a gateway's report on; 401 unsigned, 400 refused, 503 try again."""
    try:
        take_payment.receive_webhook(
            gateway=gateway, body=request.body, headers=request.headers, now=clock.now()
        )
    except payments.BadSignature as error:
        return _refusal(error, status=401)
    except TemporaryError as error:
        return _refusal(error, status=503)
    except BijligharError as error:
        return _refusal(error, status=400)
    return JsonResponse({"status": "ok"})


def _refusal(error: BijligharError, *, status: int) -> JsonResponse:
    name = type(error).__name__
    code = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    message = str(error) or (type(error).__doc__ or name).strip()
    return JsonResponse({"code": code, "message": message}, status=status)
