"""Recovery of somebody who lost password or second factor: by two people, never by one.

Source: security reference A11; ASVS 5.0 item 6.4.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bijlighar.flow.proposal_kind import (
    Applied,
    Approved,
    Kind,
    NotProposable,
    Payload,
    Row,
    Words,
    insist_on,
    whole_number,
)
from bijlighar.people import service as people
from bijlighar.people.values import Right, Viewer
from bijlighar.proposals.values import Json

RECOVER_STAFF = "recover_staff"


def recovery_payload(*, staff_id: int) -> Payload:
    """What is proposed when somebody shall set password and second factor anew."""
    return {"staff_id": staff_id}


def _subject(payload: Payload) -> tuple[str, str]:
    return "staff", str(whole_number(payload, "staff_id"))


def _place(payload: Payload) -> int:
    place_id = people.place_of(staff_id=whole_number(payload, "staff_id"))
    if place_id is None:
        raise NotProposable(_("This person has no role: grant one first."))
    return place_id


def _check(payload: Payload, by: Viewer, now: datetime) -> None:
    insist_on(payload, "staff_id")
    if whole_number(payload, "staff_id") == by.actor_id:
        raise NotProposable(_("Nobody recovers their own account: ask a colleague."))
    if not _facts(payload, now)["is_active"]:
        raise NotProposable(_("This account is closed: open it first."))


def _facts(payload: Payload, now: datetime) -> Mapping[str, Json]:
    return cast(
        "Mapping[str, Json]", people.recovery_facts(whole_number(payload, "staff_id"))
    )


def _hold(payload: Payload) -> None:
    """`people.recover` locks the person's row itself."""


def _apply(approved: Approved) -> Applied:
    held = approved.proposal
    code = people.recover(
        staff_id=whole_number(held.payload, "staff_id"),
        by=approved.by,
        approved_by=approved.approved_by,
        approved_by_id=approved.by.actor_id,
        proposal_id=str(held.proposal_id),
        why=held.why,
        now=approved.now,
        real_now=approved.real_now,
    )
    return Applied(shown_once=code)


def _words(payload: Payload, facts: Mapping[str, Json]) -> Words:
    name = str(facts.get("name_en" if get_language() == "en" else "name_hi", ""))
    factors = cast("list[list[str]]", facts.get("factors") or [])
    return Words(
        sentence=_(
            "%(name)s (%(login)s) sets password and second factor anew, by a code that "
            "is shown to the approver once. All their sign-ins end."
        )
        % {"name": name, "login": facts.get("login", "")},
        rows=(
            Row(
                label=_("Second factors"),
                before=", ".join(str(one[0]) for one in factors) or _("none"),
                after=_("none"),
            ),
            Row(
                label=_("Password"),
                before=_("a password is set") if facts.get("is_enrolled") else _("none"),
                after=_("none"),
            ),
        ),
    )


KIND = Kind(
    name=RECOVER_STAFF,
    title=gettext_lazy("Recover an account"),
    making=Right.PROPOSE_RECOVERY,
    approving=Right.APPROVE_RECOVERY,
    subject=_subject,
    place=_place,
    check=_check,
    hold=_hold,
    facts=_facts,
    apply=_apply,
    words=_words,
    expires_after=timedelta(days=2),
)
