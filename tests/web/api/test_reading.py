"""What the API tells: only of one's areas, and of each row only what one may see."""

from __future__ import annotations

from datetime import date

from django.test import Client

from bijlighar.kernel.ist import day_starts
from bijlighar.people.values import Role
from tests.signing_in import add_staff, client_of
from tests.web.api.conftest import bearer, get, machine, token_of

ASHA, BALRAM, DEV = "7310000001", "7310000002", "7310000004"


def test_somebody_unknown_is_asked_to_sign_in(town) -> None:
    answer = get(Client(SERVER_NAME="localhost"), "/connections", 401)
    assert answer == {
        "code": "not_signed_in",
        "message": "Send the bearer token of a machine client, or sign in.",
        "field": None,
    }


def test_a_clerk_sees_the_connections_of_the_division_only(town) -> None:
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, town["D1"])))
    found = get(clerk, "/connections")["connections"]
    assert [one["consumer_number"] for one in found] == [ASHA, BALRAM]
    assert found[0]["balance_paise"] == 500_00
    assert found[0]["mobile"] == "+919876500001"
    assert get(clerk, f"/connections/{ASHA}")["area_code"] == "T1"


def test_what_lies_outside_is_as_if_it_were_not(town) -> None:
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, town["D1"])))
    unknown = get(clerk, "/connections/9999999999", 404)
    outside = get(clerk, f"/connections/{DEV}", 404)
    assert outside["code"] == unknown["code"] == "unknown_connection"
    for part in (
        "readings",
        "blocks",
        "charges",
        "balance",
        "bills",
        "receipts",
        "notices",
    ):
        assert get(clerk, f"/connections/{DEV}/{part}", 404)["code"] == outside["code"]
    assert get(clerk, "/connections", 404, below=town["D2"])["code"] == "unknown_area"


def test_money_and_mobile_are_seen_where_the_right_to_them_holds(town) -> None:
    both = client_of(
        add_staff(
            "both",
            (Role.FIELD_REPRESENTATIVE, town["D1"]),
            (Role.CASHIER, town["D2"]),
        )
    )
    asha, _, dev = get(both, "/connections")["connections"]
    assert (asha["mobile"], asha["mobile_is_masked"]) == ("+919876500001", False)
    assert asha["balance_paise"] is None
    assert (dev["mobile"], dev["mobile_is_masked"]) == ("XXXXXXXXX0004", True)
    assert dev["balance_paise"] == 500_00
    assert get(both, f"/connections/{DEV}/balance")["balance_paise"] == 500_00
    get(both, f"/connections/{ASHA}/balance", 404)


def test_without_the_right_an_operation_is_refused(town) -> None:
    field = client_of(add_staff("field", (Role.FIELD_REPRESENTATIVE, town["D1"])))
    assert get(field, f"/connections/{ASHA}/balance", 403)["code"] == "not_allowed"
    assert get(field, "/audit", 403)["code"] == "not_allowed"


def test_connections_are_found_by_number_meter_supply_and_area(town) -> None:
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, town["NDVN"])))

    def numbers(**query: object) -> list[str]:
        found = get(clerk, "/connections", **query)["connections"]
        return [one["consumer_number"] for one in found]

    assert numbers(q="731000000") == [ASHA, BALRAM, DEV]
    assert numbers(q=BALRAM) == [BALRAM]
    assert numbers(meter="BIJ00004") == [DEV]
    assert numbers(supply="off") == []
    assert numbers(below=town["D2"]) == [DEV]


def test_every_page_of_connections_together_is_all_of_them_once(town) -> None:
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, town["NDVN"])))
    seen, cursor = [], ""
    while True:
        page = get(clerk, "/connections", limit=1, cursor=cursor)
        seen += [one["consumer_number"] for one in page["connections"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [ASHA, BALRAM, DEV]


def test_a_cursor_that_belongs_elsewhere_is_refused(town) -> None:
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, town["NDVN"])))
    cursor = get(clerk, "/connections", limit=1)["next_cursor"]
    for query in ({"cursor": "made-up"}, {"cursor": cursor, "q": "73"}):
        refused = get(clerk, "/connections", 400, **query)
        assert (refused["code"], refused["field"]) == ("bad_cursor", "cursor")
    get(clerk, "/connections", 400, limit=201)
    assert get(clerk, "/connections", 400, limit=0)["field"] == "limit"


def test_the_tree_is_told_as_it_was_on_a_day(town) -> None:
    engineer = client_of(add_staff("engineer", (Role.JUNIOR_ENGINEER, town["SD3"])))
    told = get(engineer, "/areas", limit=2)
    rest = get(engineer, "/areas", limit=200, cursor=told["next_cursor"])
    codes = {one["code"] for one in told["areas"] + rest["areas"]}
    assert codes == {"SD3", "SS3", "F4", "T6"}
    assert get(engineer, "/areas", day="2010-01-01")["areas"] == []
    assert get(engineer, f"/areas/{town['T6']}")["name"]["hi"] == "गंज बाज़ार, 250 केवीए"
    assert get(engineer, f"/areas/{town['D1']}", 404)["code"] == "unknown_area"


def test_readings_and_charges_of_a_month(town) -> None:
    from bijlighar.connections import service as connections
    from bijlighar.flow.close_day import close_day
    from tests.cast import hear

    home = connections.home_of(consumer_number=ASHA)
    hear(home, {date(2026, 4, 1): 103_000}, now=day_starts(date(2026, 4, 2)))
    close_day(connection_ids=[home.connection_id], now=day_starts(date(2026, 4, 2)))
    clerk = client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, town["D1"])))
    (register,) = get(clerk, f"/connections/{ASHA}/readings", month="2026-04")["readings"]
    assert (register["day"], register["register_wh"]) == ("2026-04-01", 103_000)
    (charge,) = get(clerk, f"/connections/{ASHA}/charges", month="2026-04")["charges"]
    assert charge["energy_wh"] == 3_000
    assert sum(line["amount_paise"] for line in charge["lines"]) == charge["total_paise"]
    blocks = get(clerk, f"/connections/{ASHA}/blocks", day="2026-04-01")["energies_wh"]
    assert blocks == [None] * 48
    assert get(clerk, f"/connections/{ASHA}/readings", 400, month="2026-13")["field"]


def test_the_audit_trail_is_told_to_who_may_see_it(town) -> None:
    auditor = client_of(add_staff("auditor", (Role.AUDITOR, town["D1"])))
    told = get(auditor, "/audit", limit=3)
    assert len(told["records"]) == 3
    following = get(auditor, "/audit", limit=3, cursor=told["next_cursor"])["records"]
    assert following[0]["seq"] < told["records"][-1]["seq"]
    granted = get(auditor, "/audit", action="people.role.granted")["records"]
    assert {one["action"] for one in granted} == {"people.role.granted"}


def test_a_machine_client_may_do_what_its_scopes_say_in_its_areas(town) -> None:
    client = bearer(token_of(machine(town, "connections:read", "readings:read")))
    me = get(client, "/me")
    assert me["kind"] == "client"
    assert me["rights"] == {
        "see_connection": [town["D1"]],
        "see_readings": [town["D1"]],
    }
    found = get(client, "/connections")["connections"]
    assert [one["consumer_number"] for one in found] == [ASHA, BALRAM]
    assert found[0]["balance_paise"] is None
    assert found[0]["mobile"] == "XXXXXXXXX0001"
    get(client, f"/connections/{ASHA}/balance", 403)
    get(client, f"/connections/{DEV}/readings", 404)
