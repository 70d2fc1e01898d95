"""`bijlighar meter keys`: key files, what meters are, and keys that change over the air."""

from __future__ import annotations

import csv
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from bijlighar.headend.values import KeyFault, KeyPart, WrongKeys
from bijlighar.kernel.errors import BijligharError, TemporaryError
from bijlighar.run.by_hand import set_up

T = TypeVar("T")

GIVEN_IN = "BIJLIGHAR_KEY_PASSPHRASE"
"""The variable that holds a key file's passphrase; else it is asked for."""
MOST_BYTES = 64 * 1024 * 1024
MOST_TOLD = 20
AT_ONCE = 8
PART = 200

WORDS = {
    KeyFault.NOT_TEXT: "the file is no CSV in UTF-8",
    KeyFault.COLUMNS: "the columns are serial, encryption_key, authentication_key and, if"
    " known, master_key, lls_secret, system_title; each once, and no others",
    KeyFault.EMPTY: "the file has no rows",
    KeyFault.TOO_MANY: "more than 200,000 rows: split the file",
    KeyFault.CELLS: "the row has more or fewer cells than the heading",
    KeyFault.NO_SERIAL: "the serial is missing",
    KeyFault.NOT_HEX: "a key or title is not hexadecimal",
    KeyFault.LENGTH: "a key has 16 octets, a title 8, a password at most 16",
    KeyFault.DEFAULT_KEY: "a key is a maker's default: octets that repeat or count",
    KeyFault.ONE_KEY_TWICE: "one key stands for two",
    KeyFault.TWICE: "the serial stands in more than one row",
    KeyFault.SHARED_KEY: "another meter has the same key",
    KeyFault.UNKNOWN_METER: "no meter with this serial: import the meters first",
    KeyFault.OTHER_TITLE: "the meter is known with another system title",
    KeyFault.HAS_KEYS: "the meter has keys: they change by `rotate` only",
}


@click.group()
def keys() -> None:
    """Meters' keys: files from the factory, and new keys over the air."""


