"""Pushes' keys, and the counters that let each push in once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from bijlighar.connections import service as connections
from bijlighar.headend import alerts
from bijlighar.headend import keys as key_store
from bijlighar.headend._attempts import count_attempts, count_strangers
from bijlighar.headend._configurations import configurations_of, manufacturers_of
from bijlighar.headend.makes import makes_in
from bijlighar.headend.models import MeterContact, MeterSecret
from bijlighar.headend.values import Attempt, Outcome, PushAccess, Pushed, Talk
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.readings.values import MeterEvent, ReadingSource


def push_access(*, titles: Sequence[bytes]) -> dict[bytes, PushAccess]:
    """The keys of the meters that bear these system titles; of others nothing."""
    root = key_store.root_key(settings.BIJLIGHAR["root_key"])
    meter_ids = connections.meters_titled(titles=titles)
    secrets = MeterSecret.objects.in_bulk(list(meter_ids.values()))
    configured = configurations_of(meter_ids=list(meter_ids.values()))
    found = {}
    for title, meter_id in meter_ids.items():
        secret = secrets.get(meter_id)
        if secret is None:
            continue
        keys = key_store.unwrap(
            wrapped=bytes(secret.wrapped_keys), meter_id=meter_id, root=root
        )
        found[title] = PushAccess(
            meter_id=meter_id,
            encryption_key=keys.encryption_key,
            authentication_key=keys.authentication_key,
            known=configured.get(meter_id),
        )
    return found


def take_pushes(*, pushed: Sequence[Pushed], now: datetime) -> tuple[Pushed, ...]:
    """The pushes that were never taken before, their counters moved, alerts made events.

    In the caller's transaction: a push is kept and its counter moved, or neither. Replays
    are counted. A push of an alert wakes whatever waits for its meter.
    """
    with transaction.atomic():
        known = _lock_counters([one.heard.meter_id for one in pushed])
        fresh, replayed = [], []
        for one in sorted(pushed, key=lambda one: (one.heard.meter_id, one.counter)):
            if one.counter > known.get(one.heard.meter_id, 2**32):
                known[one.heard.meter_id] = one.counter
                fresh.append(one)
            else:
                replayed.append(one)
        with connection.cursor() as cursor:
            cursor.execute(
                statement("bijlighar.headend", "pushes_taken"),
                {
                    "meters": list(known),
                    "counters": list(known.values()),
                    "now": now,
                    "heard": sorted({one.heard.meter_id for one in fresh}),
                },
            )
        told = _with_events(fresh)
        count_attempts(
            attempts=[_attempt(one, Outcome.DONE) for one in fresh]
            + [_attempt(one, Outcome.REPLAYED) for one in replayed]
        )
    return told


def note_refused(
    *, attempts: Sequence[Attempt], strangers: Mapping[str, int], now: datetime
) -> None:
    """Count pushes that were not taken: meters' own, and strangers' by nothing but why."""
    with transaction.atomic():
        count_attempts(attempts=attempts)
        for why, many in sorted(strangers.items()):
            count_strangers(why=why, many=many, day=supply_day_of(now))


def _lock_counters(meter_ids: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select meter_id, known_push_counter from headend_metersecret"
            " where meter_id = any(%s) order by meter_id for update",
            [sorted(set(meter_ids))],
        )
        return {row["meter_id"]: row["known_push_counter"] for row in rows(cursor)}


def _with_events(fresh: Sequence[Pushed]) -> tuple[Pushed, ...]:
    """Alerts as events: what a status word says that the one before did not."""
    telling = {one.heard.meter_id for one in fresh if one.alert_word is not None}
    contacts = MeterContact.objects.select_for_update().filter(pk__in=telling)
    words = {one.meter_id: one.alert_word for one in contacts.order_by("meter_id")}
    makes = _makes_of(meter_ids=sorted(telling))
    told = []
    for one in fresh:
        meter_id = one.heard.meter_id
        if one.alert_word is None:
            told.append(one)
            continue
        events = tuple(
            MeterEvent(meter_id=meter_id, code=code, at=one.at, source=ReadingSource.PUSH)
            for code in alerts.new_events(
                one.alert_word, words.get(meter_id, ""), make=makes.get(meter_id)
            )
        )
        words[meter_id] = one.alert_word
        told.append(replace(one, heard=replace(one.heard, events=events)))
    for meter_id in sorted(telling & words.keys()):
        MeterContact.objects.filter(pk=meter_id).update(alert_word=words[meter_id])
    return tuple(told)


def _makes_of(*, meter_ids: Sequence[int]) -> dict[int, str]:
    """The makes of these meters that do otherwise than the standard. Raises MakesError."""
    known = makes_in(settings.BIJLIGHAR["makes"])
    made_by = manufacturers_of(meter_ids=meter_ids) if known else {}
    return {one: known[name] for one, name in made_by.items() if name in known}


def _attempt(one: Pushed, outcome: Outcome) -> Attempt:
    return Attempt(
        meter_id=one.heard.meter_id,
        talk=Talk.PUSH,
        outcome=outcome,
        took_ms=0,
        at=one.at,
    )
