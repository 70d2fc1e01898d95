"""The dated facts of nodes: reading what holds on a day, and letting something else hold.

A fact is the whole of what holds from its day on. A change from a day in the past is
therefore carried into the facts after it, as long as they only repeat what held before;
a later fact that says something else of its own accord contradicts the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from bijlighar.grid import models
from bijlighar.grid._refusals import WrongTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was different before, for the audit trail; empty where nothing changed."""

    before: Mapping[str, object]


def is_open_on(node: models.Node, day: date) -> bool:
    """Whether a node exists on a day."""
    return node.opened_on <= day and (node.closed_on is None or day < node.closed_on)


def fact_on(node: models.Node, day: date) -> models.NodeFact:
    """What holds for a node on a day. Raises WrongTree where it is not open."""
    found = (
        models.NodeFact.objects.filter(node=node, from_day__lte=day)
        .order_by("-from_day")
        .first()
    )
    if found is None or not is_open_on(node, day):
        raise WrongTree(_closed(node, day))
    return found


def write(
    node: models.Node,
    *,
    day: date,
    values: Mapping[str, object],
    why: str,
    now: datetime,
) -> Written:
    """Let these values hold for a node from a day on; safe to repeat.

    Raises WrongTree where a later fact says something else.
    """
    held = fact_on(node, day)
    old = _of(held, values)
    if old == dict(values):
        return Written(before={})
    facts = list(models.NodeFact.objects.filter(node=node).order_by("from_day"))
    earlier = [fact for fact in facts if fact.from_day < day]
    carried = _of(earlier[-1] if earlier else held, values)
    from_then_on = [fact for fact in facts if fact.from_day >= day]
    for fact in from_then_on:
        _no_contradiction(node, fact, carried=carried, wanted=values)
    models.NodeFact.objects.filter(pk__in=[fact.pk for fact in from_then_on]).update(
        **values
    )
    if held.from_day != day:
        made = _copied(held, day, why, now)
        models.NodeFact.objects.create(**{**made, **values})
    return Written(before={name: was for name, was in old.items() if was != values[name]})


def _no_contradiction(
    node: models.Node,
    fact: models.NodeFact,
    *,
    carried: Mapping[str, object],
    wanted: Mapping[str, object],
) -> None:
    for name, value in _of(fact, wanted).items():
        if value not in (carried[name], wanted[name]):
            raise WrongTree(
                _(
                    "%(code)s: something else is recorded from %(day)s already. "
                    "Choose a day after it."
                )
                % {"code": node.code, "day": fact.from_day.isoformat()}
            )


def _closed(node: models.Node, day: date) -> str:
    if day < node.opened_on:
        return _("%(code)s opens on %(day)s: choose that day or a later one.") % {
            "code": node.code,
            "day": node.opened_on.isoformat(),
        }
    return _("%(code)s is closed from %(day)s: choose an earlier day.") % {
        "code": node.code,
        "day": (node.closed_on or day).isoformat(),
    }


def _of(fact: models.NodeFact, names: Mapping[str, object]) -> dict[str, object]:
    return {name: getattr(fact, name) for name in names}


def _copied(fact: models.NodeFact, day: date, why: str, now: datetime) -> dict[str, object]:
    return {
        "node_id": fact.node_id,
        "from_day": day,
        "parent_id": fact.parent_id,
        "name_en": fact.name_en,
        "name_hi": fact.name_hi,
        "latitude": fact.latitude,
        "longitude": fact.longitude,
        "why": why,
        "recorded_at": now,
    }
