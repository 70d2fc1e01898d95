"""The demo's discom: small but whole, from one zone down to the transformers.

Names are invented; the levels are a profile's. Two divisions, so that somebody of the one
can be seen not to see the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind, Location, NewNode
from bijlighar.people.values import SYSTEM

DISCOM = "NDVN"
_OPENED = date(2020, 4, 1)

_OFFICES = (
    (DISCOM, "", Kind.DISCOM, "Naya Daur Vidyut Vitran Nigam", "नया दौर विद्युत वितरण निगम"),
    ("Z1", DISCOM, Kind.ZONE, "Sangam Zone", "संगम क्षेत्र"),
    ("C1", "Z1", Kind.CIRCLE, "Sangam Town Circle", "संगम नगर मंडल"),
    ("D1", "C1", Kind.DIVISION, "East Division", "पूर्वी खंड"),
    ("D2", "C1", Kind.DIVISION, "West Division", "पश्चिमी खंड"),
    ("SD1", "D1", Kind.SUBDIVISION, "Station Road Sub-division", "स्टेशन रोड उपखंड"),
    ("SD2", "D1", Kind.SUBDIVISION, "Civil Lines Sub-division", "सिविल लाइन्स उपखंड"),
    ("SD3", "D2", Kind.SUBDIVISION, "Ganj Sub-division", "गंज उपखंड"),
    ("SS1", "SD1", Kind.SUBSTATION, "Station Road 33/11 kV", "स्टेशन रोड 33/11 केवी"),
    ("SS2", "SD2", Kind.SUBSTATION, "Civil Lines 33/11 kV", "सिविल लाइन्स 33/11 केवी"),
    ("SS3", "SD3", Kind.SUBSTATION, "Ganj 33/11 kV", "गंज 33/11 केवी"),
    ("F1", "SS1", Kind.FEEDER, "Station Road feeder", "स्टेशन रोड फीडर"),
    ("F2", "SS1", Kind.FEEDER, "Rambagh feeder", "रामबाग फीडर"),
    ("F3", "SS2", Kind.FEEDER, "Civil Lines feeder", "सिविल लाइन्स फीडर"),
    ("F4", "SS3", Kind.FEEDER, "Ganj feeder", "गंज फीडर"),
    ("T1", "F1", Kind.TRANSFORMER, "Station Road 1, 250 kVA", "स्टेशन रोड 1, 250 केवीए"),
    ("T2", "F1", Kind.TRANSFORMER, "Station Road 2, 100 kVA", "स्टेशन रोड 2, 100 केवीए"),
    ("T3", "F2", Kind.TRANSFORMER, "Rambagh Chowk, 250 kVA", "रामबाग चौक, 250 केवीए"),
    ("T4", "F3", Kind.TRANSFORMER, "Civil Lines 1, 400 kVA", "सिविल लाइन्स 1, 400 केवीए"),
    ("T5", "F3", Kind.TRANSFORMER, "Court Road, 100 kVA", "कचहरी रोड, 100 केवीए"),
    ("T6", "F4", Kind.TRANSFORMER, "Ganj Bazaar, 250 kVA", "गंज बाज़ार, 250 केवीए"),
)
# Invented places in the middle of nowhere in particular; six decimals, WGS 84.
_LOCATIONS = {
    "SS1": ("25.448300", "81.831700"),
    "SS2": ("25.459200", "81.842500"),
    "SS3": ("25.441000", "81.812200"),
    "T1": ("25.449900", "81.834600"),
    "T2": ("25.446400", "81.836100"),
    "T3": ("25.443800", "81.829000"),
    "T4": ("25.461000", "81.845300"),
    "T5": ("25.457100", "81.848800"),
    "T6": ("25.439400", "81.809700"),
}
TRANSFORMERS = tuple(code for code, _, kind, *_ in _OFFICES if kind is Kind.TRANSFORMER)


def open_town_grid(*, now: datetime) -> dict[str, int]:
    """Take the demo's discom in, if it is not there yet; every node's id by code."""
    tree = {branch.node.code: branch.node for branch in grid.tree_on(day=now.date())}
    if DISCOM not in tree:
        return grid.open_nodes(new=_new_nodes(), by=SYSTEM, now=now)
    return {code: node.node_id for code, node in tree.items()}


def transformer_of(*, number: int, ids: dict[str, int]) -> int:
    """The transformer that a home of the town hangs on, by the home's number."""
    return ids[TRANSFORMERS[number % len(TRANSFORMERS)]]


def _new_nodes() -> Sequence[NewNode]:
    return [
        NewNode(
            discom_code=DISCOM,
            code=code,
            kind=kind,
            parent_code=parent,
            name_en=name_en,
            name_hi=name_hi,
            opens_on=_OPENED,
            profile="up" if kind is Kind.DISCOM else "",
            location=_location(code),
        )
        for code, parent, kind, name_en, name_hi in _OFFICES
    ]


def _location(code: str) -> Location | None:
    held = _LOCATIONS.get(code)
    if held is None:
        return None
    latitude, longitude = held
    return Location(latitude=Decimal(latitude), longitude=Decimal(longitude))
