"""Connections change between prepaid and postpaid: the old mode is settled first.

What was owed and held up to the day of the change becomes a deposit set off, a plan of old
dues, or credit; then a bill closes the old mode's days. Source: UP, September 2025 and May
2026 (tariffs reference 0.1, 1.4); decision 28.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from django.db import transaction

from bijlighar.bills import service as bills
from bijlighar.bills.values import BillKind
from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.connections.values import FactsChange, PaymentMode
from bijlighar.dues import service as dues
from bijlighar.dues.values import Instalments, NewPlan, RechargeShare, SetOff
from bijlighar.flow.review_supply import review_supply
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import (
    ONE_DAY,
    day_starts,
    month_starts,
    next_month_starts,
    supply_day_of,
)
from bijlighar.ledger import service as ledger

log = structlog.get_logger()

PART = 500
"""Connections that change in one transaction."""
CHANGED = "the payment mode changed"
ALL_OF_IT = 100
"""At this percentage old dues stay on the wallet: a recharge goes to them first anyway."""


class DayAhead(BijligharError):
    """A mode changes from a day that has begun: the days before it have to be charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChange:
    """What became of one connection's money when its payment mode changed."""

    connection_id: int
    owed_paise: int
    """Dues on the wallet and old ones in a plan, up to the day of the change."""
    deposit_used_paise: int
    """Of the deposit, against what was owed."""
    credited_paise: int
    """Of the deposit, to the wallet."""
    planned_paise: int
    """Owed still, and paid in parts from now on."""
    deposit_asked_paise: int
    """Of a new deposit, in instalments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChanged:
    """A connection that keeps its mode, and the sentence that says why."""

    connection_id: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChanged:
    """What a change of mode brought, by connection."""

    changed: tuple[ModeChange, ...]
    unchanged: tuple[int, ...]
    """Those that were in the mode already."""
    rejected: tuple[NotChanged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One change for many connections: to what, from when, by the charging policy."""

    to: PaymentMode
    from_day: date
    percent_of_recharge: int
    instalments_of_dues: int
    instalments_of_deposit: int
    now: datetime

    @property
    def source(self) -> str:
        return f"{self.to.value}:{self.from_day}"

    @property
    def begins(self) -> datetime:
        return day_starts(self.from_day)


class _Refused(BijligharError):
    """Some of a part cannot change; nothing of the part was kept."""

    def __init__(self, sentences: Mapping[int, str]) -> None:
        super().__init__("Some connections cannot change.")
        self.sentences = dict(sentences)


class _OnlyTried(BijligharError):
    """It was a trial: nothing is kept."""


def change_mode(
    *,
    connection_ids: Sequence[int],
    to: PaymentMode,
    from_day: date,
    now: datetime,
    is_trial: bool = False,
) -> ModeChanged:
    """Let connections pay otherwise from a day on; parts of 500 in a transaction each.

    A connection changes whole or not at all, and holds up nobody else. Safe to repeat: who
    is in the mode on that day is left alone. A trial does the same and keeps nothing.
    Raises DayAhead.
    """
    if from_day > supply_day_of(now):
        raise DayAhead(f"{from_day} has not begun: the days before it are not charged.")
    policy = charges.policy()
    turn = _Turn(
        to=to,
        from_day=from_day,
        percent_of_recharge=policy.percent_of_recharge_for_arrears,
        instalments_of_dues=policy.instalments_of_dues,
        instalments_of_deposit=policy.instalments_of_deposit,
        now=now,
    )
    changed: list[ModeChange] = []
    unchanged: list[int] = []
    rejected: dict[int, str] = {}
    for part in _parts(sorted(set(connection_ids))):
        done = _change_part(part, turn, rejected, is_trial=is_trial)
        changed += done.changed
        unchanged += done.unchanged
    for one, why in rejected.items():
        log.warning("connections.mode.rejected", connection_id=one, why=why)
    return ModeChanged(
        changed=tuple(changed),
        unchanged=tuple(unchanged),
        rejected=tuple(
            NotChanged(connection_id=one, error=why) for one, why in rejected.items()
        ),
    )


