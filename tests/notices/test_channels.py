"""Channels on the wire: web push as the RFC has it, SMPP to the byte, mail."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socket import create_server
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.notices.channels.channel import Refused, Silent
from bijlighar.notices.channels.mail.channel import CHANNEL as MAIL
from bijlighar.notices.channels.smpp import channel as smpp
from bijlighar.notices.channels.smpp.pdu import (
    ANSWER,
    HEADER,
    BadPdu,
    Command,
    Pdu,
    gsm_bytes,
    pack,
    receipt_of,
)
from bijlighar.notices.channels.web_push.channel import CHANNEL as PUSH
from bijlighar.notices.channels.web_push.encryption import (
    base64url,
    from_base64url,
    private_key,
    seal,
    vapid,
)
from bijlighar.notices.channels.web_push.places import path_of
from bijlighar.notices.channels.wire import Wire
from bijlighar.notices.sms_length import GSM_7, GSM_7_EXTENSION
from bijlighar.notices.values import NoticeKind, PushTo, ToSend, Urgency
from tests.local_http import local_server
from tests.notices.operators import push_private_key

POINT = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNto"
    "IAiw4"
)
HINDI = "कनेक्शन 7310000001: बिजली चालू हो गई है।"


def notice(**changes: object) -> ToSend:
    known = {
        "notice_id": 1,
        "kind": NoticeKind.RECONNECTED,
        "urgency": Urgency.SUPPLY,
        "mobile": "+919876500001",
        "language": "hi",
        "sender": "BJLGHR",
        "template_id": "1107000000000000009",
        "text": HINDI,
        "parameters": {},
        "reference": "relay:1",
    }
    return ToSend(**{**known, **changes})  # type: ignore[arg-type]


# Web push


def test_a_push_message_is_sealed_as_the_example_of_the_rfc():
    """RFC 8291, section 5 and appendix A: the octets of the example, to the last one."""
    sealed = seal(
        plain=b"When I grow up, I want to be a watermelon",
        browser_point=from_base64url(POINT),
        shared_secret=from_base64url("BTBZMqHH6r4Tts7J_aSIgg"),
        own=private_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        salt=from_base64url("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert base64url(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_who_pushes_is_signed_for_the_push_service():
    key = push_private_key()
    header = vapid(
        audience="https://push.example.org", subject="mailto:a@b.c", expires_at_s=9, key=key
    )
    token, point = header.removeprefix("vapid t=").split(", k=")
    head, claims, signature = token.split(".")
    assert json.loads(from_base64url(claims)) == {
        "aud": "https://push.example.org",
        "exp": 9,
        "sub": "mailto:a@b.c",
    }
    raw = from_base64url(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), from_base64url(point)
    )
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))


def browser(url: str, point: str = "") -> PushTo:
    return PushTo(
        address_id=1,
        endpoint=url,
        public_key=point or POINT,
        shared_secret="BTBZMqHH6r4Tts7J_aSIgg",
    )


def push(*browsers: PushTo) -> object:
    settings = {"push_private_key": push_private_key(), "push_subject": "mailto:a@b.c"}
    with closing(Wire()) as wire:
        return PUSH.carry(notice(push=browsers), settings, wire)


def test_a_browser_that_takes_it_is_enough_and_none_is_a_refusal():
    with local_server() as service:
        both = (browser(f"{service.url}/1", point="AAAA"), browser(f"{service.url}/2"))
        assert push(*both).gone == (1,)  # type: ignore[attr-defined]
        (asked,) = service.asked
        assert asked.path == "/2"
        assert asked.headers["Content-Encoding"] == "aes128gcm"
        assert (asked.headers["TTL"], asked.headers["Urgency"]) == ("21600", "high")
        assert HINDI.encode() not in asked.body
        service.status = 410
        with pytest.raises(Refused):
            push(browser(f"{service.url}/1"))
        service.status = 503
        with pytest.raises(Silent):
            push(browser(f"{service.url}/1"))


@pytest.mark.parametrize(
    ("kind", "number", "path"),
    [
        (NoticeKind.LOW_BALANCE, "7310000001", "/home/7310000001/#recharge"),
        (NoticeKind.DISCONNECTED, "7310000001", "/home/7310000001/#supply"),
        (NoticeKind.BILL_READY, "7310000001", "/home/7310000001/bills/"),
        (NoticeKind.BILL_READY, "../desk", "/my/home/"),
        (NoticeKind.BILL_READY, "/evil.example", "/my/home/"),
        (NoticeKind.BILL_READY, "", "/my/home/"),
    ],
)
def test_a_click_leads_to_what_the_notice_says_or_to_the_first_page(kind, number, path):
    assert path_of(notice(kind=kind, parameters={"consumer_number": number})) == path


# SMPP


class Centre:
    """An SMS centre that answers one session as a test tells it to."""

    def __init__(self) -> None:
        self.got: list[Pdu] = []
        self.status = 0
        self.says_first: bytes = b""

    def serve(self, line) -> None:
        with line:
            while head := line.recv(HEADER.size, 0x100):  # MSG_WAITALL
                if len(head) < HEADER.size:
                    return
                length, command, status, sequence = HEADER.unpack(head)
                body = line.recv(length - HEADER.size, 0x100) if length > 16 else b""
                pdu = Pdu(command=command, status=status, sequence=sequence, body=body)
                self.got.append(pdu)
                if pdu.is_answer:
                    continue
                is_submit = command == Command.SUBMIT_SM
                if is_submit and self.says_first:
                    line.sendall(self.says_first)
                answer = Pdu(
                    command=command | ANSWER,
                    status=self.status if is_submit else 0,
                    sequence=sequence,
                    body=b"id-7\x00" if is_submit else b"centre\x00",
                )
                line.sendall(pack(answer))


@contextmanager
def centre() -> Iterator[tuple[Centre, dict[str, str]]]:
    held = Centre()
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def accept() -> None:
            try:
                held.serve(server.accept()[0])
            except OSError:
                return

        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield (
            held,
            {
                "smpp_host": "127.0.0.1",
                "smpp_port": str(port),
                "smpp_tls": "",
                "smpp_system_id": "discom",
                "smpp_password": "secret",
                "dlt_entity": "1101000000000000001",
            },
        )
        smpp.SESSION.close()
        thread.join(timeout=5)


def submit(settings: dict[str, str], **changes: object) -> object:
    with closing(Wire()) as wire:
        return smpp.CHANNEL.carry(notice(**changes), settings, wire)


def test_an_sms_goes_out_with_header_entity_and_template_in_ucs_2():
    with centre() as (held, settings):
        assert submit(settings).provider_id == "id-7"  # type: ignore[attr-defined]
        bind, sent = held.got
        assert bind.command == Command.BIND_TRANSCEIVER
        assert bind.body == b"discom\x00secret\x00\x00\x34\x00\x00\x00"
        told = HINDI.encode("utf-16-be")
        assert sent.body == (
            b"\x00\x05\x00BJLGHR\x00\x01\x01919876500001\x00\x00\x00\x00\x00\x00"
            b"\x01\x00\x08\x00\x00"
            + struct.pack(">HH", 0x0424, len(told))
            + told
            + b"\x14\x00\x00\x141101000000000000001\x00"
            + b"\x14\x01\x00\x141107000000000000009\x00"
        )


def deliver_sm(text: bytes, esm_class: int = 4) -> Pdu:
    body = b"\x00\x01\x01919876500001\x00\x05\x00BJLGHR\x00" + bytes([esm_class])
    body += b"\x00\x00\x00\x00\x00\x00\x00\x00" + bytes([len(text)]) + text
    return Pdu(command=Command.DELIVER_SM, status=0, sequence=9, body=body)


@pytest.mark.parametrize(
    ("stat", "found"),
    [
        (b"DELIVRD", ("id-7", True)),
        (b"UNDELIV", ("id-7", False)),
        (b"EXPIRED", ("id-7", False)),
        (b"ENROUTE", None),
    ],
)
def test_a_receipt_on_the_line_is_answered_and_told(stat, found):
    text = b"id:id-7 sub:001 dlvrd:001 submit date:2604070630 stat:" + stat + b" err:000"
    assert receipt_of(deliver_sm(text).body) == found
    with centre() as (held, settings):
        held.says_first = pack(deliver_sm(text))
        submit(settings)
        told = [(one.provider_id, one.is_delivered) for one in smpp.waiting_receipts()]
        assert told == ([found] if found else [])
        assert smpp.waiting_receipts() == ()
    assert [one.command for one in held.got][-1] == Command.DELIVER_SM | ANSWER


@pytest.mark.parametrize(
    ("status", "error"), [(0x58, Silent), (0x14, Silent), (0x0B, Refused), (0x45, Refused)]
)
def test_a_full_queue_is_silence_and_a_wrong_number_a_refusal(status, error):
    with centre() as (held, settings):
        held.status = status
        with pytest.raises(error):
            submit(settings)


def test_a_centre_that_hangs_up_is_silent():
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings = {"smpp_host": "127.0.0.1", "smpp_port": str(port), "smpp_tls": ""}
    with pytest.raises(Silent):
        submit({**settings, "dlt_entity": "1"})


@given(st.binary(max_size=80))
def test_any_bytes_are_a_receipt_none_or_a_bad_pdu(told):
    try:
        found = receipt_of(told)
    except BadPdu:
        return
    assert found is None or isinstance(found[1], bool)


def test_the_gsm_alphabet_has_its_places():
    assert gsm_bytes("@£$ Aa€[") == b"\x00\x01\x02\x20\x41\x61\x1b\x65\x1b\x3c"
    whole = "".join(sorted(GSM_7 | GSM_7_EXTENSION))
    assert len(gsm_bytes(whole)) == len(GSM_7) + 2 * len(GSM_7_EXTENSION)


# Mail


def test_mail_goes_to_the_address_in_the_language_of_the_notice(settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "discom@example.org"
    with closing(Wire()) as wire:
        MAIL.carry(notice(mail="asha@example.org"), {}, wire)
    (mail,) = mailoutbox
    assert (mail.to, mail.body) == (["asha@example.org"], HINDI)
    assert "बिजलीघर" in mail.subject


def test_a_mail_server_that_is_not_there_is_silent(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.DEFAULT_FROM_EMAIL = "discom@example.org"
    with closing(Wire()) as wire, pytest.raises(Silent):
        MAIL.carry(notice(mail="asha@example.org"), {}, wire)
