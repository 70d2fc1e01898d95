"""What a clerk says on the telephone, in Hindi whatever the page's language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from bijlighar.complaints.values import Diagnosis
from bijlighar.web.complaints.words import CAUSES

_GREETING = (
    _("Hello, this is the electricity help desk 1912."),
    _("Please tell me your consumer number or the number of your meter."),
    _("I will never ask you for an OTP, a PIN or money. Tell them to nobody."),
)
_GOODBYE = (
    _("Your complaint number comes to you by SMS. Keep it."),
    _("If it is not settled in time, it goes to a higher office by itself."),
)


_DANGER = (
    _("Is a wire down, or are there sparks? Stay ten steps away, and keep others away."),
    _("Touch neither the wire nor anything it lies on: not water, a fence or a vehicle."),
    _("If somebody got a shock, do not touch them while the wire touches them. Call 112."),
    _("Tell me the street, a house or shop nearby, and the number on the pole."),
    _("I am telling the line staff to switch it off. Stay on the phone until then."),
)


def spoken_of_danger() -> Sequence[str]:
    """What is said to somebody who reports a wire or a pole: their life first."""
    with override("hi"):
        return [*map(str, (_GREETING[0], *_DANGER))]


def spoken(found: Diagnosis | None) -> Sequence[str]:
    """The sentences in their order; with a diagnosis, what was found and what comes."""
    with override("hi"):
        middle = []
        if found is not None:
            words = CAUSES[found.cause]
            middle = [str(words.title), str(words.then)]
        return [*map(str, _GREETING), *middle, *map(str, _GOODBYE)]