def _parts(connection_ids: Sequence[int]) -> Iterator[list[int]]:
    for first in range(0, len(connection_ids), PART):
        yield list(connection_ids[first : first + PART])


def _change_part(
    ids: list[int], turn: _Turn, rejected: dict[int, str], *, is_trial: bool
) -> ModeChanged:
    """Change those of a part that can be, again without those that cannot.

    Each round leaves somebody out, so that there are no more rounds than connections.
    """
    while True:
        done: list[ModeChanged] = []
        try:
            with transaction.atomic(durable=True):
                done.append(_change(ids, turn))
                if is_trial:
                    raise _OnlyTried
        except _Refused as refused:
            assert refused.sentences.keys() & set(ids), "nobody was left out"
            rejected |= refused.sentences
            ids = [one for one in ids if one not in refused.sentences]
            continue
        except _OnlyTried:
            pass
        return done[0]


def _change(ids: Sequence[int], turn: _Turn) -> ModeChanged:
    """Change a part; the wallets are locked before anything is looked at."""
    known = connections.last_facts_from(connection_ids=ids)
    _refuse({one: "there is no such connection" for one in ids if one not in known})
    ledger.lock_balances(owner_ids=ids)
    new = _to_change(ids, turn)
    changes: list[ModeChange] = []
    if new:
        _begin_mode(new, turn)
        changes = _settle(new, turn)
        _bill(new, turn)
        review_supply(connection_ids=new, now=turn.now)
    left = set(ids) - set(new)
    return ModeChanged(changed=tuple(changes), unchanged=tuple(sorted(left)), rejected=())


def _refuse(sentences: Mapping[int, str]) -> None:
    if sentences:
        raise _Refused(sentences)


def _to_change(ids: Sequence[int], turn: _Turn) -> list[int]:
    """Those that are not in the mode yet; raises _Refused for those that cannot be."""
    facts = connections.known_facts_on(connection_ids=ids, day=turn.from_day)
    last = connections.last_facts_from(connection_ids=ids)
    new = [one for one in ids if one not in facts or facts[one].payment_mode is not turn.to]
    refused = {
        one: f"it has facts from {last[one]} on: {turn.from_day} is not after them"
        for one in new
        if last[one] >= turn.from_day
    }
    _refuse(refused)
    return new


def _begin_mode(ids: Sequence[int], turn: _Turn) -> None:
    """The new fact, and the month charged again in two parts."""
    connections.change_facts(
        changes=[
            FactsChange(connection_id=one, from_day=turn.from_day, payment_mode=turn.to)
            for one in ids
        ],
        now=turn.now,
    )
    charged = charges.charge_again(
        connection_ids=ids, first=turn.from_day, because=CHANGED, now=turn.now
    )
    _refuse({one.connection_id: one.error for one in charged.rejected})


def _settle(ids: Sequence[int], turn: _Turn) -> list[ModeChange]:
    """What was owed and held up to the day goes where the new mode wants it."""
    on_wallet = _owed(ids, turn)
    in_plan = {one: max(paise, 0) for one, paise in _arrears(ids).items()}
    owed = {one: on_wallet[one] + in_plan[one] for one in ids}
    if turn.to is PaymentMode.PREPAID:
        used, planned, asked = _settle_to_prepaid(on_wallet, owed, turn)
    else:
        used, planned, asked = _settle_to_postpaid(on_wallet, turn)
    nothing = SetOff(against_dues_paise=0, credited_paise=0)
    return [
        ModeChange(
            connection_id=one,
            owed_paise=owed[one],
            deposit_used_paise=used.get(one, nothing).against_dues_paise,
            credited_paise=used.get(one, nothing).credited_paise,
            planned_paise=planned.get(one, 0),
            deposit_asked_paise=asked.get(one, 0),
        )
        for one in ids
    ]


def _arrears(ids: Sequence[int]) -> dict[int, int]:
    return dues.arrears_of(connection_ids=ids)


