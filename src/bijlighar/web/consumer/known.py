"""A consumer number that nobody has: a page that says so, wherever it was used."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bijlighar.connections.service import UnknownConsumer

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def known_consumer(view: View[P]) -> View[P]:
    """Answer 404 in words where the view met an unknown `consumer_number`."""

    @wraps(view)
    def answered(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except UnknownConsumer:
            return unknown_page(request, str(kwargs["consumer_number"]))

    return answered


def unknown_page(request: HttpRequest, consumer_number: str) -> HttpResponse:
    """The page itself; the same for a number of somebody else's."""
    shown = {"consumer_number": consumer_number}
    return render(request, "consumer/unknown.html", shown, status=404)
