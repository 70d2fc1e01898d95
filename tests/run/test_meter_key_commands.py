"""`bijlighar meter keys`: a batch comes in, says what it is, and gets new keys."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bijlighar.connections import service as connections
from bijlighar.headend import service as headend
from bijlighar.run.meter_commands import meter
from tests.cast import new_connection, with_root_key
from tests.headend.simulated import a_meter, free_port
from tests.headend.test_commission import file, key, row

PASSPHRASE = {"BIJLIGHAR_KEY_PASSPHRASE": "correct horse battery"}


def run(*arguments: str, code: int = 0, env=PASSPHRASE) -> str:
    done = CliRunner().invoke(meter, ["keys", *map(str, arguments)], env=env)
    assert done.exit_code == code, done.output
    return done.output


def test_a_batch_comes_in_is_asked_what_it_is_and_gets_new_keys(committed_db, tmp_path):
    port = free_port()
    ours = {
        "encryption_key": bytes.fromhex(key("a")),
        "authentication_key": bytes.fromhex(key("b")),
        "master_key": bytes.fromhex(key("c")),
    }
    plain, sealed = tmp_path / "batch.csv", tmp_path / "batch.keys"
    with with_root_key(), a_meter(tmp_path / "meter", port=port, **ours) as pretend:
        title = pretend.keys.system_title
        (home,) = connections.connect(
            new=[new_connection("Asha", meter_port=port, system_title=title)]
        )
        plain.write_bytes(file(row("BIJ00001", "abc", title=title.hex())))
        run("seal", plain, sealed)
        assert key("a") not in sealed.read_text()
        assert sealed.stat().st_mode & 0o077 == 0
        assert "1 meters would get keys" in run("check", sealed)
        assert "1 meters have keys now" in run("take-in", sealed)
        assert "1 well" in run("configure")
        assert headend.configuration_of(meter_id=home.meter_id).control_mode == 4
        assert run("configure") == ""
        assert "1 well" in run("configure", "--serial", "BIJ00001")
        assert "1 proved" in run("rotate", "--serial", "BIJ00001")
        assert pretend.keys.encryption_key != ours["encryption_key"]
        assert "1 proved" in run("rotate", "--every")
        assert "0 relays need a look" in run("relays")
        # Nothing is left to do, and nobody is held.
        assert "0 to do" in run("rotate")
        assert headend.claim_meters(meter_ids=[home.meter_id], own=1)


def test_faults_are_named_and_written_for_a_spreadsheet(committed_db, tmp_path):
    plain, report = tmp_path / "batch.csv", tmp_path / "faults.csv"
    plain.write_bytes(file(row("BIJ00001", "abc"), row("", "def")))
    with with_root_key():
        said = run("check", plain, "--open-csv", "--faults", report, code=1)
    assert "line 2 BIJ00001: no meter with this serial" in said
    assert "line 3 : the serial is missing" in said
    assert len(report.read_text("utf-8-sig").splitlines()) == 3
    assert key("a") not in said + report.read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("env", "error"),
    [
        ({"BIJLIGHAR_KEY_PASSPHRASE": "another passphrase"}, headend.WrongPassphrase),
        (PASSPHRASE, headend.NotSealed),
    ],
)
def test_a_file_that_does_not_open_changes_nothing(committed_db, tmp_path, env, error):
    plain, sealed = tmp_path / "batch.csv", tmp_path / "batch.keys"
    plain.write_bytes(file(row("BIJ00001", "abc")))
    run("seal", plain, sealed)
    asked = plain if error is headend.NotSealed else sealed
    done = CliRunner().invoke(meter, ["keys", "take-in", str(asked)], env=env)
    assert isinstance(done.exception, error)
