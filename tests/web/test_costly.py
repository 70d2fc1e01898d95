"""What costs much is asked seldom; what costs little is always asked anew."""

from __future__ import annotations

from bijlighar.web.desk.costly import AT_MOST_S, MOST_KEPT, QUICK_S, TIMES_AS_LONG, Costly


class Ticks:
    """A clock that a question moves on by what it costs."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.asked = 0

    def __call__(self) -> float:
        return self.now_s

    def asking(self, cost_s: float):
        def ask() -> int:
            self.now_s += cost_s
            self.asked += 1
            return self.asked

        return ask


def test_a_quick_answer_is_asked_anew_each_time():
    ticks = Ticks()
    costly = Costly(ticks=ticks)
    assert costly.answer(question="q", ask=ticks.asking(QUICK_S / 2)) == 1
    assert costly.answer(question="q", ask=ticks.asking(QUICK_S / 2)) == 2


def test_a_slow_answer_holds_many_times_as_long_as_it_took_and_no_longer():
    ticks = Ticks()
    costly = Costly(ticks=ticks)
    assert costly.answer(question="q", ask=ticks.asking(2.0)) == 1
    ticks.now_s += 2.0 * TIMES_AS_LONG - 0.1
    assert costly.answer(question="q", ask=ticks.asking(2.0)) == 1
    ticks.now_s += 0.2
    assert costly.answer(question="q", ask=ticks.asking(0.1)) == 2
    assert costly.answer(question="q", ask=ticks.asking(0.1)) == 3


def test_nothing_holds_longer_than_the_limit():
    ticks = Ticks()
    costly = Costly(ticks=ticks)
    costly.answer(question="q", ask=ticks.asking(1_000.0))
    ticks.now_s += AT_MOST_S + 0.1
    assert costly.answer(question="q", ask=ticks.asking(1.0)) == 2


def test_another_question_has_its_own_answer_and_old_ones_go():
    ticks = Ticks()
    costly = Costly(ticks=ticks)
    for number in range(MOST_KEPT + 1):
        costly.answer(question=number, ask=ticks.asking(QUICK_S))
        ticks.now_s = 0.0
    assert costly.answer(question=MOST_KEPT, ask=ticks.asking(QUICK_S)) == MOST_KEPT + 1
    assert costly.answer(question=0, ask=ticks.asking(QUICK_S)) == MOST_KEPT + 2
