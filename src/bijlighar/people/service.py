"""Who somebody is and what they may do: the verbs and questions others may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime

from django.db import connection, transaction

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.row_security import AREAS, DESK
from bijlighar.people import (
    _accounts,
    _answers,
    _audit,
    _audit_export,
    _audit_heads,
    _audit_search,
    _clients,
    _sign_ins,
    _system,
    rules,
)
from bijlighar.people._accounts import OwnAccount as OwnAccount
from bijlighar.people._accounts import WrongPassword as WrongPassword
from bijlighar.people._accounts import change_password as change_password
from bijlighar.people._accounts import choose_language as choose_language
from bijlighar.people._accounts import close_account as close_account
from bijlighar.people._accounts import end_sign_ins as end_sign_ins
from bijlighar.people._accounts import person_of as person_of
from bijlighar.people._accounts import reopen_account as reopen_account
from bijlighar.people._accounts import sign_ins_of as sign_ins_of
from bijlighar.people._accounts import staff_in as staff_in
from bijlighar.people._factors import LastFactor as LastFactor
from bijlighar.people._factors import WrongCode as WrongCode
from bijlighar.people._factors import WrongPasskey as WrongPasskey
from bijlighar.people._factors import add_passkey as add_passkey
from bijlighar.people._factors import add_totp as add_totp
from bijlighar.people._factors import ask_for_passkey as ask_for_passkey
from bijlighar.people._factors import ask_to_add_passkey as ask_to_add_passkey
from bijlighar.people._factors import check_passkey as check_passkey
from bijlighar.people._factors import check_totp as check_totp
from bijlighar.people._factors import factors_of as factors_of
from bijlighar.people._factors import new_totp_key as new_totp_key
from bijlighar.people._factors import record_factor as record_factor
from bijlighar.people._factors import remove_factor as remove_factor
from bijlighar.people._first_factor import LockedOut as LockedOut
from bijlighar.people._first_factor import WrongSignIn as WrongSignIn
from bijlighar.people._first_factor import forget_failures as forget_failures
from bijlighar.people._first_factor import staff_by_code as staff_by_code
from bijlighar.people._first_factor import staff_by_password as staff_by_password
from bijlighar.people._grants import LoginTaken as LoginTaken
from bijlighar.people._grants import add_staff as add_staff
from bijlighar.people._grants import end_grant as end_grant
from bijlighar.people._grants import grant_role as grant_role
from bijlighar.people._grants import grants_of as grants_of
from bijlighar.people._grants import is_one_person as is_one_person
from bijlighar.people._grants import names_of as names_of
from bijlighar.people._grants import staff_with as staff_with
from bijlighar.people._invitations import AlreadyEnrolled as AlreadyEnrolled
from bijlighar.people._invitations import WrongInvitation as WrongInvitation
from bijlighar.people._invitations import enrol as enrol
from bijlighar.people._invitations import give_sign_in as give_sign_in
from bijlighar.people._invitations import invite as invite
from bijlighar.people._passwords import Weakness as Weakness
from bijlighar.people._passwords import WeakPassword as WeakPassword
from bijlighar.people._places import open_areas as open_areas
from bijlighar.people._places import place_of as place_of
from bijlighar.people._recovery import recover as recover
from bijlighar.people._recovery import recovery_facts as recovery_facts
from bijlighar.people.audit_lines import Head
from bijlighar.people.audit_proof import Finding, Proof
from bijlighar.people.models import Staff
from bijlighar.people.rules import rights_of, session_limits
from bijlighar.people.values import (
    ActorKind,
    AuditEntry,
    AuditQuestion,
    Change,
    Origin,
    Scope,
    SignedAt,
    Viewer,
)


class UnknownStaff(BijligharError):
    """There is no such member of staff, or they may not sign in any more."""


# Who may do what


def viewer_of(*, staff_id: int, origin: Origin, now: datetime) -> Viewer:
    """Somebody of staff with all they may do at this instant. Raises UnknownStaff."""
    found = Staff.objects.filter(pk=staff_id, is_active=True).first()
    if found is None:
        raise UnknownStaff("This account does not exist or is closed.")
    grants = grants_of(staff_id=staff_id)
    rights = rights_of(grants=grants, now=now)
    return Viewer(
        kind=ActorKind.STAFF,
        actor_id=found.pk,
        name=found.name_en,
        name_hi=found.name_hi,
        rights=rights,
        roles=frozenset(
            grant.role
            for grant in grants
            if grant.starts_at <= now and (grant.ends_at is None or now < grant.ends_at)
        ),
        origin=origin,
    )


def viewer_of_session(
    *,
    session_key: str,
    origin: Origin,
    now: datetime,
    real_now: datetime,
    is_present: bool = True,
) -> Viewer | None:
    """Who a session belongs to; None where nobody is signed in by it (any more).

    `real_now` counts idle time, `now` decides which grants hold. A sign-in that has lasted
    too long is ended here. `is_present` is false where no person but a page asks by itself:
    the idle time then runs on.
    """
    sign_in = _sign_ins.found(session_key)
    if sign_in is None:
        return None
    viewer = viewer_of(staff_id=sign_in.staff_id, origin=origin, now=now)
    if not _sign_ins.lasts(sign_in, session_limits(roles=viewer.roles), real_now):
        _sign_ins.end(sign_in_id=sign_in.pk, because="too long", real_now=real_now)
        return None
    if is_present:
        _sign_ins.seen(sign_in, real_now)
    return viewer


def open_sign_in(
    *,
    staff_id: int,
    session_key: str,
    factor: str,
    address: str,
    agent: str,
    real_now: datetime,
) -> int:
    """Somebody has shown both factors (`passkey` or `totp` second); the sign-in's id."""
    return _sign_ins.open_(
        staff_id=staff_id,
        session_key=session_key,
        factor=factor,
        address=address,
        agent=agent,
        real_now=real_now,
    )


