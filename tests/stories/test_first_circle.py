"""Energy, money and light once all the way round."""

from __future__ import annotations

from datetime import date

import pytest

from bijlighar.charges import service as charges
from bijlighar.connections.values import Home
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import in_ist
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.payments import service as payments
from tests.stories.world import World


def test_days_are_charged_by_the_registers_and_the_ledger_proves_itself(
    world: World,
) -> None:
    """Every charged day is the difference of the meter's own registers, and no more."""
    for day in range(2, 14):
        world.midnight(f"2026-04-{day:02d}")
    total_paise = 0
    for number in range(4):
        home = world.home(number)
        days = charges.days_of(
            connection_id=home.connection_id, first=date.min, until=date.max
        )
        assert [one.day.day for one in days] == list(range(1, len(days) + 1))
        after = f"2026-04-{len(days) + 1:02d}"
        used_wh = world.register_wh(home, after) - home.initial_register_wh
        assert sum(one.energy_wh for one in days) == used_wh
        total_paise += sum(one.total_paise for one in days)
    moved = ledger.totals_by_reason()
    assert moved["charge"] == -total_paise
    assert ledger.wallets_paise() == moved["opening"] - total_paise
    assert ledger.wrong_wallets() == ()


def test_every_line_of_a_day_can_be_followed_in_both_languages(world: World) -> None:
    for day in range(2, 14):
        world.midnight(f"2026-04-{day:02d}")
    home = world.home(0)
    last = charges.charged_through(connection_ids=[home.connection_id])[home.connection_id]
    explained = charges.explain_day(connection_id=home.connection_id, day=last)
    assert explained is not None
    assert sum(line.amount_paise for line in explained.lines) == explained.total_paise
    heads = {line.head for line in explained.lines}
    assert {"energy", "fixed", "subsidy", "duty", "rebate"} <= heads
    assert all(line.text_en and line.text_hi and line.source for line in explained.lines)


def test_asha_is_warned_cut_inside_the_window_and_lit_again_when_she_pays(
    world: World,
) -> None:
    """
    2026-04-09  the money is gone            told: balance used up
    2026-04-12  three days of credit end     Sunday: nobody is cut
    2026-04-13  00:05-07:59                  night: nobody is cut
    2026-04-13  10:00                        cut, told
    2026-04-13  20:30                        pays 500, lit again at night, told
    """
    asha = world.home(0)
    for day in range(8, 10):
        world.midnight(f"2026-04-{day:02d}")
    world.spend(asha, leave_rupees="-5.00")
    world.review()
    assert world.told(asha) == ["balance_used_up"]

    for day in range(10, 13):
        world.midnight(f"2026-04-{day:02d}")
    for clock in ("09:00", "12:00", "17:30"):
        world.at("2026-04-12", clock)
        world.review()
        world.send_commands()
    assert world.supply(asha) == "on"

    world.midnight("2026-04-13")
    for clock in ("01:00", "07:59"):
        world.at("2026-04-13", clock)
        world.review()
        world.send_commands()
    assert world.supply(asha) == "on"

    world.at("2026-04-13", "10:00")
    world.review()
    assert world.supply(asha) == "disconnecting"
    world.send_commands()
    assert world.supply(asha) == "off"
    assert not world.relay_is_closed(asha)
    register_wh = world.register_wh(asha, "2026-04-13")

    world.at("2026-04-13", "20:30")
    world.recharge(asha, 500)
    assert world.supply(asha) == "reconnecting"
    world.send_commands()
    assert world.supply(asha) == "on"
    assert world.relay_is_closed(asha)
    assert world.told(asha)[-3:] == ["disconnected", "recharged", "reconnected"]
    assert world.register_wh(asha, "2026-04-13") == register_wh
    assert any("₹500.00" in text or "Rs 500.00" in text for text in world.phone(asha))


