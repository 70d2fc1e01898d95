"""Critical consumers: protecting a connection, and ending a protection.

Source: security reference C8: a removal from the list takes two persons and 24 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home, ProtectionHeld, ProtectionKind
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
from bijlighar.flow.review_supply import review_supply
from bijlighar.kernel.ist import supply_day_of
from bijlighar.ledger import service as ledger
from bijlighar.people.values import Right, Viewer
from bijlighar.proposals.values import Json

PROTECT = "protect_connection"
UNPROTECT = "unprotect_connection"
ENDS_AFTER = timedelta(hours=24)
"""So long a protection still holds after its end was approved."""

PROTECTION_NAMES = {
    ProtectionKind.HOSPITAL: gettext_lazy("Hospital"),
    ProtectionKind.LIFE_SUPPORT: gettext_lazy("Life support at home"),
    ProtectionKind.WATER_WORKS: gettext_lazy("Water works"),
    ProtectionKind.TELECOM: gettext_lazy("Telephone exchange or tower"),
    ProtectionKind.POLICE: gettext_lazy("Police or fire brigade"),
    ProtectionKind.RAILWAYS: gettext_lazy("Railways"),
    ProtectionKind.JAIL: gettext_lazy("Jail"),
    ProtectionKind.COLD_CHAIN: gettext_lazy("Vaccine cold chain"),
}


def protect_payload(*, connection_id: int, kind: ProtectionKind) -> Payload:
    """What is proposed when a connection shall be protected."""
    return {"connection_id": connection_id, "protection": kind.value}


def unprotect_payload(*, connection_id: int, protection_id: int) -> Payload:
    """What is proposed when a protection shall end."""
    return {"connection_id": connection_id, "protection_id": protection_id}


def _subject(payload: Payload) -> tuple[str, str]:
    return "connection", str(whole_number(payload, "connection_id"))


def _place(payload: Payload) -> int:
    return _home(payload).transformer_id


def _hold(payload: Payload) -> None:
    """Wallets are always locked first; who holds the wallet is alone with the home."""
    ledger.lock_balances(owner_ids=[whole_number(payload, "connection_id")])


def _check_protect(payload: Payload, by: Viewer, now: datetime) -> None:
    insist_on(payload, "connection_id", "protection")
    wanted = _protection(payload)
    if any(one.kind is wanted and not one.ends_at for one in _holding(payload, now)):
        raise NotProposable(_("The connection is protected for this reason already."))


def _check_unprotect(payload: Payload, by: Viewer, now: datetime) -> None:
    insist_on(payload, "connection_id", "protection_id")
    number = whole_number(payload, "protection_id")
    held = {one.protection_id: one for one in _holding(payload, now)}
    if number not in held or held[number].ends_at is not None:
        raise NotProposable(_("This protection has ended, or is about to."))


def _facts(payload: Payload, now: datetime) -> Mapping[str, Json]:
    home = _home(payload)
    found = connections.known_facts_on(
        connection_ids=[home.connection_id], day=supply_day_of(now)
    ).get(home.connection_id)
    return {
        "consumer_number": home.consumer_number,
        "category": found.category if found else "",
        "sanctioned_load_w": found.sanctioned_load_w if found else 0,
        "protections": [_told(one) for one in _holding(payload, now)],
    }


def _protect(approved: Approved) -> Applied:
    payload = approved.proposal.payload
    connection_id = whole_number(payload, "connection_id")
    held = connections.protect(
        connection_id=connection_id,
        kind=_protection(payload),
        why=approved.proposal.why,
        now=approved.now,
    )
    review_supply(connection_ids=[connection_id], now=approved.now)
    change = approved.change(
        action="connections.connection.protected", before=None, after=_told(held)
    )
    return Applied(changes=(change,))


def _unprotect(approved: Approved) -> Applied:
    payload = approved.proposal.payload
    ends_at = approved.now + ENDS_AFTER
    held = connections.unprotect_from(
        protection_id=whole_number(payload, "protection_id"), at=ends_at
    )
    change = approved.change(
        action="connections.connection.unprotected",
        before={**_told(held), "ends_at": None},
        after=_told(held),
    )
    return Applied(changes=(change,))


def _protect_words(payload: Payload, facts: Mapping[str, Json]) -> Words:
    names = _names(facts)
    new = _name(payload.get("protection"))
    return Words(
        sentence=_("Connection %(number)s shall not be disconnected any more: %(kind)s.")
        % {"number": facts.get("consumer_number", ""), "kind": new},
        rows=(
            *_rows(facts),
            Row(
                label=_("Protection"),
                before=", ".join(names) or _("none"),
                after=", ".join([*names, new]),
            ),
        ),
    )


def _unprotect_words(payload: Payload, facts: Mapping[str, Json]) -> Words:
    held = _protections(facts)
    ending = [one for one in held if one.get("id") == payload.get("protection_id")]
    staying = [_name(one.get("kind")) for one in held if one not in ending]
    return Words(
        sentence=_(
            "The protection of connection %(number)s ends 24 hours after the approval: "
            "%(kind)s. From then on it is disconnected like any other."
        )
        % {
            "number": facts.get("consumer_number", ""),
            "kind": ", ".join(_name(one.get("kind")) for one in ending),
        },
        rows=(
            *_rows(facts),
            Row(
                label=_("Protection"),
                before=", ".join(_names(facts)) or _("none"),
                after=", ".join(staying) or _("none"),
            ),
        ),
    )


def _rows(facts: Mapping[str, Json]) -> tuple[Row, ...]:
    """What stays as it is, so that who decides sees which kind of connection it is."""
    category = str(facts.get("category", ""))
    return (Row(label=_("Category"), before=category, after=category),)


def _names(facts: Mapping[str, Json]) -> list[str]:
    return [_name(one.get("kind")) for one in _protections(facts)]


def _protections(facts: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    return cast("list[Mapping[str, Json]]", facts.get("protections") or [])


def _name(kind: Json) -> str:
    known: Mapping[Any, Any] = PROTECTION_NAMES
    return str(known.get(kind, kind))


def _told(held: ProtectionHeld) -> dict[str, Json]:
    """A protection as facts and audit records keep it."""
    return {
        "id": held.protection_id,
        "kind": held.kind.value,
        "starts_at": held.starts_at.isoformat(),
        "ends_at": held.ends_at.isoformat() if held.ends_at else None,
    }


def _home(payload: Payload) -> Home:
    found = connections.homes(connection_ids=[whole_number(payload, "connection_id")])
    if not found:
        raise NotProposable(_("There is no such connection."))
    return found[0]


def _holding(payload: Payload, now: datetime) -> tuple[ProtectionHeld, ...]:
    number = whole_number(payload, "connection_id")
    return connections.protections_on(connection_ids=[number], now=now).get(number, ())


def _protection(payload: Payload) -> ProtectionKind:
    try:
        return ProtectionKind(str(payload.get("protection")))
    except ValueError as error:
        raise NotProposable(_("Choose what the connection is protected as.")) from error


KINDS = (
    Kind(
        name=PROTECT,
        title=gettext_lazy("Protect a connection"),
        making=Right.PROPOSE_PROTECTION,
        approving=Right.APPROVE_PROTECTION,
        subject=_subject,
        place=_place,
        check=_check_protect,
        hold=_hold,
        facts=_facts,
        apply=_protect,
        words=_protect_words,
    ),
    Kind(
        name=UNPROTECT,
        title=gettext_lazy("End a protection"),
        making=Right.PROPOSE_PROTECTION,
        approving=Right.APPROVE_PROTECTION,
        subject=_subject,
        place=_place,
        check=_check_unprotect,
        hold=_hold,
        facts=_facts,
        apply=_unprotect,
        words=_unprotect_words,
    ),
)
