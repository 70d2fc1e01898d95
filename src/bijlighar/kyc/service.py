"""Who a consumer is, and where a benefit is paid: the verbs and questions others may use.

A connection is done by one paper that counts: a Samagra id proven by a code to the mobile,
a signed QR code whose name is the consumer's, or a paper that the office has looked at.
Codes are sent and checked by the caller (`flow.finish_kyc`), who then says `prove` or
`confirm_bank`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from bijlighar.connections import service as connections
from bijlighar.kernel.sealed import SealBroken as SealBroken
from bijlighar.kernel.sql import rows, statement
from bijlighar.kyc import _bank, _consents, _papers, _pictures, rules
from bijlighar.kyc._erasing import end_accounts, end_papers
from bijlighar.kyc._erasing import erase_due as _erase_due
from bijlighar.kyc._offline_qr import facts_of, pinned
from bijlighar.kyc.models import BankAccount, Consent, Paper
from bijlighar.kyc.policy import Policy, policy_named
from bijlighar.kyc.rules import Refused as Refused
from bijlighar.kyc.values import (
    BankShown,
    Kyc,
    PaperKind,
    PaperShown,
    PaperState,
    Purpose,
    Waiting,
    Wrong,
)
from bijlighar.people import service as people
from bijlighar.people.values import Change, Scope, Viewer

MOST_UPLOAD_BYTES = _pictures.MOST_BYTES

# What is asked for


def policy() -> Policy:
    """What the installation's state asks for. Raises UnknownPolicy, FileError."""
    return policy_named(settings.BIJLIGHAR["kyc_policy"])


def papers_taken() -> tuple[PaperKind, ...]:
    """The papers that may be shown here; signed QRs only where certificates are pinned."""
    has_certificates = bool(pinned(settings.BIJLIGHAR["kyc_certificates"]))
    return tuple(
        kind
        for kind in policy().papers
        if kind is not PaperKind.OFFLINE_QR or has_certificates
    )


# A consumer's verbs


def consent(
    *, connection_id: int, purpose: Purpose, language: str, channel: str, now: datetime
) -> None:
    """Somebody agrees, in a language and by a channel (home, counter, field); once."""
    _consents.give(
        connection_id=connection_id,
        purpose=purpose,
        text_version=policy().consent_version,
        language=language,
        channel=channel,
        now=now,
    )


def withdraw(*, connection_id: int, purpose: Purpose, now: datetime) -> None:
    """Somebody does not agree any more: what was shown for the purpose is erased at once.

    That it was shown, and agreed to from when until when, stays. Safe to repeat.
    """
    with transaction.atomic():
        # The consent first: whoever is just showing something waits, or is waited for.
        Consent.objects.filter(
            connection_id=connection_id, purpose=purpose.value, withdrawn_at=None
        ).update(withdrawn_at=now)
        if purpose is Purpose.IDENTITY:
            end_papers(
                Paper.objects.filter(connection_id=connection_id, erased_at=None),
                state=PaperState.WITHDRAWN,
                now=now,
            )
        else:
            end_accounts(
                BankAccount.objects.filter(connection_id=connection_id, until=None), now=now
            )


def ask_samagra(
    *, connection_id: int, typed: str, now: datetime, real_now: datetime
) -> PaperShown:
    """Keep a Samagra id until the code to the mobile comes. Raises Refused."""
    _check_taken(PaperKind.SAMAGRA, connection_id=connection_id, now=now)
    return _papers.keep(
        connection_id=connection_id,
        kind=PaperKind.SAMAGRA,
        state=PaperState.ASKED,
        number=rules.check_number(kind=PaperKind.SAMAGRA, typed=typed),
        facts=None,
        pages=(),
        now=now,
        asked_at=real_now,
    )


def prove(
    *, connection_id: int, paper_id: UUID, now: datetime, real_now: datetime
) -> PaperShown:
    """The code to the mobile was right: the paper counts. Raises Refused."""
    return _papers.prove(
        connection_id=connection_id, paper_id=paper_id, now=now, real_now=real_now
    )


