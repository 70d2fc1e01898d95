"""A consumer's messages, and how they wish to be told."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow.wish_notices import wish_notices
from bijlighar.logins.values import Access
from bijlighar.notices import service as notices
from bijlighar.notices.values import Digest, Medium, Preferences
from bijlighar.web.access import ConsumerRequest, consumer, consumer_with, origin_of
from bijlighar.web.notices import words

MESSAGES_SHOWN = 30
LANGUAGES = (("hi", "हिन्दी"), ("en", "English"))
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class PreferencesForm(forms.Form):
    """By which way, in which language, how often."""

    medium = forms.ChoiceField(error_messages={"invalid_choice": _("Choose a way.")})
    language = forms.ChoiceField(choices=LANGUAGES)
    digest = forms.ChoiceField(choices=[(one.value, words.DIGESTS[one]) for one in Digest])
    wants_news = forms.BooleanField(required=False)
    mail = forms.EmailField(
        required=False,
        max_length=200,
        error_messages={"invalid": _("This is no mail address: name@example.org.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        """The ways that this installation has."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        media = self.fields["medium"]
        assert isinstance(media, forms.ChoiceField)
        media.choices = [(one.value, words.MEDIA[one]) for one in notices.media_offered()]

    def clean(self) -> dict[str, object]:
        """Mail needs an address."""
        told = super().clean() or {}
        if told.get("medium") == Medium.MAIL and not told.get("mail"):
            self.add_error("mail", gettext("Give the mail address for messages by mail."))
        return told


@consumer
@gzip_page
@get_or_post
def page(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """The messages of a home and its owner's wishes, which only the owner changes."""
    home = connections.home_of(consumer_number=consumer_number)
    if request.method != "POST":
        return _page(request, home, None)
    _insist_on_owner(request)
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _page(request, home, form)
    wish_notices(
        home=home,
        wished=_wished(form),
        by=request.login,
        origin=origin_of(request, channel="consumer"),
        now=clock.now(),
    )
    messages.success(request, gettext("Saved. From now on messages come like this."))
    return HttpResponseRedirect(reverse("home_notices", args=[consumer_number]))


@consumer_with(Access.OWN)
@require_POST
def browser(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """A browser wants to be told too, or all of them no more."""
    home = connections.home_of(consumer_number=consumer_number)
    now = clock.now()
    if request.POST.get("do") == "forget":
        notices.forget_browsers(connection_id=home.connection_id, now=now)
        messages.success(request, gettext("No browser is told any more."))
        return HttpResponseRedirect(reverse("home_notices", args=[consumer_number]))
    try:
        notices.add_browser(
            connection_id=home.connection_id,
            endpoint=request.POST.get("endpoint", ""),
            public_key=request.POST.get("public_key", ""),
            shared_secret=request.POST.get("shared_secret", ""),
            now=now,
        )
    except notices.WrongPreference:
        return HttpResponse(status=422)
    return HttpResponse(status=204)


def _insist_on_owner(request: ConsumerRequest) -> None:
    if request.access is None or not request.access.includes(Access.OWN):
        raise PermissionDenied


def _wished(form: PreferencesForm) -> Preferences:
    told = form.cleaned_data
    return Preferences(
        medium=Medium(told["medium"]),
        language=told["language"],
        digest=Digest(told["digest"]),
        wants_news=told["wants_news"],
        mail=told["mail"],
        browsers=0,
    )


def _page(
    request: ConsumerRequest, home: Home, form: PreferencesForm | None
) -> HttpResponse:
    held = notices.preferences_of(connection_id=home.connection_id, language=home.language)
    is_owner = request.access is not None and request.access.includes(Access.OWN)
    told = notices.recent(limit=MESSAGES_SHOWN, connection_id=home.connection_id)
    shown = {
        "consumer_number": home.consumer_number,
        "told": [
            (
                one,
                words.named(words.KINDS, one.kind),
                words.named(words.STATES, one.state),
            )
            for one in told
        ],
        "is_owner": is_owner,
        "form": form,
        "held": held if form is None else _typed(form, held),
        "media": [(one, words.MEDIA[one]) for one in notices.media_offered()],
        "digests": words.DIGESTS.items(),
        "languages": LANGUAGES,
        "offers_mail": Medium.MAIL in notices.media_offered(),
        "push_key": notices.push_key() if is_owner else "",
        "ending": home.mobile[-4:],
    }
    status = 200 if form is None else 422
    return render(request, "consumer/notices.html", shown, status=status)


def _typed(form: PreferencesForm, held: Preferences) -> dict[str, object]:
    """What stands in the form that was sent, to be mended."""
    return {
        "medium": form.data.get("medium", ""),
        "language": form.data.get("language", ""),
        "digest": form.data.get("digest", ""),
        "wants_news": bool(form.data.get("wants_news")),
        "mail": form.data.get("mail", ""),
        "browsers": held.browsers,
    }
