"""The audit trail: whoever rewrites it is found, be it the database's superuser."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction

from bijlighar.kernel.row_security import DESK
from bijlighar.people import service as people
from bijlighar.people.audit_lines import (
    FIRST_HASH,
    BrokenHeads,
    WrongKey,
    hash_of,
    head_line,
    heads_from,
    public_key_of,
    sign,
)
from bijlighar.people.audit_proof import Finding, Proof
from bijlighar.people.values import SYSTEM, Change, Scope
from bijlighar.run.audit_commands import audit
from tests.append_only import insist_on_refusal

pytestmark = pytest.mark.usefixtures("committed_db", "trail")

SEED = "11" * 32
OTHER_SEED = "22" * 32
KEY = public_key_of(seed=SEED)
NOON = datetime(2026, 4, 6, 6, 30, tzinfo=UTC)


@pytest.fixture
def heads(settings, tmp_path: Path) -> Path:
    """The file of heads outside the database."""
    file = tmp_path / "heads.jsonl"
    settings.BIJLIGHAR = {
        **settings.BIJLIGHAR,
        "audit_key": SEED,
        "audit_heads": str(file),
    }
    return file


@pytest.fixture
def trail(heads: Path) -> None:
    """Nine records, a minute apart; a head signed after every third."""
    for number in range(1, 10):
        write(number)
        if number % 3 == 0:
            people.sign_audit_head(now=NOON + timedelta(minutes=number))


def write(number: int, *, at: datetime | None = None) -> int:
    return people.record(
        change=Change(
            action="grid.node.renamed",
            object_kind="node",
            object_id=str(number),
            place_id=None,
            before={"name": f"old {number}"},
            after={"name": f"नया {number}"},
            why="asked by letter",
        ),
        by=SYSTEM,
        now=at or NOON + timedelta(minutes=number),
    )


@contextmanager
def superuser() -> Iterator[None]:
    """A superuser of the database, who has switched every trigger off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        yield


