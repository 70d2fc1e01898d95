"""The demo's way to a home: one tap signs in as the person who lives there."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bijlighar.connections import service as connections
from bijlighar.web.access import demo_only
from bijlighar.web.logins.sign_in_views import next_of, signed_in


@demo_only
@never_cache
@require_POST
def come_in(request: HttpRequest) -> HttpResponse:
    """Be a resident of the pretend town, as if their phone had shown the code."""
    number = request.POST.get("home", "")[:40]
    try:
        home = connections.home_of(consumer_number=number)
    except connections.UnknownConsumer as error:
        raise Http404 from error
    next_ = next_of(request) or reverse("home", args=[home.consumer_number])
    return signed_in(request, mobile=home.mobile, next_=next_)
