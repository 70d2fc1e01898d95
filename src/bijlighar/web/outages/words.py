"""What the screens say of outages; the refusals of the domain among it."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from bijlighar.kernel.errors import BijligharError
from bijlighar.outages.values import Outage, OutageKind, OutageState

KINDS = {OutageKind.PLANNED: _("Planned"), OutageKind.UNPLANNED: _("Unplanned")}
_REFUSALS = (
    gettext_noop("Say why there is no supply."),
    gettext_noop("The reason is too long."),
    gettext_noop("Say until when."),
    gettext_noop("A planned outage begins later than now."),
    gettext_noop("It begins too far ahead."),
    gettext_noop("An unplanned outage has begun."),
    gettext_noop("It began too long ago."),
    gettext_noop("It ends after it begins."),
    gettext_noop("It ends later than now."),
    gettext_noop("It lasts too long for one outage."),
    gettext_noop("It is over already."),
    gettext_noop("It has begun: only its end can change."),
    gettext_noop("It begins later than now."),
    gettext_noop("These are the hours that it has."),
    gettext_noop("Choose a substation, feeder or transformer."),
    gettext_noop("It has begun: say when supply is back."),
    gettext_noop("It is not going on."),
    gettext_noop("The reason must hold no address and no number to call."),
)
"""What the domain says, for the translators; rules know no language."""


def refusal(error: BijligharError) -> str:
    """What is wrong, in the language of the page."""
    said = str(error)
    return gettext(said) if said in _REFUSALS else said


def state_of(outage: Outage, *, now: datetime) -> Promise | str:
    """Where an outage stands at an instant."""
    if outage.state is OutageState.CANCELLED:
        return _("Cancelled")
    if outage.is_ahead(now):
        return _("Ahead")
    return _("Going on") if outage.is_open(now) else _("Over")
