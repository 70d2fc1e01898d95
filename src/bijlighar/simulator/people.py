"""Pretend people: who lives behind each meter, and when they recharge.

Nearly everybody recharges within a day of losing supply, many when they are warned, a few
keep the house dark for longer. Everything follows from the seed; nothing is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from bijlighar.kernel import ist
from bijlighar.kernel.money import PAISE_PER_RUPEE, Paise
from bijlighar.simulator.chance import draw, pick

LIFELINE_LOAD_W = 1_000
LIFELINE_DAY_WH = 3_300
WAKES, SLEEPS = time(7), time(22)

_CAST = (("Asha", "आशा"), ("Balram", "बलराम"), ("Chanda", "चंदा"), ("Dev", "देव"))
_FIRST = (
    ("Anil", "अनिल"), ("Farah", "फ़रह"), ("Geeta", "गीता"), ("Harish", "हरीश"),
    ("Imran", "इमरान"), ("Jyoti", "ज्योति"), ("Kamla", "कमला"), ("Lalit", "ललित"),
    ("Meena", "मीना"), ("Naseem", "नसीम"), ("Omvati", "ओमवती"), ("Pankaj", "पंकज"),
    ("Rekha", "रेखा"), ("Salma", "सलमा"), ("Sunil", "सुनील"), ("Tahir", "ताहिर"),
    ("Usha", "उषा"), ("Vimla", "विमला"), ("Wasim", "वसीम"), ("Yashoda", "यशोदा"),
)  # fmt: skip
_LAST = (
    ("Agrawal", "अग्रवाल"), ("Ansari", "अंसारी"), ("Gangwar", "गंगवार"), ("Gupta", "गुप्ता"),
    ("Kashyap", "कश्यप"), ("Khan", "ख़ान"), ("Maurya", "मौर्य"), ("Mishra", "मिश्रा"),
    ("Pal", "पाल"), ("Rathore", "राठौर"), ("Saxena", "सक्सेना"), ("Sharma", "शर्मा"),
    ("Singh", "सिंह"), ("Srivastava", "श्रीवास्तव"), ("Verma", "वर्मा"), ("Yadav", "यादव"),
)  # fmt: skip


class Language(StrEnum):
    """The language in which somebody reads their messages."""

    HINDI = "hi"
    ENGLISH = "en"


class Temper(StrEnum):
    """How soon somebody reacts."""

    PROMPT = "prompt"
    SLOW = "slow"
    FORGETFUL = "forgetful"


class MessageKind(StrEnum):
    """What a message says, as far as people's behaviour depends on it."""

    LOW_BALANCE = "low_balance"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One pretend consumer and their household."""

    number: int
    name: str
    name_hi: str
    mobile: str
    language: Language
    category: str
    sanctioned_load_w: int
    opening_balance_paise: Paise
    usual_recharge_paise: Paise
    temper: Temper


@dataclass(frozen=True, slots=True, kw_only=True)
class Recharge:
    """A recharge that somebody will make: when, by the town's clock, and how much."""

    at: datetime
    amount_paise: Paise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habit:
    """Per cent of messages that move somebody, and the hours until they act."""

    percent: int
    within_hours: int


_HABITS = {
    (Temper.PROMPT, MessageKind.LOW_BALANCE): _Habit(percent=85, within_hours=10),
    (Temper.SLOW, MessageKind.LOW_BALANCE): _Habit(percent=35, within_hours=30),
    (Temper.FORGETFUL, MessageKind.LOW_BALANCE): _Habit(percent=8, within_hours=48),
    (Temper.PROMPT, MessageKind.DISCONNECTED): _Habit(percent=100, within_hours=2),
    (Temper.SLOW, MessageKind.DISCONNECTED): _Habit(percent=100, within_hours=7),
    (Temper.FORGETFUL, MessageKind.DISCONNECTED): _Habit(percent=100, within_hours=20),
}
_STAYS_DARK_PERCENT = 3
_STAYS_DARK_HOURS = 96


