"""What imports are called and what is wrong with them, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from bijlighar.masters.values import Fault, Field, ImportKind, ImportState, Wrong

Words = Promise | str

KINDS: Mapping[ImportKind, Words] = {
    ImportKind.GRID: _("Grid"),
    ImportKind.CONNECTIONS: _("Consumers with their connections"),
    ImportKind.CONSUMERS: _("Changes of consumers"),
    ImportKind.METERS: _("Meters"),
}
KINDS_SAY: Mapping[ImportKind, Words] = {
    ImportKind.GRID: _(
        "Offices and pieces of the network, each below one that is known or stands in"
        " the file."
    ),
    ImportKind.CONNECTIONS: _(
        "New connections, each with its consumer, on a known transformer. Meters come"
        " later."
    ),
    ImportKind.CONSUMERS: _(
        "Names, mobile numbers and languages of consumers who are known by their number."
    ),
    ImportKind.METERS: _(
        "Meters, each on a connection that has none yet. Their keys are brought in"
        " elsewhere."
    ),
}
STATES: Mapping[ImportState, Words] = {
    ImportState.MAPPING: _("Waiting: say what the columns are"),
    ImportState.CHECKING: _("Being tried"),
    ImportState.CHECKED: _("Waiting: say what is taken in"),
    ImportState.TAKING: _("Being taken in"),
    ImportState.DONE: _("Taken in"),
    ImportState.CANCELLED: _("Cancelled"),
    ImportState.STOPPED: _("Stopped"),
}

FILE_SAYS: Mapping[Wrong, Words] = {
    Wrong.TOO_BIG: _(
        "The file is larger than %(other)s MB. Split it, or save a workbook as CSV UTF-8."
    ),
    Wrong.EMPTY_FILE: _("The file holds no rows below its headings. Choose another one."),
    Wrong.NOT_UTF8: _(
        "Line %(other)s is in an old encoding, in which names would become rubbish."
        " Open the"
        " file in Excel or LibreOffice, save it as “CSV UTF-8”, and upload it again."
    ),
    Wrong.OLD_EXCEL: _(
        "This is a workbook of an old kind or with a password. Save it as .xlsx without a"
        " password, or as “CSV UTF-8”."
    ),
    Wrong.OTHER_ENDING: _(
        "The file's name does not fit what is in it. Tables end in .csv, .txt or .tsv,"
        " workbooks in .xlsx."
    ),
    Wrong.NO_TABLE: _(
        "The file cannot be read as a table. Save it again as .xlsx or as “CSV UTF-8”."
    ),
    Wrong.SWOLLEN: _(
        "Unpacked, this workbook would be far larger than a table is. Save it as “CSV"
        " UTF-8”."
    ),
    Wrong.TOO_MANY_ROWS: _("The file has more than 10,00,000 rows. Split it."),
    Wrong.TOO_MANY_COLUMNS: _(
        "The file has more than %(other)s columns. Delete those that are not taken in."
    ),
    Wrong.NO_HEADINGS: _(
        "The first row does not name every column. Put headings there, without gaps."
    ),
    Wrong.IDENTITY_COLUMN: _(
        "Aadhaar numbers are never taken in. Delete the column “%(other)s” and upload"
        " the file"
        " again; nothing of it was kept."
    ),
    Wrong.SAME_FILE: _("This file came before; it is import %(other)s."),
    Wrong.COLUMN_MISSING: _("No column is “%(field)s”: choose which one it is."),
    Wrong.COLUMN_TWICE: _("Two columns are “%(field)s”: choose one of them."),
    Wrong.TOO_MANY_FAULTS: _(
        "More than 1,00,000 things are wrong: the file or its columns are not what they"
        " should"
        " be. Look at the first ones, correct the file, and upload it again."
    ),
    Wrong.RIGHT_LOST: _(
        "Whoever uploaded the file may not import in its areas any more. What was taken in"
        " stays; somebody with the right can upload the file again."
    ),
}

ROW_SAYS: Mapping[Wrong, Words] = {
    Wrong.RAGGED: _(
        "The row has %(value)s cells, the headings are %(other)s. Put text that holds a"
        " comma"
        " into quotes."
    ),
    Wrong.EMPTY: _("The cell is empty. It is needed."),
    Wrong.NOTHING_TO_CHANGE: _("The row says nothing that could change."),
    Wrong.SCIENTIFIC: _(
        "“%(value)s” is what a spreadsheet made of a long number; its last digits are lost."
        " Format the column as text and enter the number again."
    ),
    Wrong.NO_NUMBER: _("“%(value)s” is not a consumer number: 6 to 16 letters and digits."),
    Wrong.NO_CODE: _("“%(value)s” is not a code: codes hold no spaces."),
    Wrong.NO_MOBILE: _("“%(value)s” is not a mobile number, such as 98765 43210."),
    Wrong.NO_LANGUAGE: _("“%(value)s” is neither Hindi nor English."),
    Wrong.NO_MODE: _("“%(value)s” is neither prepaid nor postpaid."),
    Wrong.NO_CATEGORY: _("No tariff order knows the category “%(value)s”."),
    Wrong.NO_LOAD: _("“%(value)s” is not a load in kW, such as 2 or 1.5."),
    Wrong.NO_REGISTER: _("“%(value)s” is not a register in kWh, such as 1234.567."),
    Wrong.NO_DAY: _("“%(value)s” is not a day such as 03-04-2026."),
    Wrong.DAY_AHEAD: _("%(value)s lies ahead. The day is today or earlier."),
    Wrong.NO_TITLE: _("“%(value)s” is not a system title: 16 digits 0 to 9 and A to F."),
    Wrong.NO_HOST: _("“%(value)s” is not an address in the network."),
    Wrong.NO_PORT: _("“%(value)s” is not a port from 1 to 65535."),
    Wrong.NO_PLACE: _(
        "“%(value)s” is not a place: give latitude and longitude in degrees, or neither."
    ),
    Wrong.NO_KIND: _("“%(value)s” is no level of the grid, such as feeder."),
    Wrong.OLD_FONT: _(
        "“%(value)s” is not Devanagari; most likely it was typed in an old font such as"
        " Kruti"
        " Dev. Convert it to Unicode."
    ),
    Wrong.GARBLED: _(
        "“%(value)s” was damaged by a wrong encoding. Take it from the source again, as"
        " UTF-8."
    ),
    Wrong.LIKE_AADHAAR: _(
        "This looks like an Aadhaar number, which is not taken. Clear it in the source."
    ),
    Wrong.TOO_LONG: _("“%(value)s” is longer than %(other)s letters."),
    Wrong.TWICE: _("“%(value)s” stands in row %(other)s too. One of them must go."),
    Wrong.NUMBER_PATTERN: _(
        "“%(value)s” does not fit this discom's numbers: %(other)s. If a spreadsheet"
        " dropped"
        " zeros in front, format the column as text."
    ),
    Wrong.UNKNOWN_TRANSFORMER: _(
        "In your areas there is no transformer “%(value)s”. Import it first, or correct the"
        " code."
    ),
    Wrong.WHICH_DISCOM: _(
        "“%(value)s” exists in more than one discom. Add a column with the discom's code."
    ),
    Wrong.UNKNOWN_CONNECTION: _("In your areas there is no connection “%(value)s”."),
    Wrong.UNKNOWN_VENDOR: _("There is no vendor “%(value)s” with a head-end of its own."),
    Wrong.TAKEN: _("“%(value)s” is in use already and cannot be taken in."),
    Wrong.HAS_METER: _("“%(value)s” has the meter %(other)s already."),
    Wrong.BEFORE_CONNECTION: _(
        "%(value)s is too early: the connection is free for this meter from %(other)s on."
    ),
    Wrong.DISCOM_BY_FILE: _("A discom is not opened by a file."),
    Wrong.UNKNOWN_PARENT: _(
        "In your areas and in this file there is no “%(value)s” to hang below."
    ),
    Wrong.PARENT_WRONG: _(
        "The row of “%(value)s”, which this hangs below, is wrong itself."
    ),
    Wrong.PARENT_LATER: _(
        "%(value)s is too early: what it hangs below opened on %(other)s."
    ),
    Wrong.WRONG_LEVEL: _("A “%(value)s” cannot hang there by this discom's levels."),
}


def file_sentence(wrong: Wrong, other: str, *, kind: ImportKind | None = None) -> str:
    """Why a file or its mapping was refused."""
    field = field_title(kind, other) if kind is not None else other
    return str(FILE_SAYS[wrong]) % {"other": other, "field": field}


def fault_sentence(fault: Fault, kind: ImportKind) -> str:
    """What is wrong in a row."""
    if fault.wrong is Wrong.HELD_DIFFERENT:
        field, _found, held = fault.other.partition("|")
        return gettext(
            "“%(value)s” is known already, and differently: %(field)s is “%(held)s”."
            " Changes"
            " come by another way than this file, or the row is wrong."
        ) % {"value": fault.value, "field": field_title(kind, field), "held": held}
    value, other = fault.value, fault.other
    if fault.wrong is Wrong.RAGGED:
        value, _found, other = other.partition("|")
    if fault.wrong is Wrong.NUMBER_PATTERN:
        english, _found, hindi = other.partition("|")
        other = english if get_language() == "en" else hindi
    return str(ROW_SAYS[fault.wrong]) % {"value": value, "other": other}


def field_title(kind: ImportKind, key: str) -> str:
    """What a field is called: the first English or Hindi heading that means it."""
    from bijlighar.masters import service as masters

    for field in masters.fields_of(kind=kind):
        if field.key == key:
            return title_of(field)
    return key


def title_of(field: Field) -> str:
    """The heading of a field in the reader's language."""
    english, hindi = field.titles[:2]
    return english if get_language() == "en" else hindi
