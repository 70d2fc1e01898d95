"""Many at once: each share and each instalment is posted by one of them."""

from __future__ import annotations

from bijlighar.dues.values import Taken
from bijlighar.ledger import service as ledger
from tests.cast import connect
from tests.dues.conftest import arrears, make_postpaid, move, parts, share
from tests.dues.test_plans import JULY, JUNE, NOW, instalments, set_aside, take
from tests.threads import at_once


def test_of_many_who_take_the_same_share_one_does(committed_db):
    (asha,) = connect("Asha", opening_paise=-1_000_00)
    set_aside(asha, 500_00, share())
    move(asha, 400_00, "r1", now=NOW)
    told = at_once(lambda _: take(asha, 400_00, "r1"), threads=5)
    assert set(told) == {Taken(taken_paise=100_00, left_paise=400_00)}
    assert (arrears(asha), ledger.wrong_wallets()) == (400_00, ())


def test_of_many_who_post_the_same_instalment_one_does(committed_db):
    (asha,) = connect("Asha", opening_paise=-1_000_00)
    make_postpaid(asha, JUNE)
    set_aside(asha, 1_000_00, parts(4, JULY))
    told = at_once(lambda _: instalments(asha, JULY), threads=5)
    assert sorted(map(len, told)) == [0, 0, 0, 0, 1]
    assert arrears(asha) == 750_00