def run(statement: str, *values: object) -> None:
    with superuser(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def rehash(*, from_seq: int) -> None:
    """Compute every hash anew from a record on, as somebody with the product's code can."""
    with superuser(), connection.cursor() as cursor:
        cursor.execute("select seq, payload, hash from people_auditrecord order by seq")
        previous = FIRST_HASH
        for number, (seq, payload, hash_) in enumerate(cursor.fetchall(), start=1):
            made = bytes(hash_)
            if seq >= from_seq:
                made = hash_of(previous_hash=previous, seq=number, payload=payload)
                cursor.execute(
                    "update people_auditrecord set hash = %s, previous_hash = %s, seq = %s"
                    " where seq = %s",
                    [made, previous, number, seq],
                )
            previous = made
        cursor.execute("update people_chain set seq = %s, hash = %s", [number, previous])


def edit_payload(seq: int, **changes: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select payload from people_auditrecord where seq = %s", [seq])
        told = json.loads(cursor.fetchone()[0])
    run(
        "update people_auditrecord set payload = %s where seq = %s",
        json.dumps({**told, **changes}, ensure_ascii=False, sort_keys=True),
        seq,
    )


def exported() -> list[str]:
    return list(people.audit_lines(from_seq=1, now=NOON + timedelta(hours=1)))


def wrong(
    lines: Sequence[str], heads: Path | None = None, *, keys: Sequence[str] = (KEY,)
) -> list[Finding]:
    held = heads.read_text().splitlines() if heads else []
    return list(Proof(trusted=keys, held=heads_from(held)).read(lines))


def in_database(heads: Path) -> list[Finding]:
    proof = Proof(trusted=[KEY], held=heads_from(heads.read_text().splitlines()))
    return list(people.audit_findings(proof=proof, now=NOON + timedelta(hours=1)))


def words(findings: Sequence[Finding], seq: int) -> str:
    return " ".join(one.what for one in findings if one.seq == seq)


class TestAnHonestTrail:
    """What nobody touched is proved."""

    def test_an_export_holds_records_heads_and_the_key(self, heads):
        kinds = [json.loads(line)["kind"] for line in exported()]
        assert kinds == ["trail", *(["record"] * 3 + ["head"]) * 3, "end"]
        assert json.loads(exported()[0])["public_key"] == KEY

    def test_nothing_is_wrong_with_it(self, heads):
        proof = Proof(trusted=[KEY], held=heads_from(heads.read_text().splitlines()))
        assert list(proof.read(exported())) == []
        assert (proof.records, proof.heads, proof.held_heads) == (9, 3, 3)

    def test_nor_with_the_living_database(self, heads):
        assert in_database(heads) == []

    def test_nor_with_a_part_of_it(self, heads):
        lines = list(people.audit_lines(from_seq=4, now=NOON))
        assert wrong(lines, heads) == []

    def test_records_after_the_last_head_are_proved_by_their_chain(self, heads):
        write(10)
        assert wrong(exported(), heads) == []

    def test_a_change_that_waited_some_minutes_is_not_back_dated(self, heads):
        write(10, at=NOON + timedelta(minutes=4))
        assert wrong(exported(), heads) == []

    def test_without_a_key_the_one_of_the_export_is_taken_and_said(self, heads):
        proof = Proof()
        assert list(proof.read(exported())) == []
        assert proof.is_key_from_export

    def test_signing_again_without_a_record_between_is_fine(self, heads):
        for minutes in (20, 40):
            people.sign_audit_head(now=NOON + timedelta(minutes=minutes))
        assert wrong(exported(), heads) == []
        assert in_database(heads) == []


class TestTheDrill:
    """A17: edit, delete, reorder, truncate, back-date as superuser; each is found."""

    def test_an_edited_content_is_found(self, heads):
        edit_payload(5, why="nobody asked")
        assert "edited" in words(wrong(exported(), heads), 5)
        assert "edited" in words(in_database(heads), 5)

    def test_an_edited_column_is_found_in_the_database(self, heads):
        run("update people_auditrecord set actor_name = 'Somebody' where seq = 5")
        assert wrong(exported(), heads) == []
        assert "column says something else" in words(in_database(heads), 5)

    def test_a_deleted_record_is_found(self, heads):
        run("delete from people_auditrecord where seq = 5")
        assert "deleted" in words(wrong(exported(), heads), 5)

    def test_a_deleted_record_that_a_head_signed_is_found(self, heads):
        run("delete from people_auditrecord where seq = 6")
        assert "deleted" in words(wrong(exported(), heads), 6)

    def test_two_records_that_changed_places_are_found(self, heads):
        for old, new in ((4, 100), (5, 4), (100, 5)):
            run("update people_auditrecord set seq = %s where seq = %s", new, old)
        findings = wrong(exported(), heads)
        assert "does not follow" in words(findings, 4)
        assert "does not follow" in words(findings, 5)

    def test_lines_of_an_export_that_changed_places_are_found(self, heads):
        lines = exported()
        lines[1], lines[2] = lines[2], lines[1]
        assert "order was changed" in words(wrong(lines, heads), 1)

    def test_a_tail_that_was_cut_off_is_found(self, heads):
        run("delete from people_auditrecord where seq > 7")
        assert "cut off" in words(wrong(exported(), heads), 9)
        assert "cut off" in words(in_database(heads), 9)

    def test_also_where_the_heads_and_the_chain_were_cut_with_it(self, heads):
        run("delete from people_auditrecord where seq > 6")
        run("delete from people_signedhead where seq > 6")
        run(
            "update people_chain set seq = 6, hash ="
            " (select hash from people_auditrecord where seq = 6)"
        )
        assert wrong(exported()) == []
        assert "cut off" in words(wrong(exported(), heads), 9)
        assert "cut off" in words(in_database(heads), 9)

    def test_a_tail_after_the_last_head_is_found_by_the_chain(self, heads):
        write(10)
        run("delete from people_auditrecord where seq = 10")
        assert "cut off" in words(in_database(heads), 10)

    def test_a_chain_hashed_anew_is_found_thanks_to_the_heads(self, heads):
        edit_payload(5, why="nobody asked")
        rehash(from_seq=5)
        findings = wrong(exported(), heads)
        assert "written anew" in words(findings, 6)
        assert "between 4 and 6" in words(findings, 6)
        assert words(findings, 5) == ""

    def test_also_where_the_heads_in_the_database_were_removed_too(self, heads):
        edit_payload(5, why="nobody asked")
        rehash(from_seq=5)
        run("delete from people_signedhead where seq > 3")
        assert wrong(exported()) == []
        findings = wrong(exported(), heads)
        assert "written anew" in words(findings, 6)
        assert "missing from the database: removed" in words(findings, 6)

    def test_a_back_dated_record_in_a_chain_hashed_anew_is_found(self, heads):
        edit_payload(8, at=(NOON - timedelta(days=3)).isoformat())
        rehash(from_seq=8)
        findings = wrong(exported(), heads)
        assert "back-dated" in words(findings, 8)
        assert "written anew" in words(findings, 9)

    def test_a_record_that_is_back_dated_when_it_is_made_is_found(self, heads):
        write(10, at=NOON - timedelta(days=3))
        assert "back-dated" in words(wrong(exported(), heads), 10)
        assert "back-dated" in words(in_database(heads), 10)

    def test_a_record_that_is_dated_forward_is_found(self, heads):
        write(10, at=NOON + timedelta(days=3))
        people.sign_audit_head(now=NOON + timedelta(minutes=11))
        assert "dated forward" in words(wrong(exported(), heads), 10)

    def test_a_record_put_in_is_found(self, heads):
        with superuser(), connection.cursor() as cursor:
            cursor.execute("update people_auditrecord set seq = seq + 100 where seq > 4")
            cursor.execute("update people_auditrecord set seq = seq - 99 where seq > 100")
            cursor.execute(
                "insert into people_auditrecord select 5, payload, hash, sha256('x'), at,"
                " actor_kind, actor_id, actor_name, channel, address, request_id, action,"
                " object_kind, object_id, place_id, why from people_auditrecord"
                " where seq = 4"
            )
        rehash(from_seq=5)
        assert "written anew" in words(wrong(exported(), heads), 6)

    def test_heads_that_were_removed_are_found(self, heads):
        run("delete from people_signedhead where seq = 6")
        assert wrong(exported()) == []
        assert "removed" in words(wrong(exported(), heads), 6)

    def test_a_head_forged_with_another_key_is_found(self, heads):
        edit_payload(5, why="nobody asked")
        rehash(from_seq=5)
        with connection.cursor() as cursor:
            cursor.execute("select hash from people_auditrecord where seq = 6")
            hash_ = bytes(cursor.fetchone()[0])
        forged = sign(seed=OTHER_SEED, seq=6, hash_=hash_, at=NOON + timedelta(minutes=6))
        run(
            "update people_signedhead set hash = %s, key_id = %s, signature = %s"
            " where seq = 6",
            forged.hash,
            forged.key_id,
            forged.signature,
        )
        assert "not one of yours: forged" in words(wrong(exported()), 6)

    def test_a_head_that_only_claims_the_right_key_is_found(self, heads):
        run("update people_signedhead set at = at + interval '1 minute' where seq = 6")
        assert "wrong signature: forged" in words(wrong(exported()), 6)

    def test_an_old_export_shown_again_is_found(self, heads):
        old = exported()
        write(10)
        people.sign_audit_head(now=NOON + timedelta(minutes=12))
        assert wrong(old) == []
        assert "an old one" in words(wrong(old, heads), 10)

    def test_a_database_set_back_to_an_older_state_is_found(self, heads):
        run("delete from people_auditrecord where seq > 5")
        run("delete from people_signedhead where seq > 5")
        run(
            "update people_chain set seq = 5, hash ="
            " (select hash from people_auditrecord where seq = 5)"
        )
        for number in range(6, 12):
            write(number + 100, at=NOON + timedelta(minutes=10 + number))
        assert "written anew" in words(wrong(exported(), heads), 6)

    def test_every_record_is_looked_at_by_itself(self, heads):
        for seq in (2, 5, 8):
            edit_payload(seq, why="nobody asked")
        assert {finding.seq for finding in wrong(exported(), heads)} == {2, 5, 8}


class TestSigning:
    """Heads are signed with a key outside the database, into a file outside it."""

    def test_a_trail_that_is_not_the_signed_one_is_not_signed_again(self, heads):
        run("delete from people_auditrecord where seq > 7")
        with pytest.raises(people.TrailRewritten, match="Record 9"):
            people.sign_audit_head(now=NOON + timedelta(minutes=20))
        assert len(heads.read_text().splitlines()) == 3

    def test_without_a_key_nothing_is_signed(self, settings):
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "audit_key": ""}
        with pytest.raises(people.NoAuditKey, match="BIJLIGHAR_AUDIT_KEY"):
            people.sign_audit_head(now=NOON)

    def test_nonsense_is_no_key(self, settings):
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "audit_key": "secret"}
        with pytest.raises(WrongKey, match="64 hexadecimal digits"):
            people.sign_audit_head(now=NOON)

    def test_an_empty_trail_has_no_head(self, heads):
        run("truncate people_auditrecord, people_signedhead, people_chain")
        heads.unlink()
        assert people.sign_audit_head(now=NOON) is None
        assert exported()[1:] == ['{"kind":"end","seq":0}']
        assert wrong(exported()) == []

    def test_the_file_is_nobody_elses(self, heads):
        assert heads.stat().st_mode & 0o777 == 0o600

    def test_a_line_torn_by_a_power_cut_is_replaced(self, heads):
        with heads.open("a") as file:
            file.write('{"kind":"head","seq":')
        head = people.sign_audit_head(now=NOON + timedelta(minutes=20))
        assert heads.read_text().splitlines()[3:] == [head_line(head)]
        assert wrong(exported(), heads) == []

    def test_a_file_of_heads_with_something_else_in_it_is_refused(self, heads):
        heads.write_text("something else\n" + heads.read_text())
        with pytest.raises(BrokenHeads, match="Line 1"):
            wrong(exported(), heads)

    def test_the_database_never_holds_the_key(self, heads):
        with connection.cursor() as cursor:
            cursor.execute("select encode(signature, 'hex'), key_id from people_signedhead")
            held = str(cursor.fetchall())
        assert SEED not in held
        assert SEED not in heads.read_text()