def make_person(*, number: int, average_daily_wh: int, seed: int) -> Person:
    """The consumer of house `number` (0 is Asha), fitting what the house uses.

    A house of 1 kW with little use is lifeline (category 10A); the others are ordinary
    domestic (10B) with a sanctioned load that their use makes likely.
    """
    who = (seed, "person", number)
    name, name_hi = _name(number=number, seed=seed)
    is_lifeline = average_daily_wh <= LIFELINE_DAY_WH and draw(*who, "poor", below=10) < 6
    speaks_english = draw(*who, "language", below=10) < 1
    return Person(
        number=number,
        name=name,
        name_hi=name_hi,
        mobile=f"+9155500{number:05d}",
        language=Language.ENGLISH if speaks_english else Language.HINDI,
        category="10A" if is_lifeline else "10B",
        sanctioned_load_w=LIFELINE_LOAD_W if is_lifeline else _load_w(average_daily_wh),
        opening_balance_paise=_opening_balance(number=number, seed=seed),
        usual_recharge_paise=_usual_recharge(average_daily_wh, number=number, seed=seed),
        temper=pick(*who, "temper", of=(*[Temper.PROMPT] * 5, *[Temper.SLOW] * 3,
                                        *[Temper.FORGETFUL] * 2)),
    )  # fmt: skip


def decide(
    *,
    person: Person,
    message_kind: MessageKind,
    town_time: datetime,
    seed: int,
    ordinal: int,
) -> Recharge | None:
    """What somebody does about a message read at `town_time`: a recharge, or nothing.

    `ordinal` counts the messages to this person, so that each moves them anew.
    """
    what = (seed, "decide", person.number, message_kind.value, ordinal)
    habit = _HABITS[person.temper, message_kind]
    if draw(*what, "moved", below=100) >= habit.percent:
        return None
    hours = habit.within_hours
    is_dark = message_kind is MessageKind.DISCONNECTED
    if is_dark and draw(*what, "dark", below=100) < _STAYS_DARK_PERCENT:
        hours = _STAYS_DARK_HOURS
    waited = timedelta(minutes=5 + draw(*what, "wait", below=60 * hours))
    return Recharge(
        at=_when_awake(town_time + waited, minute=draw(*what, "morning", below=90)),
        amount_paise=_amount(person=person, times=pick(*what, "times", of=(1, 1, 1, 2))),
    )


def _name(*, number: int, seed: int) -> tuple[str, str]:
    """Latin and Devanagari; the first four are always the same cast."""
    last, last_hi = pick(seed, "last", number, of=_LAST)
    first, first_hi = (
        _CAST[number] if number < len(_CAST) else pick(seed, "first", number, of=_FIRST)
    )
    return f"{first} {last}", f"{first_hi} {last_hi}"


def _load_w(average_daily_wh: int) -> int:
    """2 to 10 kW: about 3 kWh a day for each kilowatt."""
    return min(max(-(-average_daily_wh // 3_000), 2), 10) * 1_000


def _opening_balance(*, number: int, seed: int) -> Paise:
    """Between 60 and 900 rupees; one in twelve begins owing up to 300."""
    who = (seed, "opening", number)
    if number >= len(_CAST) and draw(*who, "owes", below=12) == 0:
        return Paise(-PAISE_PER_RUPEE * (20 + draw(*who, below=280)))
    return Paise(PAISE_PER_RUPEE * (60 + draw(*who, below=840)))


def _usual_recharge(average_daily_wh: int, *, number: int, seed: int) -> Paise:
    """A round sum of 100 to 2,000 rupees, larger where more is used."""
    means = average_daily_wh // 4_000 + draw(seed, "sum", number, below=3)
    sums = (100, 200, 300, 500, 700, 1_000, 1_500, 2_000)
    return Paise(PAISE_PER_RUPEE * sums[min(means, len(sums) - 1)])


def _amount(*, person: Person, times: int) -> Paise:
    """The usual sum, or now and then twice as much, at most 2,000 rupees."""
    return Paise(min(person.usual_recharge_paise * times, 2_000 * PAISE_PER_RUPEE))


def _when_awake(instant: datetime, *, minute: int) -> datetime:
    """The instant itself, or some minute of the next morning if people sleep then."""
    local = ist.in_ist(instant)
    if WAKES <= local.time() < SLEEPS:
        return instant
    day = local.date() if local.time() < WAKES else local.date() + ist.ONE_DAY
    return ist.instant_of(day, WAKES) + timedelta(minutes=minute)
