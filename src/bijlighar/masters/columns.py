"""What columns each kind of import has, how they are headed, and which are needed.

Headings are compared without case, spaces and punctuation. The first title in each
language is the one that forms and templates show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bijlighar.masters.cells import squeezed
from bijlighar.masters.values import Field, ImportKind

MOST_COLUMNS = 60

_DISCOM = Field(
    key="discom",
    is_needed=False,
    titles=("Discom code", "निगम कोड", "discom", "company code", "company", "निगम"),
)
_NUMBER = Field(
    key="number",
    is_needed=True,
    titles=(
        "Consumer number",
        "उपभोक्ता संख्या",
        "consumer no",
        "consumer id",
        "account no",
        "account number",
        "account id",
        "ca number",
        "ca no",
        "k number",
        "k no",
        "ivrs",
        "ivrs no",
        "ivrs number",
        "connection id",
        "connection no",
        "sc no",
        "service connection number",
        "उपभोक्ता नंबर",
        "उपभोक्ता क्रमांक",
        "खाता संख्या",
        "कनेक्शन संख्या",
        "कनेक्शन नंबर",
    ),
)
_NAMES = (
    Field(
        key="name_en",
        is_needed=False,
        titles=(
            "Name (English)",
            "नाम (अंग्रेज़ी)",
            "name",
            "consumer name",
            "customer name",
            "name en",
            "english name",
            "name in english",
            "consumer name english",
            "नाम अंग्रेजी",
            "अंग्रेजी में नाम",
        ),
    ),
    Field(
        key="name_hi",
        is_needed=False,
        titles=(
            "Name (Hindi)",
            "नाम (हिन्दी)",
            "name hi",
            "hindi name",
            "name in hindi",
            "consumer name hindi",
            "नाम",
            "उपभोक्ता का नाम",
            "नाम हिंदी",
            "हिन्दी में नाम",
            "हिंदी में नाम",
        ),
    ),
)
_MOBILE = Field(
    key="mobile",
    is_needed=True,
    titles=(
        "Mobile number",
        "मोबाइल नंबर",
        "mobile",
        "mobile no",
        "phone",
        "phone no",
        "phone number",
        "contact no",
        "contact number",
        "मोबाइल",
        "मोबाइल संख्या",
        "फोन",
        "फ़ोन नंबर",
        "दूरभाष",
    ),
)
_LANGUAGE = Field(
    key="language",
    is_needed=False,
    titles=("Language", "भाषा", "lang", "notice language", "preferred language"),
)
_PLACE_NAMES = (
    Field(
        key="name_en",
        is_needed=True,
        titles=("Name (English)", "नाम (अंग्रेज़ी)", "name", "name en", "english name"),
    ),
    Field(
        key="name_hi",
        is_needed=False,
        titles=("Name (Hindi)", "नाम (हिन्दी)", "name hi", "hindi name", "नाम"),
    ),
)

FIELDS: Mapping[ImportKind, tuple[Field, ...]] = {
    ImportKind.GRID: (
        _DISCOM,
        Field(
            key="code",
            is_needed=True,
            titles=("Code", "कोड", "node code", "office code", "asset code", "feeder code"),
        ),
        Field(
            key="kind",
            is_needed=True,
            titles=("Level", "स्तर", "kind", "type", "node type", "प्रकार"),
        ),
        Field(
            key="parent",
            is_needed=True,
            titles=(
                "Parent code",
                "ऊपर का कोड",
                "parent",
                "below",
                "under",
                "reporting code",
                "ऊपरी कोड",
                "मूल कोड",
            ),
        ),
        *_PLACE_NAMES,
        Field(
            key="opened_on",
            is_needed=True,
            titles=("Opened on", "कब से", "opened", "from", "from day", "since", "दिनांक"),
        ),
        Field(key="latitude", is_needed=False, titles=("Latitude", "अक्षांश", "lat")),
        Field(
            key="longitude",
            is_needed=False,
            titles=("Longitude", "देशांतर", "long", "lon", "lng"),
        ),
    ),
    ImportKind.CONNECTIONS: (
        _NUMBER,
        *_NAMES,
        _MOBILE,
        _LANGUAGE,
        Field(
            key="category",
            is_needed=True,
            titles=(
                "Category",
                "श्रेणी",
                "tariff category",
                "tariff",
                "tariff code",
                "supply type",
                "टैरिफ श्रेणी",
                "टैरिफ",
                "विधा",
            ),
        ),
        Field(
            key="load",
            is_needed=True,
            titles=(
                "Sanctioned load (kW)",
                "स्वीकृत भार (kW)",
                "sanctioned load",
                "sanctioned load in kw",
                "load",
                "load kw",
                "contract load",
                "contracted load",
                "स्वीकृत भार",
                "स्वीकृत भार किवा",
                "भार",
            ),
        ),
        Field(
            key="mode",
            is_needed=True,
            titles=(
                "Payment mode",
                "भुगतान का प्रकार",
                "mode",
                "prepaid or postpaid",
                "prepaid postpaid",
                "billing mode",
                "भुगतान",
                "प्रीपेड या पोस्टपेड",
            ),
        ),
        Field(
            key="from_day",
            is_needed=True,
            titles=(
                "From day",
                "किस दिन से",
                "from",
                "from date",
                "connection date",
                "date of connection",
                "start date",
                "since",
                "कनेक्शन की तारीख",
                "दिनांक",
            ),
        ),
        Field(
            key="transformer",
            is_needed=True,
            titles=(
                "Transformer code",
                "ट्रांसफार्मर कोड",
                "transformer",
                "dt code",
                "dtr code",
                "dt",
                "dtr",
                "ट्रांसफार्मर",
                "ट्रांसफॉर्मर कोड",
                "ट्रांसफ़ॉर्मर कोड",
            ),
        ),
        _DISCOM,
    ),
    ImportKind.CONSUMERS: (
        _NUMBER,
        *_NAMES,
        Field(key="mobile", is_needed=False, titles=_MOBILE.titles),
        _LANGUAGE,
    ),
    ImportKind.METERS: (
        Field(
            key="serial",
            is_needed=True,
            titles=(
                "Meter serial",
                "मीटर संख्या",
                "meter serial number",
                "meter serial no",
                "meter number",
                "meter no",
                "serial",
                "serial no",
                "serial number",
                "मीटर नंबर",
                "मीटर क्रमांक",
            ),
        ),
        Field(
            key="title",
            is_needed=True,
            titles=("System title", "सिस्टम टाइटल", "system title hex", "title"),
        ),
        Field(
            key="host",
            is_needed=True,
            titles=("Host", "होस्ट", "ip", "ip address", "address", "आईपी"),
        ),
        Field(key="port", is_needed=True, titles=("Port", "पोर्ट", "tcp port")),
        _NUMBER,
        Field(
            key="installed_on",
            is_needed=True,
            titles=(
                "Installed on",
                "लगाने की तारीख",
                "installation date",
                "date of installation",
                "install date",
                "installed",
                "मीटर लगने की तारीख",
            ),
        ),
        Field(
            key="register",
            is_needed=True,
            titles=(
                "Initial register (kWh)",
                "शुरुआती रीडिंग (kWh)",
                "initial register",
                "initial reading",
                "initial reading kwh",
                "opening reading",
                "शुरुआती रीडिंग",
                "प्रारंभिक रीडिंग",
            ),
        ),
        Field(
            key="vendor",
            is_needed=False,
            titles=("Vendor code", "वेंडर कोड", "vendor", "head-end", "वेंडर"),
        ),
    ),
}
"""The fields of each kind, in the order in which a row keeps them."""

ADDRESS = frozenset({"title", "host", "port"})
"""Of a meter: not needed where a vendor's head-end alone reaches it."""

