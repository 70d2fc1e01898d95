"""One peer decodes the same day again and again: started by `decode.py`, never imported.

gurux-dlms is GPL: it runs in this process of its own and nothing of it enters the product.
Prints rows a second; exits with 3 where the peer is not installed.
"""

from __future__ import annotations

import io
import json
import sys
import time
from contextlib import redirect_stdout


def main() -> int:
    asked = json.loads(sys.stdin.read())
    octets = {name: bytes.fromhex(asked[name]) for name in ("apdu", "ek", "ak", "title")}
    try:
        decode = {"gurux": _gurux, "dlms_cosem": _dlms_cosem}[asked["peer"]](**octets)
    except ImportError as error:
        print(error, file=sys.stderr)
        return 3
    with redirect_stdout(io.StringIO()):  # gurux tells of every frame
        rows, best = decode(), _best(decode, asked["seconds"])
    if rows != asked["rows"]:
        print(f"{rows} rows decoded, {asked['rows']} sent", file=sys.stderr)
        return 1
    print(best)
    return 0


def _best(decode, seconds: float) -> float:
    best = 0.0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        done = sum(decode() for _ in range(5))
        best = max(best, done / (time.perf_counter() - began))
    return best


def _gurux(apdu: bytes, ek: bytes, ak: bytes, title: bytes):
    from gurux_dlms import GXByteBuffer, GXReplyData
    from gurux_dlms.enums import Authentication, InterfaceType, Security
    from gurux_dlms.secure import GXDLMSSecureClient

    def decode() -> int:
        client = GXDLMSSecureClient(
            True, 48, 1, Authentication.NONE, None, InterfaceType.WRAPPER
        )
        client.ciphering.security = Security.AUTHENTICATION_ENCRYPTION
        client.ciphering.blockCipherKey = ek
        client.ciphering.authenticationKey = ak
        client.ciphering.systemTitle = b"HES00001"
        client.settings.sourceSystemTitle = title
        framed = bytes.fromhex("000100010030") + len(apdu).to_bytes(2, "big") + apdu
        reply = GXReplyData()
        client.getData(GXByteBuffer(framed), reply, None)
        return len(reply.value)

    return decode


def _dlms_cosem(apdu: bytes, ek: bytes, ak: bytes, title: bytes):
    from dlms_cosem import security
    from dlms_cosem.utils import parse_as_dlms_data

    head = 1 + (1 if apdu[1] < 0x80 else 1 + (apdu[1] & 0x7F))
    control = security.SecurityControlField.from_bytes(apdu[head : head + 1])

    def decode() -> int:
        plain = security.decrypt(
            security_control=control,
            system_title=title,
            invocation_counter=int.from_bytes(apdu[head + 1 : head + 5], "big"),
            key=ek,
            cipher_text=apdu[head + 5 :],
            auth_key=ak,
        )
        return len(parse_as_dlms_data(plain[4:]))

    return decode


if __name__ == "__main__":
    sys.exit(main())
