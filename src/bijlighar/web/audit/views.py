"""The audit trail: who did what, when, where and why, in the reader's areas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.kernel.ist import in_ist, supply_day_of
from bijlighar.people import service as people
from bijlighar.people.values import AuditEntry, AuditQuestion, Right
from bijlighar.web import streaming
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.audit.questions import FIELDS, question
from bijlighar.web.audit.sentences import CHANNELS, KINDS, SENTENCES
from bijlighar.web.audit.shown import COLUMNS, differences, exported, lines
from bijlighar.web.desk.listing import listing

JSON_LINES = "application/jsonl; charset=utf-8"


@staff(Right.SEE_AUDIT)
@require_safe
def trail(request: DeskRequest) -> HttpResponse:
    """The records of the reader's areas, the newest first."""
    asked = listing(request, columns=("seq",), first="-seq", filters=FIELDS)
    sought, wrong = question(asked.filters)
    found = people.search_audit(
        scope=request.reach,
        question=sought,
        offset=asked.offset,
        limit=asked.limit,
        is_downwards=asked.is_downwards,
    )
    day = supply_day_of(clock.now())
    return render(
        request,
        "audit/trail.html",
        {
            "listing": asked,
            "asked": asked.filters,
            "wrong": wrong,
            "is_narrowed": any(asked.filters.values()),
            "lines": lines(found[: asked.rows_a_page], day=day),
            "has_next": len(found) > asked.rows_a_page,
            "sentences": sorted(SENTENCES.items(), key=lambda one: str(one[1])),
            "kinds": sorted(KINDS.items(), key=lambda one: str(one[1])),
            "channels": CHANNELS.items(),
            "may_export": request.viewer.may(Right.EXPORT),
        },
    )


@staff(Right.SEE_AUDIT)
@require_safe
def record(request: DeskRequest, seq: int) -> HttpResponse:
    """One record: what was before and after, its hashes, and the head that signs it."""
    found = _found(request, seq)
    (line,) = lines([found], day=supply_day_of(clock.now()))
    return render(
        request,
        "audit/record.html",
        {
            "line": line,
            "entry": found,
            "at": in_ist(found.at).isoformat(sep=" ", timespec="seconds"),
            "differences": differences(found, viewer=request.viewer),
            "head": people.signed_head_over(seq=seq),
        },
    )


@staff(Right.SEE_AUDIT)
@require_safe
def export(request: DeskRequest, form: str) -> HttpResponse:
    """The records of a search as a file: csv, xlsx or jsonl."""
    if form not in ("csv", "xlsx", "jsonl"):
        raise Http404
    asked = listing(request, columns=("seq",), first="-seq", filters=FIELDS)
    sought, _ = question(asked.filters)
    streaming.audited(request, name="audit", form=form, rows=None)
    if form == "jsonl":
        response = streaming.stream(
            request, lambda: _json_lines(request, sought), JSON_LINES
        )
        response.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
        response.headers["Cache-Control"] = "no-store"
        return cast(HttpResponse, response)
    made = streaming.csv_stream if form == "csv" else streaming.xlsx_stream
    table = made(request, COLUMNS, lambda: _rows(request, sought), name="audit")
    return cast(HttpResponse, table)


def _found(request: DeskRequest, seq: int) -> AuditEntry:
    """The record, if it lies in the reader's areas."""
    if seq >= 2**63:
        raise Http404
    found = people.search_audit(
        scope=request.reach, question=AuditQuestion(seq=seq), limit=1
    )
    if not found:
        raise Http404
    return found[0]


def _rows(request: DeskRequest, sought: AuditQuestion) -> Iterator[list[object]]:
    for entry in people.each_audit_record(scope=request.reach, question=sought):
        (line,) = lines([entry], day=in_ist(entry.at).date())
        yield list(exported(line, viewer=request.viewer))


def _json_lines(request: DeskRequest, sought: AuditQuestion) -> Iterator[bytes]:
    """One JSON object a line, in the reader's areas only."""
    with transaction.atomic(durable=True):
        people.limit_database(scope=request.reach)
        for row in _rows(request, sought):
            told = dict(zip(COLUMNS, row, strict=True))
            yield (json.dumps(told, ensure_ascii=False) + "\n").encode()