_IDENTITY = re.compile("a+dh?a+r|uidai|आधार|यूआईडी")


def recognised(*, kind: ImportKind, headings: Sequence[str]) -> tuple[str, ...]:
    """The field that each heading means, empty where none; no field twice."""
    meant = {squeezed(name): one.key for one in FIELDS[kind] for name in one.titles}
    found: list[str] = []
    for heading in headings:
        key = meant.get(squeezed(heading), "")
        found.append("" if key in found else key)
    return tuple(found)


def names_identity(heading: str) -> bool:
    """Whether a column is headed as one of identity numbers, which are never taken in."""
    return _IDENTITY.search(squeezed(heading)) is not None


def missing(*, kind: ImportKind, mapped: Sequence[str]) -> tuple[str, ...]:
    """Fields without which rows of this kind cannot be taken in."""
    lacking = [one.key for one in FIELDS[kind] if one.is_needed and one.key not in mapped]
    if "vendor" in mapped and not ADDRESS & set(mapped):
        lacking = [key for key in lacking if key not in ADDRESS]
    has_names = kind is ImportKind.CONNECTIONS
    if has_names and not {"name_en", "name_hi"} & set(mapped):
        lacking.append("name_en")
    if kind is ImportKind.CONSUMERS and not set(mapped) - {"", "number"}:
        lacking.append("mobile")
    return tuple(lacking)
