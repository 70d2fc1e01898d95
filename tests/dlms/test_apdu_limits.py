"""What no APDU can carry, on the way in and on the way out."""

from __future__ import annotations

import pytest

from bijlighar.dlms.apdu import get
from bijlighar.dlms.apdu.ciphered import CipheredApdu
from bijlighar.dlms.cosem import Attribute
from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.obis import Obis

INVOKE = 0xC1


@pytest.mark.parametrize("tag", [5, 0xC4, 0xDB])
def test_only_global_services_are_ciphered_apdus(tag):
    with pytest.raises(DecodeError):
        CipheredApdu.from_bytes(bytes((tag, 0)))


@pytest.mark.parametrize(("class_id", "index"), [(65_536, 2), (-1, 2), (3, 256), (3, -1)])
def test_a_reference_that_fits_no_octets_is_not_sent(class_id, index):
    attribute = Attribute(class_id, Obis.parse("1.0.1.8.0.255"), index)
    with pytest.raises(EncodeError):
        get.GetRequest(invoke=INVOKE, attribute=attribute).to_bytes()
