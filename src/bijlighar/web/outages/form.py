"""The forms of an outage: what was filled in, in India's clock, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from bijlighar.kernel.ist import IST, in_ist
from bijlighar.outages.values import OutageKind

LONGEST_TEXT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageForm:
    """A form as it was filled in."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    """By field; what concerns the whole form stands under `form`."""
    kind: OutageKind = OutageKind.PLANNED
    starts_at: datetime | None = None
    until: datetime | None = None

    def refused(self, *, where: str, why: str) -> OutageForm:
        """The same with what is wrong."""
        return OutageForm(values=self.values, errors={**self.errors, where: why})


def read_form(posted: QueryDict, *, asks_kind: bool = True) -> OutageForm:
    """The form that was sent."""
    values = {
        name: str(told).replace("\0", "").strip()[: LONGEST_TEXT + 1]
        for name, told in posted.items()
        if name != "csrfmiddlewaretoken"
    }
    errors: dict[str, str] = {}
    kind = OutageKind.PLANNED
    if asks_kind:
        try:
            kind = OutageKind(values.get("kind", ""))
        except ValueError:
            errors["kind"] = _("Say whether it is planned.")
    starts_at = _moment(values, "starts_at", errors)
    until = _moment(values, "until", errors) if values.get("until") else None
    if asks_kind and not values.get("code"):
        errors["code"] = _("Give the code of the feeder or transformer.")
    return OutageForm(
        values=values, errors=errors, kind=kind, starts_at=starts_at, until=until
    )


def as_typed(at: datetime | None) -> str:
    """An instant as the field of a form has it: `2026-04-30T10:00`, in India's clock."""
    return f"{in_ist(at):%Y-%m-%dT%H:%M}" if at is not None else ""


def _moment(
    values: Mapping[str, str], name: str, errors: dict[str, str]
) -> datetime | None:
    try:
        told = datetime.fromisoformat(values.get(name, ""))
    except ValueError:
        errors[name] = _("Give day and hour, like 2026-04-30 10:00.")
        return None
    return told.replace(tzinfo=IST) if told.tzinfo is None else told
