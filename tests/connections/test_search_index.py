"""The index by which connections are found says what the tables say, in both scripts."""

from __future__ import annotations

import pytest
from django.db import connection

from bijlighar.connections import service as connections
from bijlighar.connections._names import keys_of, phrases_of
from tests.cast import grid_of_cast, new_connection


@pytest.mark.parametrize(
    "written",
    [
        ("रमेश", "Ramesh", "RAMESH"),
        ("सुनीता", "Suneeta", "Sunita"),
        ("चौधरी", "Choudhary", "Chaudhary", "Chaudhari"),
        ("वर्मा", "Verma", "Varma"),
        ("लक्ष्मी", "Laxmi", "Lakshmi"),
        ("सिंह", "Singh"),
        ("मिश्रा", "मिश्र", "Mishra", "Misra"),
        ("पांडेय", "पाण्डेय", "Pandey", "Pande"),
        ("उपाध्याय", "Upadhyay", "Upadhyaya"),
        ("कृष्ण", "Krishna", "Krishan"),
        ("विजय", "Vijay"),
        ("ज्ञान", "Gyan"),
        ("फ़ैज़ल", "फैजल", "Faizal"),
        ("मोहम्मद", "Mohammad", "Mohamad"),
        ("चंद्र", "चन्द्र", "Chandra"),
        ("संपत", "सम्पत", "Sampat"),
        ("कैलाश", "Kailash"),
        ("भाई", "Bhai"),
        ("पूजा", "Pooja", "Puja"),
        ("द्विवेदी", "Dwivedi", "Dvivedi"),
    ],
)
def test_a_name_has_one_key_however_it_is_written(written):
    assert len({keys_of(name) for name in written}) == 1


@pytest.mark.parametrize(
    ("begun", "whole"),
    [("Ram", "Ramesh"), ("Chau", "चौधरी"), ("सुनी", "Sunita"), ("Sau", "सौरभ"), ("x", "")],
)
def test_the_beginning_of_a_name_has_the_beginning_of_its_key(begun, whole):
    assert not whole or keys_of(whole)[0].startswith(keys_of(begun)[0])


def test_different_names_have_different_keys():
    names = ("Ram", "Rama Devi", "Ramesh", "Rajesh", "Suresh", "Mukesh", "Dinesh", "Lalit")
    assert len({keys_of(name) for name in names}) == len(names)


@pytest.mark.parametrize("nothing", ["", "  ", "-", "।", "\u200d", "'"])
def test_what_has_no_letters_has_no_key(nothing):
    assert keys_of(nothing) == ()


def test_words_are_kept_with_each_other_in_both_orders():
    assert phrases_of("Ram Devi", "राम देवी") == {"rm devi", "devi rm"}
    assert phrases_of("Asha", "आशा देवी") == {"as", "as devi", "devi as"}


def words_of(connection_id: int) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select word from connections_searchword where connection_id = %s",
            [connection_id],
        )
        return {word for (word,) in cursor.fetchall()}


@pytest.mark.django_db
def test_a_connection_that_comes_in_is_found_by_numbers_and_names():
    (balram,) = connections.connect(new=[new_connection("Balram")])
    assert words_of(balram.connection_id) == {
        "c:7310000002",
        "d:2000000137",
        "m:9876500002",
        "o:2000056789",
        "s:BIJ00002",
        "n:blrm",
        "n:blrm kirn",
        "n:kirn blrm",
    }


@pytest.mark.django_db
def test_a_change_is_found_by_its_new_words_only():
    (balram,) = connections.connect(new=[new_connection("Balram")])
    with connection.cursor() as cursor:
        cursor.execute("update connections_consumer set name_en = 'Bala', name_hi = 'बाला'")
        cursor.execute("update connections_installation set removed_on = installed_on")
        cursor.execute(
            "update connections_connection set transformer_id = %s", [grid_of_cast()["T5"]]
        )
    for _ in range(2):
        connections.index_for_search(connection_ids=[balram.connection_id])
    kept = words_of(balram.connection_id)
    assert {word for word in kept if word[0] in "ns"} == {"n:bl"}
    with connection.cursor() as cursor:
        cursor.execute("select distinct transformer_id from connections_searchword")
        assert cursor.fetchall() == [(grid_of_cast()["T5"],)]