class TestOrdinaryRoles:
    """Nobody but a superuser can even try."""

    @pytest.mark.parametrize("table", ["people_auditrecord", "people_signedhead"])
    @pytest.mark.parametrize(
        "statement",
        ["update {} set seq = seq", "delete from {}", "truncate {} cascade"],
    )
    def test_the_tables_owner_may_only_add(self, table, statement):
        insist_on_refusal(statement.format(table))

    @pytest.mark.parametrize(
        "statement",
        [
            "insert into people_auditrecord select * from people_auditrecord",
            "update people_auditrecord set why = ''",
            "delete from people_auditrecord",
            "update people_chain set seq = 1",
            "select * from people_chain",
            "insert into people_signedhead (seq, hash, at, key_id, signature)"
            " values (1, '', now(), '', '')",
        ],
    )
    def test_the_desks_role_may_not_even_add_by_itself(self, statement):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            people.limit_database(scope=Scope(area_ids=frozenset()))
            cursor.execute(statement)

    def test_the_desks_role_adds_by_the_function_and_the_chain_holds(self, heads):
        with transaction.atomic(), connection.cursor() as cursor:
            people.limit_database(scope=Scope(area_ids=frozenset()))
            cursor.execute("select current_user")
            assert cursor.fetchone() == (DESK,)
            assert write(10) == 10
        assert in_database(heads) == []


