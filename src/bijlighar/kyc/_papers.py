"""Papers: shown, proven, decided; what each holds is sealed before it is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from bijlighar.kernel.ist import ONE_DAY
from bijlighar.kyc import _consents
from bijlighar.kyc._erasing import end_papers
from bijlighar.kyc._seal import opened, sealed
from bijlighar.kyc.models import Paper, PaperPage
from bijlighar.kyc.rules import MOST_PAPERS_A_DAY, Refused, end_of, is_given_up
from bijlighar.kyc.values import (
    NumberChecked,
    PaperKind,
    PaperShown,
    PaperState,
    Purpose,
    SignedFacts,
    Wrong,
)

OPEN = (PaperState.ASKED.value, PaperState.WAITING.value, PaperState.ACCEPTED.value)
NUMBER, FACTS, PICTURE = "kyc_paper.number", "kyc_paper.facts", "kyc_paperpage.picture"


def keep(
    *,
    connection_id: int,
    kind: PaperKind,
    state: PaperState,
    number: NumberChecked | None,
    facts: SignedFacts | None,
    pages: Sequence[bytes],
    now: datetime,
    asked_at: datetime | None = None,
) -> PaperShown:
    """Keep a paper in place of an open one of its kind. Raises Refused without consent."""
    with transaction.atomic():
        consent = _consents.held(connection_id=connection_id, purpose=Purpose.IDENTITY)
        end_papers(
            Paper.objects.filter(
                connection_id=connection_id, kind=kind.value, state__in=OPEN
            ),
            state=PaperState.REPLACED,
            now=now,
        )
        paper_id = uuid4()
        paper = Paper.objects.create(
            id=paper_id,
            connection_id=connection_id,
            consent=consent,
            kind=kind.value,
            state=state.value,
            number=_number_sealed(number, paper_id),
            end=end_of(number.number) if number else "",
            facts=_facts_sealed(facts, paper_id),
            is_unusual=bool(number and number.is_unusual),
            shown_at=now,
            asked_at=asked_at,
            decided_at=now if state is PaperState.ACCEPTED else None,
        )
        for page, picture in enumerate(pages, start=1):
            _keep_page(paper, page, picture)
        return shown(paper, pages=len(pages))


def check_quota(*, connection_id: int, now: datetime) -> None:
    """Raises Refused where a connection has shown enough for a day."""
    lately = Paper.objects.filter(connection_id=connection_id, shown_at__gt=now - ONE_DAY)
    if lately.count() >= MOST_PAPERS_A_DAY:
        raise Refused(Wrong.TOO_MANY)


def prove(
    *, connection_id: int, paper_id: UUID, now: datetime, real_now: datetime
) -> PaperShown:
    """The code to the mobile was right. Raises Refused where nobody waits for it."""
    with transaction.atomic():
        paper = (
            Paper.objects.select_for_update()
            .filter(pk=paper_id, connection_id=connection_id, state=PaperState.ASKED.value)
            .first()
        )
        if paper is None or _is_given_up(paper, real_now):
            raise Refused(Wrong.GONE)
        paper.state = PaperState.ACCEPTED.value
        paper.decided_at = now
        paper.save(update_fields=["state", "decided_at"])
        return shown(paper, pages=0)


def decide(
    *, paper_id: UUID, is_accepted: bool, why: str, staff_id: int, now: datetime
) -> PaperShown:
    """The office has looked. Raises Refused where the paper waits no more."""
    with transaction.atomic():
        state = PaperState.ACCEPTED if is_accepted else PaperState.REJECTED
        changed = Paper.objects.filter(pk=paper_id, state=PaperState.WAITING.value).update(
            state=state.value,
            decided_at=now,
            decided_by=staff_id,
            why="" if is_accepted else why,
        )
        if not changed:
            raise Refused(Wrong.GONE)
        return of_id(paper_id=paper_id)


def of_connection(*, connection_id: int, real_now: datetime) -> tuple[PaperShown, ...]:
    """Open papers and those that were rejected last of their kind, the newest first."""
    kept = (*OPEN, PaperState.REJECTED.value)
    newest: dict[tuple[str, bool], Paper] = {}
    for paper in Paper.objects.filter(connection_id=connection_id, state__in=kept).order_by(
        "shown_at", "id"
    ):
        if not _is_given_up(paper, real_now):
            newest[paper.kind, paper.state == PaperState.REJECTED.value] = paper
    found = sorted(newest.values(), key=lambda one: one.shown_at, reverse=True)
    open_kinds = {one.kind for one in found if one.state in OPEN}
    return tuple(
        shown(one) for one in found if one.state in OPEN or one.kind not in open_kinds
    )


def of_id(*, paper_id: UUID) -> PaperShown:
    """One paper that the present request may see. Raises Refused where there is none."""
    paper = Paper.objects.filter(pk=paper_id).first()
    if paper is None:
        raise Refused(Wrong.GONE)
    return shown(paper)


def page_of(*, paper_id: UUID, page: int) -> bytes:
    """A page as JPEG. Raises Refused where it is not kept (any more)."""
    held = PaperPage.objects.filter(paper_id=paper_id, page=page).first()
    if held is None:
        raise Refused(Wrong.GONE)
    return opened(held.picture, column=PICTURE, row=held.pk)


def shown(paper: Paper, *, pages: int | None = None) -> PaperShown:
    """A paper as it may be seen."""
    facts = _facts_of(paper)
    return PaperShown(
        paper_id=paper.pk,
        connection_id=paper.connection_id,
        kind=PaperKind(paper.kind),
        state=PaperState(paper.state),
        end=paper.end,
        name=facts.name,
        born_year=facts.born_year,
        is_unusual=paper.is_unusual,
        pages=PaperPage.objects.filter(paper=paper).count() if pages is None else pages,
        shown_at=paper.shown_at,
        decided_at=paper.decided_at,
        why=paper.why,
    )


def _is_given_up(paper: Paper, real_now: datetime) -> bool:
    return (
        paper.state == PaperState.ASKED.value
        and paper.asked_at is not None
        and is_given_up(asked_at=paper.asked_at, real_now=real_now)
    )


def _keep_page(paper: Paper, page: int, picture: bytes) -> None:
    page_id = uuid4()
    PaperPage.objects.create(
        id=page_id,
        paper=paper,
        connection_id=paper.connection_id,
        page=page,
        picture=sealed(picture, column=PICTURE, row=page_id),
    )


def _number_sealed(number: NumberChecked | None, paper_id: UUID) -> bytes | None:
    if number is None:
        return None
    return sealed(number.number.encode(), column=NUMBER, row=paper_id)


def _facts_sealed(facts: SignedFacts | None, paper_id: UUID) -> bytes | None:
    if facts is None:
        return None
    told = json.dumps({"name": facts.name, "born_year": facts.born_year})
    return sealed(told.encode(), column=FACTS, row=paper_id)


def _facts_of(paper: Paper) -> SignedFacts:
    if paper.facts is None:
        return SignedFacts(name="", born_year=None)
    told = json.loads(opened(paper.facts, column=FACTS, row=paper.pk))
    return SignedFacts(name=told["name"], born_year=told["born_year"])
