"""KYC over real tables: consent, papers, accounts, erasure, and what the office may do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from django.db import IntegrityError, connection, transaction
from structlog.testing import capture_logs

from bijlighar.kernel.sealed import SealBroken
from bijlighar.kyc import service as kyc
from bijlighar.kyc.models import BankAccount, Consent, Paper, PaperPage
from bijlighar.kyc.values import PaperKind, PaperState, Purpose, Standing, Wrong
from bijlighar.people.values import Role, Scope
from tests.cast import ROOT_KEY, connect, grid_of_cast
from tests.kyc.papers import (
    ACCOUNT,
    IFSC,
    LIKE,
    PAN,
    VOTER_ID,
    pan_card,
    pin,
    qr_picture,
    qr_text,
)
from tests.signing_in import add_staff, viewer

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)
SAMAGRA = "183456789"


@pytest.fixture
def asha(committed_db, settings) -> int:
    """Asha's connection, in a state that takes Samagra ids."""
    settings.BIJLIGHAR = {
        **settings.BIJLIGHAR,
        "root_key": ROOT_KEY,
        "kyc_policy": "mp-2026",
    }
    (home,) = connect("Asha")
    return home.connection_id


@pytest.fixture
def agreed(asha: int) -> int:
    """Asha has agreed to both purposes."""
    for purpose in Purpose:
        kyc.consent(
            connection_id=asha, purpose=purpose, language="hi", channel="home", now=NOW
        )
    return asha


def standing(connection_id: int, now: datetime = NOW) -> Standing:
    """How far the connection is."""
    return kyc.kyc_of(connection_id=connection_id, real_now=now).standing


def show_pan(connection_id: int, now: datetime = NOW):
    """Show a PAN card."""
    return kyc.show_paper(
        connection_id=connection_id,
        kind=PaperKind.PAN,
        typed=PAN,
        content=pan_card(),
        now=now,
    )


def ask_bank(connection_id: int, account: str = ACCOUNT, now: datetime = NOW):
    """Type a bank account."""
    return kyc.ask_bank(
        connection_id=connection_id,
        typed=account,
        again=account,
        ifsc=IFSC,
        holder="Asha Devi",
        now=now,
        real_now=now,
    )


def erase(now: datetime) -> int:
    """Erase what has served its time."""
    return kyc.erase_due(now=now, real_now=now)


def refused(do) -> Wrong:
    """Why something is not taken."""
    with pytest.raises(kyc.Refused) as told:
        do()
    return told.value.wrong


def officer() -> object:
    """An engineer of Asha's discom."""
    return viewer(add_staff("anju", (Role.EXECUTIVE_ENGINEER, grid_of_cast()["NDVN"])))


def whole_database() -> str:
    """Every row of every table as text, bytes in hexadecimal digits and as they read."""
    told = []
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' order by tablename"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"select held::text from {table} as held")
            told += [text for (text,) in cursor.fetchall()]
    whole = "\n".join(told)
    read = [bytes.fromhex(run) for run in _hex_runs(whole)]
    return whole + "\n" + "\n".join(run.decode("latin-1") for run in read)


def _hex_runs(text: str) -> list[str]:
    import re

    return re.findall(r"\\x((?:[0-9a-f]{2})+)", text)


class TestSamagra:
    def test_consumer_number_and_samagra_id_and_code_and_done(self, agreed):
        paper = kyc.ask_samagra(
            connection_id=agreed, typed="183 456 789", now=NOW, real_now=NOW
        )
        assert (paper.state, paper.end) == (PaperState.ASKED, "789")
        assert standing(agreed) is Standing.NOT_STARTED
        done = kyc.prove(
            connection_id=agreed, paper_id=paper.paper_id, now=NOW, real_now=NOW
        )
        assert done.state is PaperState.ACCEPTED
        assert standing(agreed) is Standing.DONE

    def test_a_code_that_comes_too_late_twice_or_for_another_proves_nothing(self, agreed):
        paper = kyc.ask_samagra(connection_id=agreed, typed=SAMAGRA, now=NOW, real_now=NOW)
        late = NOW + timedelta(minutes=15)
        ask = {"connection_id": agreed, "paper_id": paper.paper_id}
        assert refused(lambda: kyc.prove(**ask, now=late, real_now=late)) is Wrong.GONE
        other = {**ask, "connection_id": agreed + 1}
        assert refused(lambda: kyc.prove(**other, now=NOW, real_now=NOW)) is Wrong.GONE
        kyc.prove(**ask, now=NOW, real_now=NOW)
        assert refused(lambda: kyc.prove(**ask, now=NOW, real_now=NOW)) is Wrong.GONE

    def test_a_state_that_does_not_use_it_does_not_take_it(self, agreed, settings):
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "kyc_policy": "up-2026"}
        assert PaperKind.SAMAGRA not in kyc.papers_taken()
        assert (
            refused(
                lambda: kyc.ask_samagra(
                    connection_id=agreed, typed=SAMAGRA, now=NOW, real_now=NOW
                )
            )
            is Wrong.NOT_USED
        )


