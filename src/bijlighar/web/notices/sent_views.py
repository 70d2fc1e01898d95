"""What was sent: to whom, when, through what, and whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.notices import service as notices
from bijlighar.notices.values import HandingLine, NoticeLine, NoticeQuestion
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.notices import words

LINES_A_PAGE = 50
LONGEST_TERM = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A notice with its words."""

    line: NoticeLine
    kind: Promise | str
    state: Promise | str
    channel: Promise | str


@staff(Right.SEE_CONNECTION)
@require_safe
def sent(request: DeskRequest) -> HttpResponse:
    """The newest first, by number, kind, state and channel; troubles of channels above."""
    money = request.viewer.scope(Right.SEE_MONEY)
    found = notices.sent(
        scope=request.reach,
        contact=request.viewer.scope(Right.SEE_CONTACT),
        money=money,
        question=_question(request),
        before=_before(request),
        limit=LINES_A_PAGE + 1,
    )
    lines = found[:LINES_A_PAGE]
    shown = {
        "lines": [_shown(line) for line in lines],
        "next": lines[-1].notice_id if len(found) > LINES_A_PAGE else None,
        "is_first": _before(request) is None,
        "asked": {name: _told(request, name) for name in ("q", "kind", "state", "channel")},
        "kinds": words.KINDS.items(),
        "states": words.STATES.items(),
        "channels": words.CHANNELS.items(),
        "alarms": [
            (words.named(words.CHANNELS, one.channel), words.ALARMS[one.kind], one)
            for one in notices.alarms()
        ],
        "today": [
            (words.named(words.CHANNELS, one.channel), one)
            for one in notices.channels_today(now=clock.now())
        ],
        "sees_money": not money.is_empty,
    }
    return render(request, "notices/sent.html", shown)


@staff(Right.SEE_CONNECTION)
@require_safe
def one(request: DeskRequest, notice_id: int) -> HttpResponse:
    """One notice with every attempt."""
    try:
        line = notices.one(
            notice_id=notice_id,
            scope=request.reach,
            contact=request.viewer.scope(Right.SEE_CONTACT),
            money=request.viewer.scope(Right.SEE_MONEY),
        )
    except notices.UnknownNotice as error:
        raise Http404 from error
    handings = [_attempt(one) for one in notices.handings(notice_id=notice_id)]
    return render(
        request, "notices/notice.html", {"shown": _shown(line), "handings": handings}
    )


def _question(request: HttpRequest) -> NoticeQuestion:
    term = _told(request, "q")
    return NoticeQuestion(
        mobile=_mobile(term),
        consumer_number=term,
        kind=_told(request, "kind"),
        state=_told(request, "state"),
        channel=_told(request, "channel"),
    )


def _mobile(term: str) -> str:
    """E.164 where somebody typed an Indian mobile number, else empty."""
    try:
        number = phonenumbers.parse(term, "IN")
    except phonenumbers.NumberParseException:
        return ""
    is_mobile = phonenumbers.number_type(number) in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    if not is_mobile:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _told(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:LONGEST_TERM]


def _before(request: HttpRequest) -> int | None:
    told = request.GET.get("before", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None


def _shown(line: NoticeLine) -> Shown:
    return Shown(
        line=line,
        kind=words.named(words.KINDS, line.kind),
        state=words.named(words.STATES, line.state),
        channel=words.named(words.CHANNELS, line.channel),
    )


def _attempt(one: HandingLine) -> tuple[Promise | str, Promise | str, object, object]:
    return (
        words.named(words.CHANNELS, one.channel),
        words.OUTCOMES[one.outcome],
        words.RECEIPTS[one.receipt],
        one,
    )
