"""The pretend discom's staff: one person for each role, with a sign-in that the demo shows.

An installation outside the demo has no such accounts: nothing but the demo makes them.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

DEMO_PASSWORD = "bijli sabke ghar"  # noqa: S105
"""Everybody's in the demo, and shown on its first page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PretendStaff:
    """Somebody at the pretend discom's desk."""

    login: str
    name_en: str
    name_hi: str
    role: str
    """A role's value in `people`."""
    area_code: str
    """The grid node of the demo's discom in which the role holds."""


def _one(login: str, name_en: str, name_hi: str, role: str, area_code: str) -> PretendStaff:
    return PretendStaff(
        login=login, name_en=name_en, name_hi=name_hi, role=role, area_code=area_code
    )


DISCOM = "NDVN"
STAFF = (
    _one("director", "Savitri Chaturvedi", "सावित्री चतुर्वेदी", "director", DISCOM),
    _one("chief", "Ramakant Dubey", "रमाकांत दुबे", "chief_engineer", "Z1"),
    _one("superintending", "Farida Khan", "फ़रीदा ख़ान", "superintending_engineer", "C1"),
    _one("executive", "Manoj Tiwari", "मनोज तिवारी", "executive_engineer", "D1"),
    _one("assistant", "Kavita Yadav", "कविता यादव", "assistant_engineer", "SD1"),
    _one("junior", "Imran Ansari", "इमरान अंसारी", "junior_engineer", "SS1"),
    _one("helpdesk", "Pooja Maurya", "पूजा मौर्य", "help_desk_clerk", "D1"),
    _one("cashier", "Ganesh Gupta", "गणेश गुप्ता", "cashier", "D1"),
    _one("field", "Suraj Nishad", "सूरज निषाद", "field_representative", "F1"),
    _one("datacentre", "Neha Srivastava", "नेहा श्रीवास्तव", "data_centre_operator", DISCOM),
    _one("approver", "Anwar Siddiqui", "अनवर सिद्दीक़ी", "approver", DISCOM),
    _one("auditor", "Vimla Pandey", "विमला पांडे", "auditor", DISCOM),
    _one("admin", "Rakesh Verma", "राकेश वर्मा", "administrator", DISCOM),
)


def demo_totp_key(*, secret: str) -> bytes:
    """The key of every demo account's one-time codes: this installation's own, 20 bytes."""
    return hmac.new(secret.encode(), b"codes of the demo's staff", "sha256").digest()[:20]
