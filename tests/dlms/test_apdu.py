"""APDUs: known octets both ways, every value through its octets, and refusals."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import apdu, axdr, cosem_time
from bijlighar.dlms.apdu import (
    action,
    association,
    blocks,
    ciphered,
    exceptions,
    get,
    initiate,
    notification,
)
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.ciphered import PLAIN_TAG_OF, CipheredApdu
from bijlighar.dlms.apdu.descriptor import Failure
from bijlighar.dlms.cosem import (
    REPLY_TO_HLS,
    AccessResult,
    ActionResult,
    Attribute,
    RangeSelection,
    selection_from_access,
)
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.security import open_sealed

from . import strategies
from .known import keys, octets, title, vectors

KNOWN = vectors("association") | vectors("services")
INVOKE = 0xC1
CLOCK_TIME = Attribute(8, Obis.parse("0.0.1.0.0.255"), 2)

MEANINGS = {
    "aarq_lls_12345678": {"mechanism": 1, "authentication_value": b"12345678"},
    "aarq_hls_gmac_unciphered": {"mechanism": 5, "authentication_value": b"K56iVagY"},
    "aarq_hls2_ff": {"mechanism": 2},
    "aarq_lls_ciphered": {
        "ciphered": True,
        "client_title": bytes.fromhex("4D4D4D0000BC614E"),
        "authentication_value": b"12345678",
    },
    "aarq_no_sec": {"ciphered": False, "mechanism": None, "client_title": None},
    "aare_ok": {"result": association.ACCEPTED, "diagnostic": 0, "by_provider": False},
    "aare_ctx_name_rejected": {
        "result": association.REJECTED_FOR_GOOD,
        "diagnostic": association.CONTEXT_NOT_SUPPORTED,
    },
    "aare_hls_required": {
        "result": association.ACCEPTED,
        "diagnostic": association.AUTHENTICATION_REQUIRED,
        "mechanism": 5,
        "authentication_value": b"P6wRJ21F",
    },
    "rlrq_simple": {"reason": 0, "user_information": None},
    "rlre_simple": {"reason": 0, "user_information": None},
    "get_normal": {"attribute": Attribute(1, Obis.parse("0.0.43.1.0.255"), 2)},
    "get_next": {"block": 1},
    "get_response_u32_5009": {"outcome": axdr.double_long_unsigned(5009)},
    "get_response_error_hw": {"outcome": Failure(result=AccessResult.HARDWARE_FAULT)},
    "get_response_lastblock_error": {
        "last": True,
        "block": 19,
        "raw": Failure(result=AccessResult.HARDWARE_FAULT),
    },
    "set_clock": {"attribute": CLOCK_TIME},
    "action_hls_pass3": {"method": REPLY_TO_HLS},
    "action_no_data": {"method": REPLY_TO_HLS, "parameter": None},
    "action_resp_ok": {"result": ActionResult.SUCCESS, "outcome": None},
    "action_resp_other_reason": {
        "result": ActionResult.SUCCESS,
        "outcome": Failure(result=AccessResult.OTHER_REASON),
    },
}
AGREEMENTS = {
    "aarq_no_sec": (0x007E1F, 1200),
    "aarq_hls2_ff": (0x007E1F, 65_535),
    "aarq_public_maxpdu_ffff": (0x001E1D, 65_535),
    "aare_ok": (0x00501F, 500),
    "aare_conformance_1e1d": (0x001E1D, 1224),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_apdus_are_read_and_written_back(name):
    data = octets(KNOWN[name])
    assert apdu.decode(data).to_bytes() == data


@pytest.mark.parametrize("name", MEANINGS)
def test_known_apdus_mean_what_they_say(name):
    value = apdu.decode(octets(KNOWN[name]))
    assert {field: getattr(value, field) for field in MEANINGS[name]} == MEANINGS[name]


@pytest.mark.parametrize("name", AGREEMENTS)
def test_known_associations_agree_on_services_and_size(name):
    value = apdu.decode(octets(KNOWN[name]))
    agreed = apdu.decode(value.user_information)
    assert (agreed.conformance, agreed.max_pdu) == AGREEMENTS[name]
    assert agreed.to_bytes() == value.user_information


def test_a_known_refusal_says_that_the_version_is_too_low():
    response = apdu.decode(octets(KNOWN["aare_dlms_version_too_low"]))
    error = apdu.decode(response.user_information)
    assert error == exceptions.ConfirmedServiceError(
        error=exceptions.InitiateError.DLMS_VERSION_TOO_LOW
    )


@pytest.mark.parametrize(
    "name", ["aarq_lls_ciphered", "rlrq_ciphered_E7", "rlre_ciphered_E8"]
)
def test_known_ciphered_initiates_open(name):
    entry = KNOWN[name]
    ciphered = apdu.decode(apdu.decode(octets(entry)).user_information)
    opened = open_sealed(
        keys=keys(entry), system_title=title(entry), sealed=ciphered.sealed
    )
    assert opened.plain.hex().upper() == entry["expected"]["inner_plain"]
    assert apdu.decode(opened.plain).to_bytes() == opened.plain


def test_a_known_range_is_one_hour_of_the_block_load():
    request = apdu.decode(octets(KNOWN["get_profile_range"]))
    assert request.attribute == Attribute(7, Obis.parse("1.0.99.1.0.255"), 2)
    assert selection_from_access(request.selection) == RangeSelection(
        starts=datetime(2017, 9, 30, 23, tzinfo=UTC),
        ends=datetime(2017, 10, 1, 0, tzinfo=UTC),
    )


def test_a_known_clock_is_set_to_the_hundredth():
    request = apdu.decode(octets(KNOWN["set_clock"]))
    at = cosem_time.decode(axdr.octets(request.value))
    assert at == datetime(2021, 1, 24, 13, 48, 57, 800_000, UTC)


OCTET = strategies.OCTET
TITLES = st.none() | st.binary(max_size=20)
FAILURES = st.builds(Failure, result=st.sampled_from(AccessResult))
OUTCOMES = strategies.VALUES | FAILURES
LIST_ITEMS = st.tuples(strategies.ATTRIBUTES, strategies.SELECTIONS)
NUMBERS = st.integers(0, 2**32 - 1)
BLOCKS = st.builds(
    blocks.Block, last=st.booleans(), number=NUMBERS, raw=st.binary(max_size=300)
)
SHORT = st.binary(max_size=9)
HEADERS = st.builds(
    ciphered.GeneralHeader,
    transaction=SHORT,
    originator=SHORT,
    recipient=SHORT,
    time=SHORT,
    other=SHORT,
)
ONE = st.binary(min_size=1, max_size=1)
KEY_INFOS = st.one_of(
    st.builds(
        ciphered.KeyInfo,
        kind=st.just(ciphered.KeyKind.IDENTIFIED),
        parameters=st.tuples(ONE),
    ),
    st.builds(
        ciphered.KeyInfo,
        kind=st.just(ciphered.KeyKind.WRAPPED),
        parameters=st.tuples(ONE, SHORT),
    ),
    st.builds(
        ciphered.KeyInfo,
        kind=st.just(ciphered.KeyKind.AGREED),
        parameters=st.tuples(SHORT, SHORT),
    ),
)
APDUS = st.one_of(
    st.builds(
        association.AssociateRequest,
        ciphered=st.booleans(),
        client_title=TITLES,
        mechanism=st.none() | OCTET,
        authentication_value=TITLES,
        user_information=TITLES,
    ),
    st.builds(
        association.AssociateResponse,
        ciphered=st.booleans(),
        result=OCTET,
        diagnostic=OCTET,
        by_provider=st.booleans(),
        server_title=TITLES,
        mechanism=st.none() | OCTET,
        authentication_value=TITLES,
        user_information=st.none() | st.binary(max_size=300),
    ),
    st.builds(
        association.ReleaseRequest, reason=st.none() | OCTET, user_information=TITLES
    ),
    st.builds(
        association.ReleaseResponse, reason=st.none() | OCTET, user_information=TITLES
    ),
    st.builds(
        initiate.InitiateRequest,
        conformance=st.integers(0, 0xFFFFFF),
        max_pdu=st.integers(0, 0xFFFF),
        dedicated_key=TITLES,
        response_allowed=st.booleans(),
        quality_of_service=st.none() | OCTET,
        version=OCTET,
    ),
    st.builds(
        initiate.InitiateResponse,
        conformance=st.integers(0, 0xFFFFFF),
        max_pdu=st.integers(0, 0xFFFF),
        quality_of_service=st.none() | OCTET,
        version=OCTET,
        vaa_name=st.integers(0, 0xFFFF),
    ),
    st.builds(
        get.GetRequest,
        invoke=OCTET,
        attribute=strategies.ATTRIBUTES,
        selection=strategies.SELECTIONS,
    ),
    st.builds(get.GetRequestNext, invoke=OCTET, block=st.integers(0, 2**32 - 1)),
    st.builds(
        get.GetRequestList,
        invoke=OCTET,
        attributes=st.lists(LIST_ITEMS, max_size=3).map(tuple),
    ),
    st.builds(get.GetResponse, invoke=OCTET, outcome=OUTCOMES),
    st.builds(
        get.GetResponseBlock,
        invoke=OCTET,
        last=st.booleans(),
        block=st.integers(0, 2**32 - 1),
        raw=st.binary(max_size=300) | FAILURES,
    ),
    st.builds(
        get.GetResponseList,
        invoke=OCTET,
        outcomes=st.lists(OUTCOMES, max_size=3).map(tuple),
    ),
    st.builds(
        set_.SetRequest,
        invoke=OCTET,
        attribute=strategies.ATTRIBUTES,
        selection=strategies.SELECTIONS,
        value=strategies.VALUES,
    ),
    st.builds(
        set_.SetRequestList,
        invoke=OCTET,
        targets=st.lists(LIST_ITEMS, max_size=3).map(tuple),
        values=st.lists(strategies.VALUES, max_size=3).map(tuple),
    ),
    st.builds(
        set_.SetRequestFirstBlock,
        invoke=OCTET,
        targets=st.tuples(LIST_ITEMS),
        is_list=st.booleans(),
        block=BLOCKS,
    ),
    st.builds(set_.SetRequestBlock, invoke=OCTET, block=BLOCKS),
    st.builds(
        set_.SetResponseList,
        invoke=OCTET,
        results=st.lists(st.sampled_from(AccessResult), max_size=3).map(tuple),
        block=st.none() | NUMBERS,
    ),
    st.builds(set_.SetResponseNext, invoke=OCTET, block=NUMBERS),
    st.builds(
        action.ActionRequestList,
        invoke=OCTET,
        methods=st.lists(strategies.METHODS, max_size=3).map(tuple),
        parameters=st.lists(strategies.VALUES, max_size=3).map(tuple),
    ),
    st.builds(
        action.ActionRequestFirstBlock,
        invoke=OCTET,
        methods=st.tuples(strategies.METHODS),
        is_list=st.booleans(),
        block=BLOCKS,
    ),
    st.builds(action.ActionRequestNext, invoke=OCTET, block=NUMBERS),
    st.builds(action.ActionRequestBlock, invoke=OCTET, block=BLOCKS),
    st.builds(
        action.ActionResponseList,
        invoke=OCTET,
        outcomes=st.lists(
            st.builds(
                action.Outcome,
                result=st.sampled_from(ActionResult),
                outcome=st.none() | OUTCOMES,
            ),
            max_size=3,
        ).map(tuple),
    ),
    st.builds(action.ActionResponseBlock, invoke=OCTET, block=BLOCKS),
    st.builds(action.ActionResponseNext, invoke=OCTET, block=NUMBERS),
    st.builds(
        blocks.GeneralBlock,
        last=st.booleans(),
        streaming=st.booleans(),
        window=st.integers(0, 63),
        number=st.integers(0, 0xFFFF),
        acknowledged=st.integers(0, 0xFFFF),
        piece=st.binary(max_size=300),
    ),
    st.builds(
        notification.EventNotification,
        time=st.none() | st.binary(min_size=12, max_size=12),
        attribute=strategies.ATTRIBUTES,
        value=strategies.VALUES,
    ),
    st.builds(
        ciphered.GeneralCipheredApdu,
        is_dedicated=st.booleans(),
        title=st.binary(max_size=9),
        sealed=st.binary(max_size=300),
    ),
    st.builds(
        ciphered.GeneralCiphering,
        header=HEADERS,
        key=st.none() | KEY_INFOS,
        sealed=st.binary(max_size=300),
    ),
    st.builds(
        ciphered.GeneralSigning,
        header=HEADERS,
        content=st.binary(max_size=40),
        signature=st.binary(max_size=64),
    ),
    st.builds(set_.SetResponse, invoke=OCTET, result=st.sampled_from(AccessResult)),
    st.builds(
        action.ActionRequest,
        invoke=OCTET,
        method=strategies.METHODS,
        parameter=st.none() | strategies.VALUES,
    ),
    st.builds(
        action.ActionResponse,
        invoke=OCTET,
        result=st.sampled_from(ActionResult),
        outcome=st.none() | OUTCOMES,
    ),
    st.builds(
        exceptions.ExceptionResponse, state_error=OCTET, service_error=st.integers(0, 5)
    ),
    st.builds(
        exceptions.ExceptionResponse,
        state_error=OCTET,
        service_error=st.just(6),
        counter=st.none() | st.integers(0, 2**32 - 1),
    ),
    st.builds(exceptions.ConfirmedServiceError, service=OCTET, group=OCTET, error=OCTET),
    st.builds(
        CipheredApdu,
        tag=st.sampled_from(sorted(PLAIN_TAG_OF)),
        sealed=st.binary(max_size=300),
    ),
)


@given(APDUS)
def test_every_apdu_survives(value):
    assert apdu.decode(value.to_bytes()) == value


@given(APDUS, st.data())
def test_a_damaged_apdu_is_read_or_refused(value, data):
    damaged = bytearray(value.to_bytes())
    at = data.draw(st.integers(0, len(damaged) - 1))
    damaged[at] ^= data.draw(st.integers(1, 255))
    _read_or_refused(bytes(damaged))
    _read_or_refused(bytes(damaged[:at]))
    _read_or_refused(bytes(damaged) + b"\x00")


TAGS = sorted(
    {
        0x0F,
        0xC2,
        0xE0,
        0xDB,
        0xDC,
        0xDD,
        0xDF,
        0x60,
        0x61,
        0x62,
        0x63,
        1,
        8,
        0xC0,
        0xC4,
        0xC1,
        0xC5,
        0xC3,
        0xC7,
        0xD8,
        14,
    }
)


@given(st.sampled_from([*TAGS, *PLAIN_TAG_OF, 0xFF]), st.binary(max_size=60))
def test_any_octets_are_an_apdu_or_refused(tag, data):
    _read_or_refused(data)
    _read_or_refused(bytes((tag,)) + data)
    _read_or_refused(bytes((tag, len(data))) + data)


def _read_or_refused(data: bytes) -> None:
    try:
        value = apdu.decode(data)
    except DecodeError as refusal:
        assert 0 <= refusal.offset <= len(refusal.data)
        return
    value.to_bytes()


@pytest.mark.parametrize(
    "data",
    [
        "",
        "FF",
        "C003C1",
        "C004C1",
        "C002C1000000",
        "C002C10000000100",
        "C001C1000100002B0100FF02",
        "C001C1000100002B0100FF0200FF",
        "C401C102",
        "C401C10163",
        "C404C1",
        "C402C1010000000102",
        "C402C101000000010082FFFF",
        "C403C1FF00",
        "C403C10500",
        "C003C1FF00",
        "C102C100080000010000FF0200",
        "C501C163",
        "C503C100",
        "C301C0000F0000280000FF01",
        "C302C0",
        "C701C063",
        "C702C0",
        "D801",
        "D8010500",
        "0E0106",
        "0E01060100",
        "C804300000",
        "C8",
        "6203800100FF",
        "62058001008001",
        "620480020000",
        "6003800100",
        "600BA10906076085740508010",
        "601DA109060760857405080102BE10040E01000000065F1F0400007E1F04B0",
        "601DA109060760857405080101BE11040E01000000065F1F0400007E1F04B0",
        "601DA109060760857405080101BE10050E01000000065F1F0400007E1F04B0",
        "6016A109060760857405080101A109060760857405080101",
        "600DA109060760857405080101990100",
        "600BA109060760857405080201",
        "600CA10A06086085740508010101",
        "610BA109060760857405080101",
        "6110A109060760857405080101A203020100",
        "6117A109060760857405080101A203020100A305A303020100",
        "6117A109060760857405080101A203030100A305A103020100",
        "6117A109060760857405080101A20302010" + "0A304A1020200",
        "8B0760857405080201",
        "01000000065F1F0400007E1F04B000",
        "01000000065F1F0300007E1F04B0",
        "0801",
        "0800065F1F040000501F01F400",
    ],
)
def test_malformed_apdus_are_refused(data):
    data = data if len(data) % 2 == 0 else data[:-1]
    with pytest.raises(DecodeError):
        apdu.decode(bytes.fromhex(data))