def show_paper(
    *, connection_id: int, kind: PaperKind, typed: str, content: bytes, now: datetime
) -> PaperShown:
    """Keep a paper for the office to look at: its number and its picture. Raises Refused.

    `content` is a JPEG, PNG or PDF as it was uploaded; what is kept is drawn anew.
    """
    assert kind not in (PaperKind.SAMAGRA, PaperKind.OFFLINE_QR), kind
    _check_taken(kind, connection_id=connection_id, now=now)
    number = rules.check_number(kind=kind, typed=typed)
    return _papers.keep(
        connection_id=connection_id,
        kind=kind,
        state=PaperState.WAITING,
        number=number,
        facts=None,
        pages=_pictures.safe_pages(content),
        now=now,
    )


def show_qr(*, connection_id: int, content: bytes, now: datetime) -> PaperShown:
    """Keep what a signed QR code says: name and year of birth. Raises Refused.

    It counts at once where the name is the consumer's beyond doubt, else the office looks.
    Neither the picture nor the code's text is kept.
    """
    _check_taken(PaperKind.OFFLINE_QR, connection_id=connection_id, now=now)
    facts = facts_of(
        _pictures.signed_qr_in(content),
        certificates=pinned(settings.BIJLIGHAR["kyc_certificates"]),
        now=now,
    )
    (home,) = connections.homes(connection_ids=[connection_id])
    is_theirs = any(
        rules.same_name(facts.name, name) for name in (home.name_en, home.name_hi)
    )
    return _papers.keep(
        connection_id=connection_id,
        kind=PaperKind.OFFLINE_QR,
        state=PaperState.ACCEPTED if is_theirs else PaperState.WAITING,
        number=None,
        facts=facts,
        pages=(),
        now=now,
    )


def ask_bank(
    *,
    connection_id: int,
    typed: str,
    again: str,
    ifsc: str,
    holder: str,
    now: datetime,
    real_now: datetime,
) -> BankShown:
    """Keep a bank account until the code to the mobile comes. Raises Refused."""
    checked = rules.check_account(typed=typed, again=again, ifsc=ifsc, holder=holder)
    return _bank.ask(
        connection_id=connection_id, checked=checked, now=now, real_now=real_now
    )


def confirm_bank(
    *, connection_id: int, account_id: UUID, now: datetime, real_now: datetime
) -> BankShown:
    """The code to the mobile was right: benefits go there. Raises Refused."""
    return _bank.confirm(
        connection_id=connection_id, account_id=account_id, now=now, real_now=real_now
    )


# The office's verbs


def decide(
    *, paper_id: UUID, is_accepted: bool, why: str, by: Viewer, now: datetime
) -> PaperShown:
    """Somebody of staff has looked at a paper; audited. Raises Refused."""
    reason = " ".join(why.split())
    if not is_accepted and not reason:
        raise Refused(Wrong.EMPTY)
    with transaction.atomic():
        paper = _papers.decide(
            paper_id=paper_id,
            is_accepted=is_accepted,
            why=reason,
            staff_id=by.actor_id,
            now=now,
        )
        _record(paper, f"kyc.paper.{paper.state.value}", reason, by, now)
        return paper


def look_at(*, paper_id: UUID, by: Viewer, now: datetime) -> Waiting:
    """A paper with whose it is, as staff see it; that they looked is audited."""
    with transaction.atomic():
        paper = _papers.of_id(paper_id=paper_id)
        homes = _whose(connection_ids=[paper.connection_id])
        if paper.connection_id not in homes:
            raise Refused(Wrong.GONE)
        _record(paper, "kyc.paper.seen", "", by, now)
        return Waiting(paper=paper, **homes[paper.connection_id])


def page_for_staff(*, paper_id: UUID, page: int, by: Viewer, now: datetime) -> bytes:
    """A page as JPEG; that somebody looked is audited. Raises Refused, SealBroken."""
    with transaction.atomic():
        paper = _papers.of_id(paper_id=paper_id)
        picture = _papers.page_of(paper_id=paper_id, page=page)
        _record(paper, "kyc.picture.seen", "", by, now, page=page)
        return picture


