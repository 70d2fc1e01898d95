"""What is sealed opens in its own place only, unchanged, under its own key (D7)."""

from __future__ import annotations

import pytest

from bijlighar.kernel.sealed import SealBroken, SealingKey, seal, sealing_key, unseal

ROOT = bytes(range(32))
KEY = sealing_key(root=ROOT, purpose="kyc")
PLACE = "kyc_paper.number 7"


def test_what_was_sealed_opens_again():
    assert unseal(seal(b"ABCPE1234F", key=KEY, place=PLACE), key=KEY, place=PLACE) == (
        b"ABCPE1234F"
    )


def test_a_sealed_value_shows_nothing_and_never_looks_the_same():
    first, second = (seal(b"ABCPE1234F", key=KEY, place=PLACE) for _ in range(2))
    assert first != second
    assert b"ABCPE" not in first


def test_d7_a_plain_text_put_in_its_place_does_not_open():
    for plain in (b"", b"ABCPE1234F", b"\x01" * 60, b"\x01" + KEY.key_id + b"x" * 40):
        with pytest.raises(SealBroken):
            unseal(plain, key=KEY, place=PLACE)


@pytest.mark.parametrize(
    "place", ["kyc_paper.number 8", "kyc_paper.facts 7", "other 7", ""]
)
def test_d7_a_value_copied_to_another_row_or_column_does_not_open(place):
    with pytest.raises(SealBroken):
        unseal(seal(b"secret", key=KEY, place=PLACE), key=KEY, place=place)


def test_d7_no_bit_can_be_flipped():
    sealed = seal(b"secret", key=KEY, place=PLACE)
    for bit in range(len(sealed) * 8):
        forged = bytearray(sealed)
        forged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            unseal(bytes(forged), key=KEY, place=PLACE)


def test_d7_an_old_key_or_its_name_does_not_open():
    old = sealing_key(root=bytes(32), purpose="kyc")
    sealed = seal(b"secret", key=old, place=PLACE)
    renamed = SealingKey(key=KEY.key, key_id=old.key_id)
    for key in (KEY, renamed):
        with pytest.raises(SealBroken):
            unseal(sealed, key=key, place=PLACE)


def test_the_key_of_one_purpose_opens_nothing_of_another():
    other = sealing_key(root=ROOT, purpose="something else")
    with pytest.raises(SealBroken):
        unseal(seal(b"secret", key=other, place=PLACE), key=KEY, place=PLACE)


def test_keys_do_not_show_in_what_is_printed():
    assert KEY.key.hex() not in repr(KEY)
    assert repr(KEY.key) not in repr(KEY)
