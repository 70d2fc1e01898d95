"""`bijlighar vendor`: vendors' head-ends, the meters behind them, and their files."""

from __future__ import annotations

import csv
import signal
from pathlib import Path
from threading import Event

import click

from bijlighar.kernel.errors import BijligharError
from bijlighar.run.by_hand import set_up

SERIAL_COLUMN = "meter_serial"
LOOK_EVERY_S = 1.0
PAUSE_S = 5.0


class NoSerials(BijligharError):
    """The file has no column `meter_serial`, or no serial in it."""


@click.group()
def vendor() -> None:
    """Vendors who keep their own head-end: who they are, their meters, their files."""


@vendor.command()
@click.argument("code")
@click.argument("name")
@click.option(
    "--client",
    "client_number",
    type=click.IntRange(1),
    help="The number of the machine client it asks the API as; without: files only.",
)
def add(code: str, name: str, client_number: int | None) -> None:
    """Add a vendor.

    \b
    Examples:
      bijlighar vendor add meterco "MeterCo Ltd"
      bijlighar vendor add meterco "MeterCo Ltd" --client 4
    """
    set_up()
    from bijlighar.clock.clock import now
    from bijlighar.people import service as people
    from bijlighar.vendors import service as vendors

    if client_number is not None:
        people.client(number=client_number)
    vendors.register(
        code=code, name=name, client_number=client_number, place_id=None, now=now()
    )
    click.echo(f"{name} is known as {code}.")


@vendor.command("list")
def list_() -> None:
    """Say which vendors there are."""
    set_up()
    from bijlighar.vendors import service as vendors

    for one in vendors.vendors():
        click.echo(f"{one.code}\t{one.name}")


@vendor.command()
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "is_out", is_flag=True, help="From now on our own head-end asks.")
def meters(code: str, file: Path, is_out: bool) -> None:
    """Put the meters of a CSV file (column meter_serial) behind a vendor from now on.

    Our own head-end leaves them alone at once: readings come from the vendor, and relay
    commands are handed to it. All or none. To come out, each needs keys with us, and where
    it came in without, an address: columns system_title (hexadecimal), host and port.

    \b
    Examples:
      bijlighar vendor meters meterco serials.csv
      bijlighar vendor meters meterco serials.csv --out
    """
    set_up()
    from bijlighar.clock.clock import now
    from bijlighar.vendors import service as vendors

    known = vendors.vendor_named(code=code)
    if is_out:
        _make_ready(file)
    change = vendors.take_out if is_out else vendors.put_behind
    changed = change(
        vendor_id=known.vendor_id, serials=_serials(file), place_id=None, now=now()
    )
    click.echo(f"{len(changed)} meters changed their way in.")


@vendor.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--vendor", "code", required=True, help="Whose files these are.")
@click.option("--once", "is_once", is_flag=True, help="Take what lies there, and stop.")
def watch(folder: Path, code: str, is_once: bool) -> None:
    """Take CSV files of readings from a folder, until told to stop (Ctrl-C, SIGTERM).

    Each file goes to done/ or refused/ with a report beside it: which rows were not taken,
    and why. It may be killed at any time; the next one goes on.

    \b
    Examples:
      bijlighar vendor watch /srv/meterco --vendor meterco
      bijlighar vendor watch /srv/meterco --vendor meterco --once
    """
    set_up()
    from django.db import OperationalError, close_old_connections

    from bijlighar.clock.clock import now
    from bijlighar.run.vendor_folder import take_files, watching
    from bijlighar.vendors import service as vendors

    known = vendors.vendor_named(code=code)
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with watching(folder):
        while not stopping.is_set():
            try:
                for done in take_files(folder=folder, vendor=known, ask_time=now):
                    click.echo(
                        f"{done.path.name}: {done.taken} taken, {done.known} known,"
                        f" {done.refused} refused."
                    )
                    if stopping.is_set():
                        return
            except OperationalError as error:
                click.echo(f"The database cannot be reached: {error}", err=True)
                close_old_connections()
                stopping.wait(PAUSE_S)
                continue
            if is_once:
                return
            stopping.wait(LOOK_EVERY_S)


@vendor.command()
@click.argument("serial")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
def events(serial: str, limit: int) -> None:
    """Say what vendors told of a meter beside its relay commands, the latest first.

    \b
    Example:
      bijlighar vendor events BJL00000001
    """
    set_up()
    from bijlighar.connections import service as connections
    from bijlighar.kernel.ist import in_ist
    from bijlighar.vendors import service as vendors

    for meter in connections.meters_named(serials=[serial]):
        for one in vendors.meter_events_of(meter_id=meter.meter_id, limit=limit):
            click.echo(f"{in_ist(one.at).isoformat()}\t{one.title}\t{one.reason}")


def _make_ready(file: Path) -> None:
    """Give meters the addresses in a file. Raises NotOurs where one lacks keys or that."""
    from django.db import transaction

    from bijlighar.connections import service as connections
    from bijlighar.connections.values import NewAddress
    from bijlighar.headend import service as headend

    with file.open(encoding="utf-8-sig", newline="") as source:
        found = [
            NewAddress(
                serial=row[SERIAL_COLUMN].strip(),
                system_title=bytes.fromhex(row["system_title"]),
                host=row["host"].strip(),
                port=int(row["port"]),
            )
            for row in csv.DictReader(source)
            if row.get("system_title") and row.get("host") and row.get("port")
        ]
    with transaction.atomic():
        connections.give_addresses(addresses=found)
        named = connections.meters_named(serials=_serials(file))
        headend.check_ready(meter_ids=[one.meter_id for one in named])


def _serials(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = csv.DictReader(source)
        found = [(row.get(SERIAL_COLUMN) or "").strip() for row in rows]
    serials = sorted({one for one in found if one})
    if not serials:
        raise NoSerials(f"{file} has no column {SERIAL_COLUMN}, or no serial in it.")
    return serials
