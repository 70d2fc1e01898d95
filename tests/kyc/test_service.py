"""KYC over real tables: consent, papers, accounts, erasure, and what the office may do."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bijlighar.kyc import service as kyc
from bijlighar.kyc.models import BankAccount, Consent, Paper, PaperPage
from bijlighar.kyc.values import PaperKind, PaperState, Purpose, Standing, Wrong
from tests.kyc.asking import (
    NOW,
    SAMAGRA,
    ask_bank,
    officer,
    refused,
    show_pan,
    standing,
    whole_database,
)
from tests.kyc.papers import (
    ACCOUNT,
    IFSC,
    LIKE,
    PAN,
    pan_card,
    pin,
    qr_picture,
    qr_text,
)


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
