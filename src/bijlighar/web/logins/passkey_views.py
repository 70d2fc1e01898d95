"""Passkeys of consumers: made when signed in, and a way in without a code from then on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bijlighar.clock import clock
from bijlighar.logins import service as logins
from bijlighar.logins.values import PasskeyAsked
from bijlighar.web.access import ConsumerRequest, consumer, public
from bijlighar.web.logins import cookies
from bijlighar.web.logins.sign_in_views import next_of, signed_in
from bijlighar.web.staff import passkeys


@public
@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """What the browser is to ask a passkey; the same for everybody."""
    return _question(logins.ask_for_passkey())


@public
@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """The passkey's answer."""
    try:
        mobile = logins.mobile_of_passkey(
            challenge=cookies.challenge_of(request),
            answer=passkeys.answer_of(request),
            real_now=clock.real_now(),
        )
    except logins.WrongPasskey:
        return passkeys.refused(
            _("This passkey does not count here any more. Sign in with a code.")
        )
    gone_on = signed_in(request, mobile=mobile, next_=next_of(request), is_by_code=False)
    response = JsonResponse({"next": gone_on.url})
    response.cookies = gone_on.cookies
    cookies.drop_challenge(response)
    return response


@consumer
@never_cache
@require_POST
def ask_to_add(request: ConsumerRequest) -> HttpResponse:
    """What the browser is asked to make a passkey."""
    return _question(logins.ask_to_add_passkey(by=request.login))


@consumer
@never_cache
@require_POST
def add(request: ConsumerRequest) -> HttpResponse:
    """The passkey that the browser made."""
    try:
        logins.add_passkey(
            by=request.login,
            challenge=cookies.challenge_of(request),
            answer=passkeys.answer_of(request),
            name=passkeys.name_of(request),
            real_now=clock.real_now(),
        )
    except logins.WrongPasskey:
        return passkeys.refused(_("No passkey was made. Try again."))
    messages.info(request, _("The passkey is there. Next time you need no code."))
    response = JsonResponse({"next": reverse("my_devices")})
    cookies.drop_challenge(response)
    return response


@consumer
@never_cache
@require_POST
def remove(request: ConsumerRequest, passkey_id: int) -> HttpResponse:
    """A passkey lets nobody in any more."""
    logins.remove_passkey(
        by=request.login, passkey_id=passkey_id, real_now=clock.real_now()
    )
    messages.info(request, _("The passkey is removed."))
    return HttpResponseRedirect(reverse("my_devices"))


def _question(asked: PasskeyAsked) -> HttpResponse:
    response = HttpResponse(asked.options, content_type="application/json")
    cookies.keep_challenge(response, asked.challenge)
    return response