class TestTheCommand:
    """`bijlighar audit verify` by an outsider, who has two files and a key."""

    @pytest.fixture
    def file(self, tmp_path) -> Path:
        path = tmp_path / "trail.jsonl"
        path.write_text("\n".join(exported()) + "\n")
        return path

    @pytest.fixture(autouse=True)
    def logs(self) -> Iterator[None]:
        """A command writes its logs to its own standard error, which ends with it."""
        handlers, level = logging.root.handlers[:], logging.root.level
        yield
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        structlog.reset_defaults()

    def verify(self, *arguments: object):
        return CliRunner().invoke(audit, ["verify", *map(str, arguments)])

    def test_it_proves_an_honest_file(self, file, heads):
        told = self.verify(file, "--heads", heads, "--key", KEY)
        assert told.exit_code == 0
        assert "Nothing is wrong." in told.output
        assert "9 records and 3 signed heads were read, 3 of them" in told.output

    def test_it_names_what_and_where_and_fails(self, file, heads):
        file.write_text(file.read_text().replace("नया 5", "नया 6"))
        told = self.verify(file, "--heads", heads, "--key", KEY)
        assert told.exit_code == 1
        assert "Record 5: The content is not what was hashed" in told.output

    def test_it_warns_where_nothing_came_from_outside(self, file):
        told = self.verify(file)
        assert told.exit_code == 0
        assert "compare it with the one you hold" in told.output
        assert "a rewritten trail is not found so" in told.output

    def test_a_file_that_was_cut_off_is_found(self, file, heads):
        file.write_text("\n".join(file.read_text().splitlines()[:-1]))
        assert "the file was cut off" in self.verify(file, "--heads", heads).output

    def test_something_else_is_no_trail(self, file):
        file.write_bytes(b"\x00\xff[]\n{}\n")
        told = self.verify(file)
        assert told.exit_code == 1
        assert "Line 1 is not a line of an export" in told.output
        assert "Line 2 is not a line of an export" in told.output

    def test_it_asks_for_a_file_or_the_database(self):
        assert "Give either a FILE or --database" in self.verify().output

    def test_it_verifies_the_living_database(self, heads):
        told = self.verify("--database", "--heads", heads, "--key", KEY)
        assert (told.exit_code, "Nothing is wrong." in told.output) == (0, True)
        run("update people_auditrecord set why = 'another' where seq = 2")
        told = self.verify("--database", "--heads", heads)
        assert (told.exit_code, "Record 2: A column" in told.output) == (1, True)

    @pytest.mark.parametrize("name", ["new.jsonl", "new.jsonl.gz"])
    def test_an_export_signs_first_and_is_proved(self, tmp_path, heads, name):
        write(10)
        made = CliRunner().invoke(audit, ["export", str(tmp_path / name)])
        assert (made.exit_code, KEY in made.output) == (0, True)
        told = self.verify(tmp_path / name, "--heads", heads, "--key", KEY)
        assert "10 records and 4 signed heads" in told.output

    def test_head_key_and_new_key_are_printed(self):
        signed = CliRunner().invoke(audit, ["head"])
        assert json.loads(signed.output)["seq"] == 9
        assert CliRunner().invoke(audit, ["key"]).output.strip() == KEY
        assert len(CliRunner().invoke(audit, ["new-key"]).output.strip()) == 64