def test_an_open_relay_uses_nothing_and_only_the_fixed_charge_runs(world: World) -> None:
    balram = world.home(1)
    world.darken(balram)
    world.midnight("2026-04-14")
    world.midnight("2026-04-15")
    dark_day = charges.explain_day(
        connection_id=balram.connection_id, day=date(2026, 4, 14)
    )
    assert dark_day is not None
    assert dark_day.energy_wh == 0
    assert dark_day.heads_paise["energy"] == 0
    assert dark_day.heads_paise["fixed"] > 0


def test_the_payment_that_beats_the_queued_disconnection(world: World) -> None:
    """The cut is queued, not sent; a payment comes; the relay never moves."""
    asha = world.home(0)
    world.use_up(asha)
    world.at("2026-04-13", "10:00")
    world.review()
    assert world.supply(asha) == "disconnecting"

    world.recharge(asha, 200)
    assert world.supply(asha) == "on"
    world.send_commands()
    assert world.relay_is_closed(asha)
    assert world.supply(asha) == "on"
    assert "disconnected" not in world.told(asha)


def test_a_disconnection_that_waited_into_the_evening_is_withdrawn(world: World) -> None:
    """Queued at 17:45 while the head-end is down; at 18:10 nobody may be cut any more."""
    asha = world.home(0)
    world.use_up(asha)
    world.at("2026-04-13", "17:45")
    world.review()
    assert world.supply(asha) == "disconnecting"
    world.at("2026-04-13", "18:10")
    world.send_commands()
    assert world.supply(asha) == "on"
    assert world.relay_is_closed(asha)


def test_the_webhook_delivered_twice_credits_once(world: World) -> None:
    asha = world.home(0)
    before = world.balance_paise(asha)
    body, headers = world.pay(asha, 300)
    first = world.deliver(body, headers)
    again = world.deliver(body, headers)
    world.deliver(body, {**headers, "X-Pretend-Event-Id": "another event"})
    assert first is not None and first.is_new
    assert again is not None and not again.is_new
    assert world.balance_paise(asha) == before + 300_00
    world.work()
    assert world.told(asha).count("recharged") == 1


def test_the_webhook_with_one_byte_changed_is_refused_and_nothing_is_written(
    world: World,
) -> None:
    asha = world.home(0)
    before = world.balance(asha)
    body, headers = world.pay(asha, 300)
    for at in range(0, len(body), 7):
        changed = bytearray(body)
        changed[at] ^= 1
        with pytest.raises(payments.BadSignature):
            world.deliver(bytes(changed), headers)
    assert world.balance(asha) == before
    assert world.told(asha) == []
    world.deliver(body, headers)
    assert world.balance(asha) != before


def test_the_meter_that_answers_only_on_the_third_day(world: World) -> None:
    """Three days wait for their registers, then three are charged and nothing is lost."""
    asha = world.home(0)
    for day in range(2, 19):
        world.midnight(f"2026-04-{day:02d}")
    known = world.charged_days(asha)
    world.break_meter(asha, "silent")
    world.midnight("2026-04-19")
    world.midnight("2026-04-20")
    assert world.charged_days(asha) == known
    before = world.balance_paise(asha)

    world.mend_meter(asha)
    world.midnight("2026-04-21")
    caught_up = [day for day in world.charged_days(asha) if day not in known]
    assert caught_up == ["2026-04-18", "2026-04-19", "2026-04-20"]
    days = charges.days_of(
        connection_id=asha.connection_id, first=date(2026, 4, 18), until=date(2026, 4, 21)
    )
    used_wh = world.register_wh(asha, "2026-04-21") - world.register_wh(asha, "2026-04-18")
    assert sum(one.energy_wh for one in days) == used_wh
    assert world.balance_paise(asha) == before - sum(one.total_paise for one in days)


def lose_the_answer_of_a_cut(world: World, asha: Home) -> None:
    """The relay opens at 10:00 on Monday, and nobody hears of it."""
    world.use_up(asha)
    world.break_meter(asha, "answer_lost", once=True)
    world.at("2026-04-13", "10:00")
    world.review()
    world.send_commands()
    assert world.supply(asha) == "disconnecting"
    assert not world.relay_is_closed(asha)