class TestPapers:
    def test_a_paper_waits_for_the_office_and_then_counts(self, agreed):
        paper = show_pan(agreed)
        assert (paper.state, paper.end, paper.pages) == (PaperState.WAITING, "34F", 1)
        assert standing(agreed) is Standing.WAITING
        kyc.decide(paper_id=paper.paper_id, is_accepted=True, why="", by=officer(), now=NOW)
        assert standing(agreed) is Standing.DONE

    def test_who_is_rejected_is_told_why_and_may_show_another(self, agreed):
        paper, by = show_pan(agreed), officer()
        no_reason = {"paper_id": paper.paper_id, "is_accepted": False, "by": by, "now": NOW}
        assert refused(lambda: kyc.decide(**no_reason, why=" ")) is Wrong.EMPTY
        kyc.decide(**no_reason, why="The photo is not sharp")
        (shown,) = kyc.kyc_of(connection_id=agreed, real_now=NOW).papers
        assert (shown.state, shown.why) == (PaperState.REJECTED, "The photo is not sharp")
        again = show_pan(agreed, NOW + timedelta(hours=1))
        (shown,) = kyc.kyc_of(connection_id=agreed, real_now=NOW).papers
        assert shown.paper_id == again.paper_id

    def test_a_paper_is_decided_once(self, agreed):
        paper, by = show_pan(agreed), officer()
        ask = {"paper_id": paper.paper_id, "by": by, "now": NOW}
        kyc.decide(**ask, is_accepted=True, why="")
        assert refused(lambda: kyc.decide(**ask, is_accepted=False, why="no")) is Wrong.GONE

    def test_a_new_paper_of_a_kind_takes_the_old_ones_place(self, agreed):
        old, new = show_pan(agreed), show_pan(agreed, NOW + timedelta(minutes=1))
        held = Paper.objects.get(pk=old.paper_id)
        assert (held.state, held.number, held.end) == ("replaced", None, "")
        assert list(PaperPage.objects.values_list("paper_id", flat=True)) == [new.paper_id]

    def test_what_is_refused_leaves_nothing(self, agreed):
        for typed, content in (
            (PAN, b"hello"),
            ("nothing", pan_card()),
            (LIKE, pan_card()),
        ):
            refused(
                lambda typed=typed, content=content: kyc.show_paper(
                    connection_id=agreed,
                    kind=PaperKind.PAN,
                    typed=typed,
                    content=content,
                    now=NOW,
                )
            )
        assert not Paper.objects.exists()

    def test_a_connection_shows_ten_papers_a_day_at_most(self, agreed):
        for minute in range(10):
            kyc.ask_samagra(
                connection_id=agreed,
                typed=SAMAGRA,
                now=NOW + timedelta(minutes=minute),
                real_now=NOW,
            )
        late = NOW + timedelta(hours=23)
        assert refused(lambda: show_pan(agreed, late)) is Wrong.TOO_MANY
        assert show_pan(agreed, NOW + timedelta(hours=24, minutes=1)).pages == 1


class TestSignedQr:
    @pytest.fixture(autouse=True)
    def pinned(self, settings, tmp_path) -> None:
        """One signer is pinned."""
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "kyc_certificates": pin(tmp_path)}

    def show(self, connection_id: int, **changes):
        return kyc.show_qr(
            connection_id=connection_id, content=qr_picture(qr_text(**changes)), now=NOW
        )

    def test_the_consumers_own_name_counts_at_once(self, agreed):
        paper = self.show(agreed, name="ASHA")
        assert (paper.state, paper.end, paper.pages) == (PaperState.ACCEPTED, "", 0)
        assert (paper.name, paper.born_year) == ("ASHA", 1980)
        assert standing(agreed) is Standing.DONE

    def test_another_name_the_office_has_to_look_at(self, agreed):
        assert self.show(agreed, name="Usha").state is PaperState.WAITING

    def test_d1_neither_number_nor_its_end_nor_the_code_is_kept(self, agreed):
        text = qr_text()
        self.show(agreed)
        held = Paper.objects.get()
        assert (held.number, held.end) == (None, "")
        whole = whole_database()
        assert text not in whole
        assert "0124" not in json.dumps(
            kyc.everything_of(connection_id=agreed, real_now=NOW)
        )

    def test_the_database_itself_refuses_a_number_of_a_signed_qr(self, agreed):
        self.show(agreed)
        with (
            pytest.raises(IntegrityError, match="no_number_is_kept_of_a_signed_qr"),
            transaction.atomic(),
        ):
            Paper.objects.update(number=b"x", end="0124")

    def test_without_pinned_certificates_it_is_not_offered(self, agreed, settings):
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "kyc_certificates": ""}
        assert PaperKind.OFFLINE_QR not in kyc.papers_taken()
        assert refused(lambda: self.show(agreed)) is Wrong.NOT_USED