def sign_in(
    *,
    staff_id: int,
    session_key: str,
    factor: str,
    agent: str,
    origin: Origin,
    now: datetime,
    real_now: datetime,
) -> Viewer:
    """Somebody has shown both factors and is signed in by this session, audited.

    Raises UnknownStaff where the account was closed meanwhile.
    """
    with transaction.atomic():
        viewer = viewer_of(staff_id=staff_id, origin=origin, now=now)
        open_sign_in(
            staff_id=staff_id,
            session_key=session_key,
            factor=factor,
            address=origin.address,
            agent=agent,
            real_now=real_now,
        )
        _accounts.record(
            "people.signed_in", staff_id, by=viewer, now=now, after={"factor": factor}
        )
        return viewer


def end_sign_in(*, session_key: str, by: Viewer, now: datetime, real_now: datetime) -> None:
    """Somebody signs out; nothing happens where nobody is signed in by this session."""
    with transaction.atomic():
        whose = _sign_ins.end_by_key(
            session_key=session_key, because="signed out", real_now=real_now
        )
        if whose is not None:
            _accounts.record("people.signed_out", whose, by=by, now=now)


def factor_is_fresh(*, session_key: str, real_now: datetime) -> bool:
    """Whether the second factor was shown lately enough for a sensitive change."""
    shown_at = _sign_ins.factor_shown_at(session_key=session_key)
    return shown_at is not None and rules.factor_is_fresh(
        shown_at=shown_at, real_now=real_now
    )


def renew_sign_in(
    *,
    session_key: str,
    new_key: str,
    factor: str,
    by: Viewer,
    now: datetime,
    real_now: datetime,
) -> None:
    """The second factor was shown again, and the session has a new key from now on."""
    with transaction.atomic():
        _sign_ins.renew(
            session_key=session_key, new_key=new_key, factor=factor, real_now=real_now
        )
        _accounts.record(
            "people.factor.shown", by.actor_id, by=by, now=now, after={"kind": factor}
        )


def limit_database(*, scope: Scope) -> None:
    """Let the database show only these areas until the present transaction ends.

    The backstop behind the access functions: PostgreSQL itself then holds back every row
    of other areas (kernel.row_security). Both settings are the transaction's own, so a
    pooled connection carries nothing into the next request.
    """
    assert connection.in_atomic_block, "the limit would hold for no statement"
    areas = ",".join(str(area) for area in scope.areas)
    with connection.cursor() as cursor:
        cursor.execute(f"set local role {DESK}")
        cursor.execute("select set_config(%s, %s, true)", [AREAS, areas])


def as_the_system() -> AbstractContextManager[None]:
    """Let the product itself act inside a limited transaction, for what was approved.

    Only for verbs that have decided already that the change may be made.
    """
    return _system.as_the_system()


# Machine clients, and answers kept so that asking again changes nothing

SCOPES = rules.SCOPES
UnknownClient = _clients.UnknownClient
WrongClient = _clients.WrongClient
register_client = _clients.register_client
rotate_secret = _clients.rotate_secret
disable_client = _clients.disable_client
clients = _clients.clients
client = _clients.client
client_in_use = _clients.client_in_use
token_given = _clients.token_given
viewer_of_token = _clients.viewer_of_token
forget_tokens = _clients.forget_tokens
KeyReused = _answers.KeyReused
KeyInFlight = _answers.KeyInFlight
answer_kept = _answers.answer_kept
keep_answer = _answers.keep_answer
forget_answers = _answers.forget_answers


# The audit trail


def record(*, change: Change, by: Viewer, now: datetime) -> int:
    """Add a change to the audit trail in the caller's transaction; answer its number.

    Call it last in a transaction: the chain's head is locked until the end of it.
    """
    return _audit.record(change=change, by=by, now=now)


def records_written() -> int:
    """How many audit records the present request or command has written so far."""
    return _audit.written.get()


NoAuditKey = _audit_heads.NoAuditKey
TrailRewritten = _audit_heads.TrailRewritten


def search_audit(
    *,
    scope: Scope,
    question: AuditQuestion,
    limit: int,
    offset: int = 0,
    is_downwards: bool = True,
) -> tuple[AuditEntry, ...]:
    """The audit records that are asked for and lie in some areas, by number."""
    return _audit_search.search(
        scope=scope,
        question=question,
        limit=limit,
        offset=offset,
        is_downwards=is_downwards,
    )


def each_audit_record(*, scope: Scope, question: AuditQuestion) -> Iterator[AuditEntry]:
    """All audit records that are asked for and lie in some areas, the newest first."""
    return _audit_search.each(scope=scope, question=question)


def signed_head_over(*, seq: int) -> SignedAt | None:
    """The first signed head that covers an audit record; None while there is none."""
    return _audit_search.covering(seq=seq)


def sign_audit_head(*, now: datetime) -> Head | None:
    """Sign where the trail stands, in the database and in the file outside it.

    None while nothing is recorded. Raises NoAuditKey, and TrailRewritten where the trail
    is not the one that was signed last.
    """
    return _audit_heads.sign_head(now=now)


def audit_lines(*, from_seq: int, now: datetime) -> Iterator[str]:
    """The audit trail as the lines of an export (people.audit_proof reads them)."""
    return _audit_export.lines(from_seq=from_seq, now=now)


def audit_findings(*, proof: Proof, now: datetime) -> Iterator[Finding]:
    """What is wrong with the audit trail as it stands in the database."""
    return _audit_export.findings(proof=proof, now=now)


def audit_public_key() -> str:
    """The key that signed heads are checked with; empty where none is set."""
    return _audit_export.public_key()
