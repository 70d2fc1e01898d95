"""New keys on their way to a meter: the method `global_key_transfer` of its security setup.

Each key travels wrapped under the master key (RFC 3394); several travel in one invocation,
which a meter takes whole or not at all.

Source: IEC 62056-6-2, security setup (class 64), method 2; IEC 62056-5-3, 5.3 (key wrap).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from bijlighar.dlms import axdr, is15959, suite1
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.cosem import ClassId, Method
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.security import KEY_SIZE

MOST_KEYS = 4


class KeyId(IntEnum):
    """Which key of a meter is replaced."""

    UNICAST_ENCRYPTION = 0
    BROADCAST_ENCRYPTION = 1
    AUTHENTICATION = 2
    MASTER = 3


def method_for(client_sap: int) -> Method:
    """The method in the security setup of a client's association."""
    setup = is15959.ASSOCIATIONS[client_sap].security_setup
    assert setup is not None, "the public client has no keys"
    return Method(ClassId.SECURITY_SETUP, setup, 2)


def parameter(*, master_key: bytes, keys: Mapping[KeyId, bytes]) -> Data:
    """What the method is invoked with."""
    return axdr.array(
        axdr.structure(
            (
                axdr.enum(key_id),
                axdr.octet_string(suite1.wrap(master_key=master_key, key=key)),
            )
        )
        for key_id, key in sorted(keys.items())
    )


def keys_in(sent: Data, *, master_key: bytes) -> dict[KeyId, bytes]:
    """The keys that came; raises `FrameForged` when one was wrapped under another master
    key, `DecodeError` when there is none, one comes twice or one is of no known kind.
    """
    found: dict[KeyId, bytes] = {}
    elements = axdr.elements(sent)
    if sent.tag is not Tag.ARRAY or not 1 <= len(elements) <= MOST_KEYS:
        raise _no_keys("an array of one to four keys expected", sent)
    for element in elements:
        named, wrapped = axdr.elements(element, 2)
        try:
            key_id = KeyId(axdr.whole(named))
        except ValueError as error:
            raise _no_keys("a key of no known kind", sent) from error
        key = suite1.unwrap(master_key=master_key, wrapped=axdr.octets(wrapped))
        if key_id in found or len(key) != KEY_SIZE:
            raise _no_keys("a key twice, or of another size", sent)
        found[key_id] = key
    return found


def _no_keys(message: str, sent: Data) -> DecodeError:
    return DecodeError(message, offset=0, data=axdr.encode(sent))