def test_the_relay_command_whose_answer_is_lost_is_decided_by_the_read_back(
    world: World,
) -> None:
    """The relay opens, the answer never comes: not known until it is read."""
    asha = world.home(0)
    lose_the_answer_of_a_cut(world, asha)
    assert "disconnected" not in world.told(asha)

    world.at("2026-04-13", "10:01")
    world.send_commands()
    assert world.supply(asha) == "off"
    assert world.told(asha).count("disconnected") == 1


def test_who_pays_while_nobody_knows_whether_the_relay_opened_is_lit(world: World) -> None:
    """A cut whose answer was lost is not just forgotten: the relay is read and closed."""
    asha = world.home(0)
    lose_the_answer_of_a_cut(world, asha)
    world.recharge(asha, 500)
    assert world.supply(asha) == "reconnecting"
    world.send_commands()
    assert world.supply(asha) == "on"
    assert world.relay_is_closed(asha)
    assert "disconnected" not in world.told(asha)
    assert "reconnected" not in world.told(asha)


def test_a_head_end_that_died_over_a_cut_leaves_nobody_dark_who_pays(world: World) -> None:
    """The relay opened, the head-end was killed before it could say so, then came money."""
    asha = world.home(0)
    world.use_up(asha)
    world.at("2026-04-13", "10:00")
    world.review()
    world.die_over_commands()
    world.open_relay(asha)
    world.recharge(asha, 500)
    world.send_commands()
    world.send_commands()
    assert world.supply(asha) == "on"
    assert world.relay_is_closed(asha)


def test_a_cut_given_up_and_a_payment_then_the_meter_is_heard_and_the_home_lit(
    world: World,
) -> None:
    asha = world.home(0)
    lose_the_answer_of_a_cut(world, asha)
    world.break_meter(asha, "silent")
    world.try_in_vain()
    world.recharge(asha, 500)
    world.mend_meter(asha)
    world.at("2026-04-13", "13:00")
    world.poll()
    world.send_commands()
    assert world.supply(asha) == "on"
    assert world.relay_is_closed(asha)


def test_a_cut_that_the_evening_overtakes_is_turned_round_and_tried_the_next_day(
    world: World,
) -> None:
    """The answer is lost at 17:40; at 18:05 the relay is closed again, unpaid or not."""
    asha = world.home(0)
    world.use_up(asha)
    world.break_meter(asha, "answer_lost", once=True)
    world.at("2026-04-13", "17:40")
    world.review()
    world.send_commands()
    assert not world.relay_is_closed(asha)
    world.at("2026-04-13", "18:05")
    world.send_commands()
    world.send_commands()
    assert world.relay_is_closed(asha)
    assert world.supply(asha) == "on"


def test_a_paid_home_whose_meter_has_a_wrong_clock_is_lit_all_the_same(
    world: World,
) -> None:
    """Its readings are not believed, and its relay is closed."""
    asha = world.home(0)
    world.darken(asha)
    world.break_meter(asha, "silent")
    world.recharge(asha, 500)
    world.try_in_vain()
    world.mend_meter(asha)
    world.break_meter(asha, "wrong_clock", amount=7200)
    world.at("2026-04-13", "10:50")
    world.send_commands()
    assert world.supply(asha) == "on"
    assert world.relay_is_closed(asha)


def test_a_meter_that_never_answers_a_command_is_shown_as_failed_and_helped_later(
    world: World,
) -> None:
    """Six attempts, then it is shown; when the meter is heard again it is lit by itself."""
    asha = world.home(0)
    world.darken(asha)
    world.break_meter(asha, "silent")
    world.recharge(asha, 500)
    world.try_in_vain()
    assert world.supply(asha) == "reconnecting"
    assert world.tile(asha).command_failed
    assert not world.relay_is_closed(asha)

    world.mend_meter(asha)
    world.at("2026-04-13", "13:00")
    world.poll()
    world.send_commands()
    assert world.supply(asha) == "on"
    assert world.relay_is_closed(asha)
    assert not world.tile(asha).command_failed


