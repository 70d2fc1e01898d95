"""Signed QR codes: what a pinned certificate has signed counts; little is kept (D3)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from bijlighar.kyc._offline_qr import facts_of, pinned
from bijlighar.kyc.rules import Refused
from bijlighar.kyc.values import SignedFacts, Wrong
from tests.kyc.papers import SIGNED_AT, certificate, packed, pin, qr_text

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)


def read(text: str, *certificates) -> SignedFacts:
    """What the product takes from a code."""
    return facts_of(text, certificates=certificates or (certificate(),), now=NOW)


def refused(text: str, *certificates) -> Wrong:
    """Why it takes nothing."""
    with pytest.raises(Refused) as told:
        read(text, *certificates)
    return told.value.wrong


@pytest.mark.parametrize("version", ["", "V2", "V3", "V5"])
def test_d3_a_good_code_tells_name_and_year_and_nothing_else(version):
    facts = read(qr_text(version=version))
    assert facts == SignedFacts(name="Asha", born_year=1980)
    assert "0124" not in repr(facts)


def test_names_in_hindi_and_years_alone_are_read():
    assert read(qr_text(name="आशा देवी", born="1980")) == SignedFacts(
        name="आशा देवी", born_year=1980
    )
    assert read(qr_text(born="")).born_year is None


@pytest.mark.parametrize("bit", [0, 8 * 3, 8 * 30, 8 * 45, 8 * 400, 8 * 900])
def test_d3_one_flipped_bit_is_no_signed_code(bit):
    assert refused(qr_text(flip=bit)) is Wrong.NOT_SIGNED


def test_d3_a_code_signed_by_anybody_else_is_not_signed():
    assert refused(qr_text(signer="somebody else")) is Wrong.NOT_SIGNED
    assert (
        refused(qr_text(signer="somebody else"), certificate("third")) is Wrong.NOT_SIGNED
    )


def test_d3_a_certificate_counts_for_what_was_signed_while_it_was_valid():
    old = certificate(ends=datetime(2026, 3, 2, tzinfo=UTC))
    too_old = certificate(ends=datetime(2026, 2, 1, tzinfo=UTC))
    too_new = certificate(starts=datetime(2026, 3, 2, tzinfo=UTC))
    assert read(qr_text(), old).name == "Asha"
    assert refused(qr_text(), too_old) is Wrong.CERTIFICATE
    assert refused(qr_text(), too_new) is Wrong.CERTIFICATE
    assert read(qr_text(), certificate("new signer"), old).name == "Asha"


def test_d3_nothing_is_signed_in_the_future():
    tomorrow = qr_text(signed_at=NOW + timedelta(days=2))
    assert refused(tomorrow) is Wrong.CERTIFICATE


def test_d3_what_is_cut_short_or_something_else_is_no_signed_code():
    text = qr_text()
    for wrong in (text[:-40], text[1:], "1" * 600, text[:499], "hello", "", "९" * 600):
        assert refused(wrong) is Wrong.NO_QR
    assert refused(packed(b"short")) is Wrong.NO_QR


def test_d3_a_bomb_ends_within_a_second_and_little_memory():
    began = time.monotonic()
    assert refused(packed(bytes(2_500_000))) is Wrong.NO_QR
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("name", ["", " ", "A" * 101])
def test_a_name_that_is_none_is_not_taken(name):
    assert refused(qr_text(name=name)) is Wrong.NO_QR


def test_a_time_of_signing_that_is_none_is_not_taken():
    fields = b"\xff".join([b"3", b"012499999999999999999", b"Asha", b"1980", b"F", b""])
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    from tests.kyc.papers import key_of

    signed = fields + bytes(range(250)) * 3
    signature = key_of("signer").sign(signed, padding.PKCS1v15(), hashes.SHA256())
    assert refused(packed(signed + signature)) is Wrong.NO_QR


def test_certificates_are_pinned_by_a_folder(tmp_path):
    assert pinned("") == ()
    assert len(pinned(pin(tmp_path, certificate(), certificate("new signer")))) == 2
    (tmp_path / "9.pem").write_text("nothing")
    with pytest.raises(ValueError, match="PEM"):
        pinned(str(tmp_path))


def test_what_was_signed_long_ago_counts_while_its_certificate_was_valid():
    long_ago = SIGNED_AT - timedelta(days=300)
    assert read(qr_text(signed_at=long_ago)).name == "Asha"
