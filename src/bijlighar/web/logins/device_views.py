"""Where a number is signed in: seen, and ended from anywhere."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.logins import service as logins
from bijlighar.web.access import ConsumerRequest, consumer
from bijlighar.web.staff.passkeys import address_for_passkeys


@consumer
@never_cache
@require_safe
def listing(request: ConsumerRequest) -> HttpResponse:
    """All devices, the one seen last first."""
    shown = {
        "devices": logins.devices(by=request.login),
        "passkeys": logins.passkeys_of(by=request.login),
        "passkey_address": address_for_passkeys(request),
        "mobile": logins.masked(request.login.mobile),
    }
    return render(request, "logins/devices.html", shown)


@consumer
@never_cache
@require_POST
def revoke(request: ConsumerRequest, sign_in_id: int) -> HttpResponse:
    """One device is signed in no more; where it is this one, whoever holds it goes."""
    logins.revoke_device(by=request.login, sign_in_id=sign_in_id, real_now=clock.real_now())
    messages.info(request, _("That device is signed out and not trusted any more."))
    response = HttpResponseRedirect(reverse("my_devices"))
    if sign_in_id == request.login.sign_in_id:
        response.delete_cookie(settings.LOGIN_COOKIE_NAME, samesite="Lax")
    return response
