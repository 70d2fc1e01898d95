"""What is kept, sealed, looked at and erased."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import structlog
from django.db import connection
from structlog.testing import capture_logs

from bijlighar.kernel.sealed import SealBroken
from bijlighar.kyc import service as kyc
from bijlighar.kyc.models import BankAccount, Paper, PaperPage
from bijlighar.kyc.values import PaperKind, Purpose, Standing
from bijlighar.people.values import Scope
from tests.cast import grid_of_cast
from tests.kyc.asking import (
    NOW,
    SAMAGRA,
    ask_bank,
    erase,
    officer,
    show_pan,
    standing,
    whole_database,
)
from tests.kyc.papers import (
    ACCOUNT,
    PAN,
    VOTER_ID,
    pan_card,
)


class TestSeals:
    def test_d7_a_row_swap_a_plain_text_and_a_flipped_bit_raise_and_alarm(self, agreed):
        paper = show_pan(agreed)
        kyc.consent(
            connection_id=agreed,
            purpose=Purpose.IDENTITY,
            language="hi",
            channel="home",
            now=NOW,
        )
        page = PaperPage.objects.get()
        other = kyc.show_paper(
            connection_id=agreed,
            kind=PaperKind.VOTER_ID,
            typed=VOTER_ID,
            content=pan_card(),
            now=NOW,
        )
        others = bytes(PaperPage.objects.get(paper_id=other.paper_id).picture)
        flipped = bytearray(page.picture)
        flipped[40] ^= 1
        by = officer()
        for forged in (others, b"\xff\xd8\xff plain picture", bytes(flipped)):
            PaperPage.objects.filter(pk=page.pk).update(picture=forged)
            with capture_logs() as logged, pytest.raises(SealBroken):
                kyc.page_for_staff(paper_id=paper.paper_id, page=1, by=by, now=NOW)
            assert [line["event"] for line in logged] == ["kyc.seal.broken"]
            assert logged[0]["log_level"] == "error"

    def test_d7_under_another_root_key_nothing_opens(self, agreed, settings):
        ask_bank(agreed)
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "root_key": "6b" * 32}
        with capture_logs() as logged, pytest.raises(SealBroken):
            kyc.kyc_of(connection_id=agreed, real_now=NOW)
        assert logged[0]["event"] == "kyc.seal.broken"

    def test_d10_d19_no_number_stands_in_any_table_or_log_in_the_clear(self, agreed):
        by = officer()
        with capture_logs() as logged:
            paper = show_pan(agreed)
            samagra = kyc.ask_samagra(
                connection_id=agreed, typed=SAMAGRA, now=NOW, real_now=NOW
            )
            kyc.prove(
                connection_id=agreed, paper_id=samagra.paper_id, now=NOW, real_now=NOW
            )
            bank = ask_bank(agreed)
            kyc.confirm_bank(
                connection_id=agreed, account_id=bank.account_id, now=NOW, real_now=NOW
            )
            kyc.look_at(paper_id=paper.paper_id, by=by, now=NOW)
            kyc.page_for_staff(paper_id=paper.paper_id, page=1, by=by, now=NOW)
            kyc.decide(paper_id=paper.paper_id, is_accepted=True, why="", by=by, now=NOW)
        held = whole_database() + repr(logged)
        assert "kyc.picture.seen" in held
        for secret in (PAN, SAMAGRA, ACCOUNT, "Asha Devi", "JFIF"):
            assert secret not in held
        structlog.reset_defaults()


class TestErasing:
    def test_d13_a_rejected_paper_is_erased_after_thirty_days(self, agreed):
        paper = show_pan(agreed)
        kyc.decide(
            paper_id=paper.paper_id, is_accepted=False, why="old", by=officer(), now=NOW
        )
        assert erase(NOW + timedelta(days=30, seconds=-1)) == 0
        assert erase(NOW + timedelta(days=30)) == 1
        assert erase(NOW + timedelta(days=60)) == 0
        held = Paper.objects.get()
        assert (held.number, held.state, held.why) == (None, "rejected", "old")
        assert not PaperPage.objects.exists()

    def test_d13_pictures_of_an_accepted_paper_go_after_ninety_days_and_it_still_counts(
        self, agreed
    ):
        paper = show_pan(agreed)
        kyc.decide(paper_id=paper.paper_id, is_accepted=True, why="", by=officer(), now=NOW)
        assert erase(NOW + timedelta(days=89)) == 0
        assert erase(NOW + timedelta(days=90)) == 1
        assert not PaperPage.objects.exists()
        assert standing(agreed) is Standing.DONE

    def test_d13_what_waited_for_a_code_in_vain_is_erased(self, agreed):
        kyc.ask_samagra(connection_id=agreed, typed=SAMAGRA, now=NOW, real_now=NOW)
        ask_bank(agreed)
        assert erase(NOW + timedelta(minutes=14)) == 0
        assert erase(NOW + timedelta(minutes=15)) == 2
        assert Paper.objects.get().state == "replaced"
        assert BankAccount.objects.get().account is None

    def test_d13_what_waits_for_the_office_or_counts_is_never_erased(self, agreed):
        show_pan(agreed)
        bank = ask_bank(agreed)
        kyc.confirm_bank(
            connection_id=agreed, account_id=bank.account_id, now=NOW, real_now=NOW
        )
        assert erase(NOW + timedelta(days=400)) == 0


class TestOffice:
    def test_every_look_and_decision_is_audited(self, agreed):
        paper, by = show_pan(agreed), officer()
        kyc.look_at(paper_id=paper.paper_id, by=by, now=NOW)
        kyc.page_for_staff(paper_id=paper.paper_id, page=1, by=by, now=NOW)
        kyc.decide(paper_id=paper.paper_id, is_accepted=True, why="", by=by, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute(
                "select action from people_auditrecord where object_id = %s order by seq",
                [str(paper.paper_id)],
            )
            assert [row[0] for row in cursor.fetchall()] == [
                "kyc.paper.seen",
                "kyc.picture.seen",
                "kyc.paper.accepted",
            ]

    def test_a21_what_staff_see_holds_no_whole_number(self, agreed):
        paper = show_pan(agreed)
        seen = kyc.look_at(paper_id=paper.paper_id, by=officer(), now=NOW)
        assert PAN not in repr(seen)
        assert PAN[:7] not in repr(seen)

    def test_what_waits_is_listed_for_its_own_area_only(self, agreed):
        ids = grid_of_cast()
        paper = show_pan(agreed)
        ask = {"offset": 0, "limit": 10}
        whole = kyc.waiting(scope=Scope(area_ids=frozenset({ids["NDVN"]})), **ask)
        assert [one.paper.paper_id for one in whole] == [paper.paper_id]
        assert whole[0].consumer_number == "7310000001"
        assert kyc.waiting(scope=Scope(area_ids=frozenset({ids["D2"]})), **ask) == ()
        assert kyc.waiting(scope=Scope(area_ids=frozenset()), **ask) == ()


def test_d14_who_asks_gets_everything_kept_as_data_and_masked(agreed):
    show_pan(agreed)
    bank = ask_bank(agreed)
    kyc.confirm_bank(
        connection_id=agreed, account_id=bank.account_id, now=NOW, real_now=NOW
    )
    told = json.dumps(kyc.everything_of(connection_id=agreed, real_now=NOW))
    held = json.loads(told)
    assert held["papers"][0]["number_ends_in"] == "34F"
    assert held["bank_account"]["holder"] == "Asha Devi"
    assert {one["purpose"] for one in held["consents"]} == {"identity", "benefit"}
    assert PAN not in told
    assert ACCOUNT not in told
