"""A code is asked for and goes to the phone: kept as a hash, and in no log or answer."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from bijlighar.clock.clock import town_stretch
from bijlighar.flow.review_supply import tell
from bijlighar.logins import service as logins
from bijlighar.logins.values import CodeAsked, IssuedCode, Purpose
from bijlighar.notices.values import NewNotice, NoticeKind

log = structlog.get_logger()


def send_code(
    *,
    mobile: str,
    purpose: Purpose,
    browser: str,
    address: str,
    language: str,
    now: datetime,
    real_now: datetime,
    about: str = "",
) -> CodeAsked:
    """Make a code for a number (E.164) and queue it; `logins.check_code` looks at it then.

    Everybody is told the same, whether the number is known here or not. `browser`,
    `purpose` and `about` bind the code; `now` is the product's time, `real_now` the time by
    which codes live. Raises logins.AskedTooOften.
    """
    with transaction.atomic():
        issued = logins.issue_code(
            mobile=mobile,
            purpose=purpose,
            browser=browser,
            address=address,
            about=about,
            real_now=real_now,
        )
        # The same is done for a code that is not sent, and undone: nobody can tell by time.
        with transaction.atomic():
            _queue(issued, language, now)
            transaction.set_rollback(not issued.is_to_send)
    log.info(
        "logins.code.asked",
        code_id=issued.code_id,
        purpose=purpose.value,
        is_sent=issued.is_to_send,
    )
    return issued.asked


def _queue(issued: IssuedCode, language: str, now: datetime) -> None:
    minutes = int(logins.CODE_LASTS.total_seconds()) // 60
    notice = NewNotice(
        kind=NoticeKind.CODE,
        source=f"code:{issued.code_id}",
        connection_id=None,
        consumer_number="",
        mobile=issued.asked.mobile,
        language=language,
        parameters={"code": issued.digits, "minutes": str(minutes)},
        expires_at=now + max(logins.CODE_LASTS, town_stretch(logins.CODE_LASTS)),
    )
    tell(new=[notice], now=now)
