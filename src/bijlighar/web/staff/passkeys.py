"""Passkeys between the browser and `people`: questions, answers, and the right address.

A question lives in the session and is good for one answer.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from bijlighar.people.values import PasskeyQuestion

STATE = "passkey_question"
LONGEST_ANSWER = 20_000


def ask(request: HttpRequest, question: PasskeyQuestion) -> HttpResponse:
    """Put the question to the browser and keep what its answer is checked by."""
    request.session[STATE] = question.state
    return HttpResponse(question.options, content_type="application/json")


def state_of(request: HttpRequest) -> str | None:
    """What the answer is checked by, once."""
    state = request.session.pop(STATE, None)
    return None if state is None else str(state)


def answer_of(request: HttpRequest) -> str:
    """The browser's answer; nothing where it is too long to be one."""
    if len(request.body) > LONGEST_ANSWER:
        return ""
    try:
        told = json.loads(request.body)
    except ValueError:
        return ""
    return json.dumps(told.get("answer")) if isinstance(told, dict) else ""


def name_of(request: HttpRequest) -> str:
    """What the owner calls a new passkey."""
    told = json.loads(request.body or b"{}")
    return str(told.get("name", "")).strip()[:60] if isinstance(told, dict) else ""


def refused(sentence: str, *, status: int = 422) -> HttpResponse:
    """Tell the page what to say."""
    return JsonResponse({"message": sentence}, status=status)


def address_for_passkeys(request: HttpRequest) -> str:
    """Where passkeys work, if not here: they belong to a name, never to a bare address."""
    here = urlsplit(f"//{request.get_host()}").hostname or ""
    name = str(settings.OTP_WEBAUTHN_RP_ID)
    if here == name or here.endswith(f".{name}"):
        return ""
    return f"{settings.OTP_WEBAUTHN_ALLOWED_ORIGINS[0]}{request.get_full_path()}"