def _owed(ids: Sequence[int], turn: _Turn) -> dict[int, int]:
    """What wallets owe for the days before the change: days from then on do not count,
    what was paid since does."""
    balances = ledger.balances_of(owner_ids=ids)
    through = supply_day_of(turn.now)
    since = {
        one: sum(
            day.total_paise
            for day in charges.days_of(
                connection_id=one, first=turn.from_day, until=through
            )
        )
        for one in ids
    }
    owed = {one: -(balances[one].balance_paise + since[one]) for one in ids}
    # Never more than the wallet owes now: credit for later days pays too.
    return {
        one: max(min(paise, -balances[one].balance_paise), 0) for one, paise in owed.items()
    }


def _settle_to_prepaid(
    on_wallet: Mapping[int, int], owed: Mapping[int, int], turn: _Turn
) -> tuple[dict[int, SetOff], dict[int, int], dict[int, int]]:
    """The deposit pays dues, then old dues, then is credit; the rest is paid by a share of
    each recharge. Source: tariffs reference 1.4: 700 against 2,000 leaves 1,300."""
    ids = list(on_wallet)
    dues.drop_demand(connection_ids=ids, because=CHANGED, source=turn.source, now=turn.now)
    used = dues.set_off(
        owed_paise=owed, source=turn.source, effective_at=turn.begins, now=turn.now
    )
    dues.pay_off(
        most_paise={
            one: max(was.against_dues_paise - on_wallet[one], 0)
            for one, was in used.items()
        },
        source=turn.source,
        effective_at=turn.begins,
        now=turn.now,
    )
    left = {
        one: max(on_wallet[one] - (used[one].against_dues_paise if one in used else 0), 0)
        for one in ids
    }
    terms = RechargeShare(percent=turn.percent_of_recharge)
    stays = turn.percent_of_recharge == ALL_OF_IT
    moved = dict.fromkeys(ids, 0) if stays else left
    return used, _plan(moved, terms, turn), {}


def _settle_to_postpaid(
    on_wallet: Mapping[int, int], turn: _Turn
) -> tuple[dict[int, SetOff], dict[int, int], dict[int, int]]:
    """Credit stays credit; what is owed, and the deposit that was once set off, come in
    instalments with the bills to come. Source: tariffs reference 0.1: ten and four."""
    first_on = next_month_starts(turn.from_day)
    terms = Instalments(count=turn.instalments_of_dues, first_on=first_on)
    planned = _plan(on_wallet, terms, turn)
    given = dues.deposits_of(connection_ids=list(on_wallet))
    terms = Instalments(count=turn.instalments_of_deposit, first_on=first_on)
    asked = {one: held.set_off_paise for one, held in given.items() if held.set_off_paise}
    dues.ask_deposit(
        plans=[_new_plan(one, paise, terms, turn) for one, paise in asked.items()],
        anew=True,
        now=turn.now,
    )
    return {}, planned, asked


def _plan(
    amounts: Mapping[int, int], terms: Instalments | RechargeShare, turn: _Turn
) -> dict[int, int]:
    """Old dues on the new mode's terms: what is left of a plan, and these amounts."""
    opened = dues.set_aside(
        plans=[_new_plan(one, paise, terms, turn) for one, paise in amounts.items()],
        anew=True,
        effective_at=turn.begins,
        now=turn.now,
    )
    return {plan.connection_id: plan.left_paise for plan in opened}


def _new_plan(
    connection_id: int, paise: int, terms: Instalments | RechargeShare, turn: _Turn
) -> NewPlan:
    return NewPlan(
        connection_id=connection_id,
        amount_paise=paise,
        terms=terms,
        because=CHANGED,
        source=turn.source,
    )


def _bill(ids: Sequence[int], turn: _Turn) -> None:
    """An interim bill closes the old mode's days, where no bill ends on that day already.

    It comes last, so that it tells how its dues were settled and asks for nothing twice.
    """
    last = bills.last_bills(connection_ids=ids)
    without = [one for one in ids if one not in last or last[one].until != turn.from_day]
    if not without:
        return
    issued = bills.issue(
        connection_ids=without,
        first=month_starts(turn.from_day - ONE_DAY),
        until=turn.from_day,
        kind=BillKind.INTERIM,
        now=turn.now,
    )
    _refuse({one.connection_id: one.error for one in issued.rejected})
