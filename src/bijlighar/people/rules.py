"""What each role may do, and for how long a sign-in lasts. Pure.

Source: security reference A11, A12, A20; ASVS 5.0 items 7.3.1, 7.3.2, 8.2.1; the split of
duties (no single role both proposes and approves) is the product's own proposal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bijlighar.people.values import Grant, Right, Role, SessionLimits

_SEES = frozenset({Right.SEE_TODAY, Right.SEE_CONNECTION, Right.SEE_GRID})
_ENGINEER = _SEES | {
    Right.SEE_CONTACT,
    Right.SEE_MONEY,
    Right.SEE_READINGS,
    Right.SEE_PROPOSALS,
    Right.PROPOSE_PROTECTION,
    Right.CHECK_KYC,
    Right.ENTER_OUTAGES,
    Right.HANDLE_COMPLAINTS,
}
_HEAD_OF_OFFICE = _ENGINEER | {Right.EXPORT, Right.SEE_STAFF, Right.PROPOSE_GRID}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.DIRECTOR: _SEES
    | {
        Right.SEE_MONEY,
        Right.SEE_READINGS,
        Right.SEE_PROPOSALS,
        Right.SEE_STAFF,
        Right.SEE_AUDIT,
        Right.EXPORT,
        Right.APPROVE_GRID,
        Right.APPROVE_RECOVERY,
    },
    Role.CHIEF_ENGINEER: _HEAD_OF_OFFICE,
    Role.SUPERINTENDING_ENGINEER: _HEAD_OF_OFFICE,
    Role.EXECUTIVE_ENGINEER: _HEAD_OF_OFFICE,
    Role.ASSISTANT_ENGINEER: _ENGINEER,
    Role.JUNIOR_ENGINEER: _ENGINEER,
    Role.HELP_DESK_CLERK: frozenset(
        {
            Right.HANDLE_COMPLAINTS,
            Right.SEE_CONNECTION,
            Right.SEE_CONTACT,
            Right.SEE_MONEY,
            Right.SEE_READINGS,
        }
    ),
    Role.VIGILANCE_OFFICER: frozenset(
        {
            Right.SEE_CONNECTION,
            Right.SEE_CONTACT,
            Right.HANDLE_COMPLAINTS,
            Right.HANDLE_VIGILANCE,
        }
    ),
    Role.CASHIER: frozenset({Right.SEE_CONNECTION, Right.SEE_MONEY}),
    Role.FIELD_REPRESENTATIVE: frozenset(
        {Right.SEE_CONNECTION, Right.SEE_CONTACT, Right.SEE_GRID}
    ),
    Role.DATA_CENTRE_OPERATOR: _SEES
    | {
        Right.SEE_READINGS,
        Right.SEE_PROPOSALS,
        Right.EXPORT,
        Right.IMPORT,
        Right.PROPOSE_GRID,
        Right.ENTER_OUTAGES,
        Right.DELIVER_READINGS,
        Right.CARRY_OUT_COMMANDS,
    },
    Role.APPROVER: _SEES
    | {
        Right.SEE_MONEY,
        Right.SEE_PROPOSALS,
        Right.APPROVE_GRID,
        Right.APPROVE_PROTECTION,
    },
    Role.AUDITOR: _SEES
    | {
        Right.SEE_MONEY,
        Right.SEE_READINGS,
        Right.SEE_PROPOSALS,
        Right.SEE_STAFF,
        Right.SEE_AUDIT,
        Right.EXPORT,
    },
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_GRID,
            Right.SEE_STAFF,
            Right.SEE_AUDIT,
            Right.SEE_PROPOSALS,
            Right.MANAGE_STAFF,
            Right.PROPOSE_RECOVERY,
            Right.MANAGE_CLIENTS,
        }
    ),
}

SCOPES: Mapping[str, frozenset[Right]] = {
    "areas:read": frozenset({Right.SEE_GRID}),
    "connections:read": frozenset({Right.SEE_CONNECTION}),
    "contact:read": frozenset({Right.SEE_CONTACT}),
    "readings:read": frozenset({Right.SEE_READINGS}),
    "money:read": frozenset({Right.SEE_MONEY}),
    "proposals:read": frozenset({Right.SEE_PROPOSALS}),
    "audit:read": frozenset({Right.SEE_AUDIT}),
    "imports:read": frozenset({Right.IMPORT}),
    "complaints:write": frozenset({Right.HANDLE_COMPLAINTS}),
    "vendor-readings:write": frozenset({Right.DELIVER_READINGS}),
    "vendor-commands:write": frozenset({Right.CARRY_OUT_COMMANDS}),
}
"""What a machine client may be given: to propose and to approve is for people only."""

_STAFF_LIMITS = SessionLimits(whole=timedelta(hours=12), idle=timedelta(minutes=30))
_CONSOLE_LIMITS = SessionLimits(whole=timedelta(hours=12), idle=timedelta(minutes=15))
FACTOR_IS_FRESH_FOR = timedelta(minutes=10)
FAILURES_BEFORE_LOCK = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
_CONSOLE_ROLES = frozenset({Role.DATA_CENTRE_OPERATOR, Role.APPROVER, Role.ADMINISTRATOR})


def holds(*, grant: Grant, now: datetime) -> bool:
    """Whether a grant is in force at an instant."""
    return grant.starts_at <= now and (grant.ends_at is None or now < grant.ends_at)


def rights_of(*, grants: Iterable[Grant], now: datetime) -> dict[Right, frozenset[int]]:
    """The areas in which each right holds at an instant."""
    areas: dict[Right, set[int]] = {}
    for grant in grants:
        if holds(grant=grant, now=now):
            for right in RIGHTS[grant.role]:
                areas.setdefault(right, set()).add(grant.area_id)
    return {right: frozenset(held) for right, held in areas.items()}


def session_limits(*, roles: Iterable[Role]) -> SessionLimits:
    """How long a sign-in of somebody with these roles lasts: the strictest counts."""
    return _CONSOLE_LIMITS if _CONSOLE_ROLES & set(roles) else _STAFF_LIMITS


def factor_is_fresh(*, shown_at: datetime, real_now: datetime) -> bool:
    """Whether a second factor was shown lately enough for a sensitive change.

    Source: ASVS 5.0 items 7.5.1 and 7.5.3.
    """
    return real_now - shown_at < FACTOR_IS_FRESH_FOR


def locked_for(*, failures: int) -> timedelta:
    """How long a login is locked from one address after its last failure in a row.

    The fifth failure locks for a minute, each further one for twice as long, at most for
    an hour. Source: ASVS 5.0 item 6.3.1.
    """
    if failures < FAILURES_BEFORE_LOCK:
        return timedelta()
    doubled = 1 << min(failures - FAILURES_BEFORE_LOCK, 10)
    return min(FIRST_LOCK * doubled, LONGEST_LOCK)


def rights_of_scopes(
    *, scopes: Iterable[str], area_ids: Iterable[int]
) -> dict[Right, frozenset[int]]:
    """The areas in which a machine client has each right; unknown scopes give none."""
    areas = frozenset(area_ids)
    return {right: areas for scope in scopes for right in SCOPES.get(scope, frozenset())}