@keys.command()
@click.argument("plain", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("sealed", type=click.Path(dir_okay=False, path_type=Path))
def seal(plain: Path, sealed: Path) -> None:
    """Seal the CSV PLAIN under a passphrase into the key file SEALED.

    Needs no database: a factory may do it. The passphrase comes from
    BIJLIGHAR_KEY_PASSPHRASE or is asked for, and travels another way than the file.

    \b
    Example:
      bijlighar meter keys seal batch-17.csv batch-17.keys && shred -u batch-17.csv
    """
    set_up()
    _sealed_file(plain, sealed, _passphrase(is_new=True))
    click.echo(f"{sealed} is sealed. Remove {plain}, and send the passphrase another way.")


@keys.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--open-csv", is_flag=True, help="The keys lie open in the file.")
@click.option("--faults", "report", type=click.Path(dir_okay=False, path_type=Path))
def check(file: Path, open_csv: bool, report: Path | None) -> None:
    """Say what taking FILE in would do, and every row that is wrong; nothing is written.

    \b
    Example:
      bijlighar meter keys check batch-17.keys --faults wrong-rows.csv
    """
    set_up()
    from bijlighar.headend import service as headend

    checked = headend.check_keys(content=_content(file, open_csv=open_csv))
    _tell(checked.faults, report)
    click.echo(f"{checked.meters} meters would get keys.")
    if checked.faults:
        raise click.ClickException(f"{len(checked.faults)} rows are wrong.")


@keys.command("take-in")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--open-csv", is_flag=True, help="The keys lie open in the file.")
@click.option("--faults", "report", type=click.Path(dir_okay=False, path_type=Path))
def take_in(file: Path, open_csv: bool, report: Path | None) -> None:
    """Take the keys of FILE in: all of them, or none if a single row is wrong.

    The meters must be there (import them as masters). Killed half-way, nothing has
    happened: start it again. Remove the file afterwards.

    \b
    Example:
      bijlighar meter keys take-in batch-17.keys && bijlighar meter keys configure
    """
    set_up()
    from bijlighar.clock.clock import now
    from bijlighar.headend import service as headend

    try:
        many = headend.take_in_keys(content=_content(file, open_csv=open_csv), now=now())
    except headend.KeysRefused as refused:
        _tell(refused.faults, report)
        raise
    click.echo(f"{many} meters have keys now, and are asked from now on.")


@keys.command()
@click.option("--serial", "serials", multiple=True, help="These, though asked before.")
@click.option("--timeout", default=10.0, show_default=True, type=click.FloatRange(0.1, 300))
def configure(serials: tuple[str, ...], timeout: float) -> None:
    """Ask every meter that was not asked yet what it is, and keep the answer.

    Control mode of the relay, columns of the profiles, scalers. A relay that would leave
    a consumer who has paid waiting for a button is told here, in the log and in the audit
    trail. Stopped or killed, it goes on where it was; a silent meter is asked next time.
    """
    set_up()
    from bijlighar.clock.clock import now
    from bijlighar.run.meter_rotate import configure as one

    def asking(meter_id: int) -> str:
        try:
            return one(meter_id, ask_time=now, timeout_s=timeout) or "well"
        except TemporaryError as error:
            return f"silent: {error}"

    found: Counter[str] = Counter()
    with _own_number() as own:
        for part in _to_configure(serials):
            for meter_id, said in _each(asking, part, own=own):
                found[said.split(":")[0]] += 1
                if said != "well":
                    click.echo(f"Meter {meter_id}: {said}.", err=True)
    for said, many in sorted(found.items()):
        click.echo(f"{many} {said.replace('_', ' ')}")


@keys.command()
@click.option("--serial", "serials", multiple=True, help="These meters; several times.")
@click.option("--every", is_flag=True, help="All meters that have a master key.")
@click.option(
    "--part",
    type=click.Choice([one.value for one in KeyPart]),
    default=KeyPart.GLOBALS.value,
    show_default=True,
    help="What is new: both global keys, the master key, or the meter reader's password.",
)
@click.option("--limit", default=1_000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--timeout", default=10.0, show_default=True, type=click.FloatRange(0.1, 300))
def rotate(
    serials: tuple[str, ...], every: bool, part: str, limit: int, timeout: float
) -> None:
    """Give meters new keys over the air, and go on with changes that are not ended.

    Without --serial and --every only those that wait are taken up. Each meter's change is
    prepared, sent, proved by a conversation under the new keys, and only then are the old
    ones dropped. Killed at any moment, start it again: no meter is lost.

    \b
    Examples:
      bijlighar meter keys rotate --serial BJL00000001
      bijlighar meter keys rotate --every --limit 5000
      bijlighar meter keys rotate --every --part master
      bijlighar meter keys rotate
    """
    set_up()
    from bijlighar.clock.clock import now
    from bijlighar.headend import service as headend
    from bijlighar.run.meter_rotate import change_keys

    made = headend.prepare_key_change(
        meter_ids=_chosen(serials, every=every, limit=limit, part=KeyPart(part)),
        now=now(),
        part=KeyPart(part),
    )
    changes = {one.meter_id: one for one in headend.open_key_changes(limit=limit)}
    click.echo(f"{len(made)} prepared, {len(changes)} to do.", err=True)

    def changing(meter_id: int) -> str:
        state = change_keys(changes[meter_id], ask_time=now, timeout_s=timeout)
        return state.value.replace("_", " ")

    found: Counter[str] = Counter()
    with _own_number() as own:
        for _, said in _each(changing, list(changes), own=own):
            found[said] += 1
    # Meters that a head-end is talking to just now are left to it.
    if busy := len(changes) - sum(found.values()):
        found["busy"] = busy
    for said, many in sorted(found.items()):
        click.echo(f"{many} {said}")
    if set(found) - {"proved"}:
        raise click.ClickException("not all are proved: start it again later")


@keys.command()
def relays() -> None:
    """List the relays that would leave a paid consumer waiting, or that never open."""
    set_up()
    from bijlighar.headend import service as headend

    offset = 0
    while part := headend.alarming_relays(scope=None, limit=PART, offset=offset):
        offset += len(part)
        for one in part:
            mode = f"control mode {one.control_mode}"
            click.echo(f"{one.serial}\t{mode}\t{one.alarm.value.replace('_', ' ')}")
    click.echo(f"{offset} relays need a look.", err=True)


def _sealed_file(plain: Path, sealed: Path, passphrase: str) -> None:
    from bijlighar.headend import service as headend

    content = headend.seal_key_file(_read(plain), passphrase=passphrase)
    beside = sealed.with_name(sealed.name + ".new")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600, exist_ok=False)
    beside.write_bytes(content)
    beside.replace(sealed)


def _content(file: Path, *, open_csv: bool) -> bytes:
    from bijlighar.headend import service as headend

    content = _read(file)
    passphrase = _passphrase(is_new=False) if headend.is_key_file(content) else ""
    return headend.open_key_file(content, passphrase=passphrase, may_be_open=open_csv)


def _read(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise click.BadParameter(f"{file} has over {MOST_BYTES} octets")
    return file.read_bytes()


def _passphrase(*, is_new: bool) -> str:
    given = os.environ.get(GIVEN_IN)
    if given is not None:
        return given
    asked: str = click.prompt(
        "Passphrase of the key file", hide_input=True, confirmation_prompt=is_new, err=True
    )
    return asked


def _tell(faults: Sequence[WrongKeys], report: Path | None) -> None:
    for one in faults[:MOST_TOLD]:
        click.echo(f"line {one.line} {one.serial}: {_words(one)}", err=True)
    if len(faults) > MOST_TOLD:
        click.echo(f"and {len(faults) - MOST_TOLD} more", err=True)
    if report is None or not faults:
        return
    with report.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("line", "serial", "fault", "what is wrong"))
        for one in faults:
            writer.writerow((one.line, one.serial, one.fault.value, _words(one)))


def _words(one: WrongKeys) -> str:
    return f"{WORDS[one.fault]}: {one.other}" if one.other else WORDS[one.fault]


class UnknownSerial(BijligharError):
    """No meter has this serial."""


def _to_configure(serials: Sequence[str]) -> Iterator[Sequence[int]]:
    from bijlighar.headend import service as headend

    if serials:
        yield _named(serials)
        return
    after = 0
    while part := headend.unread_configurations(limit=PART, after=after):
        after = part[-1]
        yield part


def _chosen(
    serials: Sequence[str], *, every: bool, limit: int, part: KeyPart
) -> Sequence[int]:
    from bijlighar.clock.clock import now
    from bijlighar.headend import service as headend

    if every:
        return headend.meters_by_age_of_keys(limit=limit, now=now(), part=part)
    return _named(serials)


def _named(serials: Sequence[str]) -> Sequence[int]:
    from bijlighar.connections import service as connections
    from bijlighar.headend import service as headend

    found = {one.serial: one.meter_id for one in connections.meters_named(serials=serials)}
    missing = sorted(set(serials) - found.keys())
    if missing:
        raise UnknownSerial(f"No meter has the serial {missing[0]}.")
    headend.check_ours(meter_ids=list(found.values()))
    return [found[serial] for serial in serials]


def _each(
    work: Callable[[int], T], meter_ids: Sequence[int], *, own: int
) -> Iterator[tuple[int, T]]:
    """The work for each meter that nobody else is at, several at once."""
    from django.db import connections as database

    from bijlighar.clock.clock import now
    from bijlighar.headend import service as headend

    def one(meter_id: int) -> tuple[int, T] | None:
        try:
            if not headend.claim_meters(meter_ids=[meter_id], own=own):
                return None
            try:
                return meter_id, work(meter_id)
            finally:
                headend.ended(ends=(), released=[meter_id], own=own, now=now())
        finally:
            database.close_all()

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="keys") as threads:
        yield from (done for done in threads.map(one, meter_ids) if done is not None)


@contextmanager
def _own_number() -> Iterator[int]:
    """A head-end's number, held as long as this process lives, so that claims hold."""
    from django.db import connection

    from bijlighar.headend.service import HOLD_LOCK

    own = 1 + secrets.randbelow(2**31 - 2)
    try:
        with connection.cursor() as cursor:
            cursor.execute(HOLD_LOCK, [own])
        yield own
    finally:
        connection.close()
