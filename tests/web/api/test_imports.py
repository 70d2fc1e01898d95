"""Imports over the API: a person's, tried out first, never outside the areas."""

from __future__ import annotations

from bijlighar.clock import clock
from bijlighar.masters import service as masters
from bijlighar.people.values import Role
from tests.signing_in import add_staff, client_of
from tests.web.api.conftest import bearer, get, machine, post, token_of

CSV = "Consumer number,Name in English\n7310000001,Asha Devi\n7310000004,Nobody of mine\n"


def test_a_file_is_sent_tried_out_and_told_of(town) -> None:
    operator = client_of(add_staff("operator", (Role.DATA_CENTRE_OPERATOR, town["D1"])))
    fields = masters.fields_of(kind=masters.ImportKind("consumers"))
    titles = {one.key: one.titles[0] for one in fields}
    csv = CSV.replace("Consumer number", titles["number"]).replace(
        "Name in English", titles["name_en"]
    )
    wanted = {"kind": "consumers", "file_name": "names.csv", "csv": csv}
    sent = post(operator, "/imports", wanted, 201)
    assert sent["state"] == "checking"
    masters.check(import_id=sent["import_id"], now=clock.now())
    told = get(operator, f"/imports/{sent['import_id']}")
    assert (told["state"], told["rows_due"], told["rows_wrong"]) == ("checked", 1, 1)
    assert told["faults"][0]["row"] == 3
    address = f"/imports/{sent['import_id']}/take-in"
    assert post(operator, address, {"with_faults": False}, 409)["code"] == "not_now"
    assert post(operator, address, {"with_faults": True}, 200)["state"] == "taking"
    again = post(operator, "/imports", wanted, 422)
    assert (again["code"], again["field"]) == ("file_same_file", "csv")
    elsewhere = client_of(add_staff("other", (Role.DATA_CENTRE_OPERATOR, town["D2"])))
    assert get(elsewhere, f"/imports/{sent['import_id']}", 404)["code"] == "unknown_import"
    assert get(elsewhere, "/imports")["imports"] == []
    reader = bearer(token_of(machine(town, "imports:read")))
    assert len(get(reader, "/imports")["imports"]) == 1
    assert post(reader, "/imports", wanted, 403)["code"] == "not_allowed"


def test_a_file_that_says_nothing_is_refused(town) -> None:
    operator = client_of(add_staff("operator", (Role.DATA_CENTRE_OPERATOR, town["D1"])))
    wanted = {"kind": "consumers", "file_name": "names.csv", "csv": "a,b\n1,2\n"}
    assert post(operator, "/imports", wanted, 422)["code"].startswith("file_")