class TestBank:
    def test_an_account_holds_only_after_its_code_and_is_shown_masked(self, agreed):
        asked = ask_bank(agreed)
        held = kyc.kyc_of(connection_id=agreed, real_now=NOW)
        assert (held.bank, held.bank_asked) == (None, asked)
        kyc.confirm_bank(
            connection_id=agreed, account_id=asked.account_id, now=NOW, real_now=NOW
        )
        held = kyc.kyc_of(connection_id=agreed, real_now=NOW)
        assert (held.bank.end, held.bank.ifsc, held.bank_asked) == ("445", IFSC, None)
        assert ACCOUNT not in repr(held)

    def test_the_old_account_stays_until_the_new_one_is_proven_and_is_then_erased(
        self, agreed
    ):
        first = ask_bank(agreed)
        kyc.confirm_bank(
            connection_id=agreed, account_id=first.account_id, now=NOW, real_now=NOW
        )
        second = ask_bank(agreed, "30112233999")
        assert kyc.kyc_of(connection_id=agreed, real_now=NOW).bank.end == "445"
        kyc.confirm_bank(
            connection_id=agreed, account_id=second.account_id, now=NOW, real_now=NOW
        )
        assert kyc.kyc_of(connection_id=agreed, real_now=NOW).bank.end == "999"
        old = BankAccount.objects.get(pk=first.account_id)
        assert (old.account, old.holder, old.end, old.until) == (None, None, "", NOW)

    def test_a_late_code_and_one_for_another_connection_change_nothing(self, agreed):
        asked = ask_bank(agreed)
        late = NOW + timedelta(minutes=15)
        told = {"account_id": asked.account_id}
        for connection_id, now in ((agreed, late), (agreed + 1, NOW)):
            assert refused(
                lambda c=connection_id, n=now: kyc.confirm_bank(
                    connection_id=c, **told, now=n, real_now=n
                )
            ) in (Wrong.GONE, Wrong.NO_CONSENT)
        assert kyc.kyc_of(connection_id=agreed, real_now=late).bank is None

    def test_it_belongs_to_its_own_consent(self, asha):
        kyc.consent(
            connection_id=asha,
            purpose=Purpose.IDENTITY,
            language="hi",
            channel="home",
            now=NOW,
        )
        assert refused(lambda: ask_bank(asha)) is Wrong.NO_CONSENT


class TestConsent:
    def test_d11_nothing_is_kept_before_somebody_agreed(self, asha):
        assert refused(lambda: show_pan(asha)) is Wrong.NO_CONSENT
        assert not Paper.objects.exists()
        assert not PaperPage.objects.exists()

    def test_d11_words_language_channel_and_time_are_kept(self, agreed):
        first, _ = kyc.kyc_of(connection_id=agreed, real_now=NOW).consents
        assert (first.text_version, first.language, first.channel, first.given_at) == (
            "2026-04",
            "hi",
            "home",
            NOW,
        )

    def test_agreeing_twice_is_agreeing_once(self, agreed):
        kyc.consent(
            connection_id=agreed,
            purpose=Purpose.BENEFIT,
            language="en",
            channel="home",
            now=NOW + timedelta(days=1),
        )
        assert Consent.objects.count() == 2

    def test_d11_d14_who_withdraws_has_everything_of_that_purpose_erased(self, agreed):
        show_pan(agreed)
        bank = ask_bank(agreed)
        kyc.confirm_bank(
            connection_id=agreed, account_id=bank.account_id, now=NOW, real_now=NOW
        )
        kyc.withdraw(connection_id=agreed, purpose=Purpose.IDENTITY, now=NOW)
        held = kyc.kyc_of(connection_id=agreed, real_now=NOW)
        assert (held.standing, held.papers) == (Standing.NOT_STARTED, ())
        assert held.bank.end == "445"
        assert not PaperPage.objects.exists()
        paper = Paper.objects.get()
        assert (paper.number, paper.facts, paper.end, paper.erased_at) == (
            None,
            None,
            "",
            NOW,
        )
        kyc.withdraw(connection_id=agreed, purpose=Purpose.BENEFIT, now=NOW)
        kyc.withdraw(connection_id=agreed, purpose=Purpose.BENEFIT, now=NOW)
        assert kyc.kyc_of(connection_id=agreed, real_now=NOW).bank is None
        assert [one.withdrawn_at for one in Consent.objects.order_by("id")] == [NOW, NOW]
        assert refused(lambda: show_pan(agreed)) is Wrong.NO_CONSENT

    def test_who_agrees_again_has_both_consents_in_the_history(self, agreed):
        kyc.withdraw(connection_id=agreed, purpose=Purpose.IDENTITY, now=NOW)
        kyc.consent(
            connection_id=agreed,
            purpose=Purpose.IDENTITY,
            language="en",
            channel="home",
            now=NOW + timedelta(days=1),
        )
        held = kyc.kyc_of(connection_id=agreed, real_now=NOW)
        assert len(held.consents) == 3
        assert held.has_consent(Purpose.IDENTITY)


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