def test_nobody_is_cut_on_an_old_reading(world: World) -> None:
    """A meter silent for days: its balance may be long wrong, so nothing is decided."""
    asha = world.home(0)
    for day in range(8, 14):
        world.midnight(f"2026-04-{day:02d}")
    world.break_meter(asha, "silent")
    world.spend(asha, leave_rupees="-5.00")
    world.review()
    for day in range(14, 22):
        world.midnight(f"2026-04-{day:02d}")
        world.at(f"2026-04-{day:02d}", "11:00")
        world.review()
        assert world.supply(asha) == "on"


def test_a_meter_whose_clock_is_wrong_is_not_believed(world: World) -> None:
    asha = world.home(0)
    for day in range(2, 14):
        world.midnight(f"2026-04-{day:02d}")
    known = world.charged_days(asha)
    world.break_meter(asha, "wrong_clock", amount=7200)
    world.midnight("2026-04-14")
    assert world.charged_days(asha) == known
    assert "clock" in world.last_error(asha)
    world.mend_meter(asha)
    world.midnight("2026-04-15")
    assert len(world.charged_days(asha)) == len(known) + 2


@pytest.mark.parametrize(
    ("answers", "heard"),
    [(3, 0), (4, 1)],
    ids=["before its register", "after its register"],
)
def test_a_connection_dropped_in_the_middle_of_an_answer_loses_nothing(
    world: World, answers: int, heard: int
) -> None:
    """What came before the line broke is kept; the rest comes when it is asked again."""
    asha = world.home(0)
    for day in range(2, 14):
        world.midnight(f"2026-04-{day:02d}")
    known = world.charged_days(asha)
    world.break_meter(asha, "dropped", amount=answers, once=True)
    world.midnight("2026-04-14")
    assert len(world.charged_days(asha)) == len(known) + heard
    world.at("2026-04-14", "01:00")
    world.poll()
    assert len(world.charged_days(asha)) == len(known) + 1


def test_a_recharge_too_small_or_too_large_is_refused_in_words(world: World) -> None:
    asha = world.home(0)
    for rupees in (0, 9, 1_00_001):
        with pytest.raises(BijligharError, match="at least ₹10"):
            world.pay(asha, rupees)


def test_thresholds_are_told_once_a_recharge(world: World) -> None:
    """
    recharge 1000    balance 290   told: 30 %
                     balance  90   told: 10 %
                     balance  80   nothing
    recharge 1000    balance  50   told: 10 %, by one message
    """
    asha = world.home(0)
    world.at("2026-04-08", "11:00")
    world.recharge(asha, 1000)
    told = len(world.told(asha))
    for clock, left, kinds in (
        ("12:00", "290.00", ["low_balance"]),
        ("13:00", "90.00", ["low_balance"]),
        ("14:00", "80.00", []),
    ):
        world.at("2026-04-08", clock)
        world.spend(asha, leave_rupees=left)
        world.review()
        assert world.told(asha)[told:] == kinds
        told = len(world.told(asha))
    world.recharge(asha, 1000)
    told = len(world.told(asha))
    world.at("2026-04-09", "11:00")
    world.spend(asha, leave_rupees="50.00")
    world.review()
    assert world.told(asha)[told:] == ["low_balance"]
    assert "10%" in world.phone(asha)[-1]


def test_the_clock_of_the_town_is_indias(world: World) -> None:
    world.at("2026-04-02", "00:05")
    assert in_ist(world.now).isoformat() == "2026-04-02T00:05:00+05:30"


def test_a_recharge_that_is_too_little_says_how_much_is_missing(world: World) -> None:
    """Ten rupees do not light a home that owes more: it is told what does."""
    asha = world.home(0)
    world.darken(asha)
    told = len(world.told(asha))
    world.recharge(asha, 10)
    world.send_commands()
    assert world.supply(asha) == "off"
    assert world.told(asha)[told:] == ["recharged_too_little"]
    missing = world.picture(asha).supply.to_pay_paise
    assert format_rupees(missing) in world.phone(asha)[-1]

    world.recharge(asha, missing // 100)
    world.send_commands()
    assert world.supply(asha) == "on"
    assert 0 < world.balance_paise(asha) < missing
