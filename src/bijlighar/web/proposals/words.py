"""What is said of proposals: states, and a clear sentence for every refusal."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bijlighar.proposals.values import Refusal, State

STATES: Mapping[State, Promise] = {
    State.OPEN: _("Waits for a decision"),
    State.APPROVED: _("Approved"),
    State.REFUSED: _("Refused"),
    State.WITHDRAWN: _("Withdrawn"),
    State.EXPIRED: _("Ran out"),
    State.VOID: _("Void"),
}

REFUSALS: Mapping[Refusal, Promise] = {
    Refusal.NOT_OPEN: _(
        "This proposal is decided already: nothing was changed. Look at what came of it."
    ),
    Refusal.NOT_A_PERSON: _("Only people decide: sign in at the desk."),
    Refusal.OWN: _("You made this proposal: somebody else must decide on it."),
    Refusal.SAME_PERSON: _(
        "Your account has the same mobile number or mail address as the one that made "
        "this proposal: another person must decide on it."
    ),
    Refusal.NO_RIGHT: _(
        "You have no right to decide on this there: it waits for somebody who has."
    ),
    Refusal.EXPIRED: _(
        "Nobody decided in time: the proposal ran out. If it is still right, propose it "
        "anew."
    ),
    Refusal.NOT_WHAT_WAS_SHOWN: _(
        "The page you decided on did not show this proposal as it is. Read it again here, "
        "then decide."
    ),
    Refusal.NOT_WHAT_WAS_PROPOSED: _(
        "The proposal is not what was once proposed: tell the auditor. It is void."
    ),
    Refusal.MAKER_HAS_NO_RIGHT: _(
        "Who proposed this has no right to do so there any more. The proposal is void; "
        "somebody who has can propose it anew."
    ),
    Refusal.PLACE_CHANGED: _(
        "What this is about belongs to another place by now. The proposal is void; "
        "propose it anew there."
    ),
    Refusal.FACTS_CHANGED: _(
        "What this rests on has changed since it was proposed. The proposal is void; "
        "look at it as it is now and propose it anew."
    ),
}

PERSONAL = frozenset(
    {Refusal.OWN, Refusal.SAME_PERSON, Refusal.NO_RIGHT, Refusal.NOT_A_PERSON}
)
"""Refusals of this person; the others are of the proposal as it is."""