def erase_due(*, now: datetime, real_now: datetime) -> int:
    """Erase what has served its time; how many rows, 0 when nothing is left to do."""
    return _erase_due(policy=policy(), now=now, real_now=real_now)


# Questions


def kyc_of(*, connection_id: int, real_now: datetime) -> Kyc:
    """How far a connection is, and what may be shown of what it has shown."""
    papers = _papers.of_connection(connection_id=connection_id, real_now=real_now)
    bank, bank_asked = _bank.of_connection(connection_id=connection_id, real_now=real_now)
    return Kyc(
        connection_id=connection_id,
        standing=rules.standing_of(one.state for one in papers),
        papers=papers,
        bank=bank,
        bank_asked=bank_asked,
        consents=_consents.of_connection(connection_id=connection_id),
    )


def is_within(*, paper_id: UUID, scope: Scope) -> bool:
    """Whether a paper is of a connection in a scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from kyc_paper as paper"
            " join connections_connection as place on place.id = paper.connection_id"
            " join grid_reach as reach on reach.node_id = place.transformer_id"
            " where paper.id = %s and reach.area_id = any(%s))",
            [paper_id, scope.areas],
        )
        return bool(cursor.fetchone()[0])


def waiting(*, scope: Scope, offset: int, limit: int) -> tuple[Waiting, ...]:
    """Papers of some areas that the office has to look at, the longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.kyc", "waiting"),
            {"areas": scope.areas, "limit": limit, "offset": offset},
        )
        found = rows(cursor)
    papers = Paper.objects.in_bulk([row["paper_id"] for row in found])
    return tuple(
        Waiting(
            paper=_papers.shown(papers[row["paper_id"]]),
            consumer_number=row["consumer_number"],
            name_en=row["name_en"],
            name_hi=row["name_hi"],
        )
        for row in found
    )


def everything_of(*, connection_id: int, real_now: datetime) -> Mapping[str, object]:
    """All that is kept of a person here, for them to take along, as JSON values; masked."""
    held = kyc_of(connection_id=connection_id, real_now=real_now)
    return {
        "standing": held.standing.value,
        "papers": [
            {
                "kind": one.kind.value,
                "state": one.state.value,
                "number_ends_in": one.end,
                "name": one.name,
                "born_year": one.born_year,
                "pages_kept": one.pages,
                "shown_at": one.shown_at.isoformat(),
                "decided_at": one.decided_at.isoformat() if one.decided_at else None,
                "why_rejected": one.why,
            }
            for one in held.papers
        ],
        "bank_account": held.bank
        and {
            "number_ends_in": held.bank.end,
            "ifsc": held.bank.ifsc,
            "holder": held.bank.holder,
            "since": held.bank.since.isoformat() if held.bank.since else None,
        },
        "consents": [
            {
                "purpose": one.purpose.value,
                "text_version": one.text_version,
                "language": one.language,
                "channel": one.channel,
                "given_at": one.given_at.isoformat(),
                "withdrawn_at": one.withdrawn_at and one.withdrawn_at.isoformat(),
            }
            for one in held.consents
        ],
    }


def _check_taken(kind: PaperKind, *, connection_id: int, now: datetime) -> None:
    if kind not in papers_taken():
        raise Refused(Wrong.NOT_USED)
    _papers.check_quota(connection_id=connection_id, now=now)


def _whose(*, connection_ids: list[int]) -> dict[int, dict[str, str]]:
    return {
        home.connection_id: {
            "consumer_number": home.consumer_number,
            "name_en": home.name_en,
            "name_hi": home.name_hi,
        }
        for home in connections.homes(connection_ids=connection_ids)
    }


def _record(
    paper: PaperShown, action: str, why: str, by: Viewer, now: datetime, page: int = 0
) -> None:
    places = connections.homes(connection_ids=[paper.connection_id])
    people.record(
        change=Change(
            action=action,
            object_kind="paper",
            object_id=str(paper.paper_id),
            place_id=places[0].transformer_id if places else None,
            after={"kind": paper.kind.value, **({"page": page} if page else {})},
            why=why,
        ),
        by=by,
        now=now,
    )
