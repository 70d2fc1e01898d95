"""`bijlighar audit`: the trail as a file, and the proof of it by anybody.

`verify FILE` and `new-key` need neither a database nor Django: an outsider runs them.
"""

from __future__ import annotations

import gzip
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bijlighar.people.audit_lines import Head
    from bijlighar.people.audit_proof import Finding, Proof

SHOWN = 25
"""Findings beyond this number are only counted."""
SHOW_PROGRESS_EVERY = 500
MINUTES = 10
DEMO_MINUTES = 2 * 24 * 60
"""A demo's clock runs so fast that a transaction may last for hours of it."""

_data = click.option(
    "--data",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The folder of a demo, whose database and key are then used.",
)
_file = click.Path(dir_okay=False, path_type=Path)
_held_file = click.Path(dir_okay=False, exists=True, path_type=Path)
_held = click.option(
    "--heads",
    type=_held_file,
    help="The file of signed heads that was kept outside the database.",
)
_keys = click.option(
    "--key",
    "keys",
    multiple=True,
    help="A public key that you trust, 64 hexadecimal digits; several after a change.",
)
_tolerance = click.option(
    "--tolerance",
    type=click.IntRange(0),
    help="Minutes that a change may have waited for its place in the trail."
    "  [default: 10; for a demo, whose clock runs fast: 2880]",
)


@click.group()
def audit() -> None:
    """The audit trail: export it, prove it, sign where it stands."""


@audit.command()
@click.argument("file", type=_file)
@click.option(
    "--from",
    "from_seq",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="The first record wanted.",
)
@_data
def export(file: Path, from_seq: int, data: Path | None) -> None:
    """Write the trail to FILE as lines of JSON; compressed if FILE ends in .gz.

    The head is signed first, so that everything in the file is covered.

    \b
    Examples:
      bijlighar audit export trail.jsonl
      bijlighar audit export trail.jsonl.gz --from 250000
    """
    with _installation(data):
        from bijlighar.clock.clock import now
        from bijlighar.people import service as people

        people.sign_audit_head(now=now())
        lines = people.audit_lines(from_seq=from_seq, now=now())
        beside = file.with_name(f"{file.name}.part")
        with _writing(beside, is_compressed=file.suffix == ".gz") as write:
            for line in _progress(lines, "Exporting", lambda: None):
                write(line + "\n")
        beside.replace(file)
        click.echo(f"{file} is written. Public key: {people.audit_public_key()}")


@audit.command()
@click.argument("file", type=_held_file, required=False)
@click.option("--database", is_flag=True, help="The living database instead of a FILE.")
@_held
@_keys
@_tolerance
@_data
def verify(
    file: Path | None,
    database: bool,
    heads: Path | None,
    keys: tuple[str, ...],
    tolerance: int | None,
    data: Path | None,
) -> None:
    """Prove a trail: nothing edited, deleted, put in, moved, back-dated or cut off.

    Of a FILE this needs no database: give the heads and the key that you hold yourself.
    The exit code is 1 if anything is wrong.

    \b
    Examples:
      bijlighar audit verify trail.jsonl --heads heads.jsonl --key 3b6a27bc…
      bijlighar audit verify --database --heads /mnt/away/heads.jsonl
    """
    if (file is None) == (not database):
        raise click.UsageError("Give either a FILE or --database.")
    from bijlighar.people.audit_proof import Proof

    with ExitStack() as stack:
        proof = Proof(
            trusted=keys,
            held=stack.enter_context(_heads_of(heads)),
            tolerance=timedelta(
                minutes=(MINUTES if data is None else DEMO_MINUTES)
                if tolerance is None
                else tolerance
            ),
        )
        if file is not None:
            lines = stack.enter_context(_lines_of(file))
            findings = proof.read(_progress(lines, "Verifying", lambda: proof.announced))
        else:
            stack.enter_context(_installation(data))
            findings = _in_database(proof)
        found = _tell(findings)
    _conclude(proof, found, is_held=heads is not None)
    if found:
        raise SystemExit(1)


@audit.command()
@_data
def head(data: Path | None) -> None:
    """Sign where the trail stands now and print it as a line of JSON.

    \b
    Example, to keep a head on another machine:
      bijlighar audit head | ssh witness 'cat >> heads.jsonl'
    """
    with _installation(data):
        from bijlighar.clock.clock import now
        from bijlighar.people import service as people
        from bijlighar.people.audit_lines import head_line

        signed = people.sign_audit_head(now=now())
        if signed is None:
            raise click.ClickException("nothing is recorded yet.")
        click.echo(head_line(signed))


@audit.command()
@_data
def key(data: Path | None) -> None:
    """Print the public key that signed heads are checked with."""
    with _installation(data):
        from bijlighar.people import service as people

        held = people.audit_public_key()
    if not held:
        raise click.ClickException("there is no key: set BIJLIGHAR_AUDIT_KEY.")
    click.echo(held)


@audit.command("new-key")
def new_key() -> None:
    """Make a key for BIJLIGHAR_AUDIT_KEY; keep it where the database's owner is not."""
    click.echo(secrets.token_hex(32))


def _tell(findings: Iterable[Finding]) -> int:
    found = 0
    for finding in findings:
        found += 1
        if found <= SHOWN:
            where = f"Record {finding.seq}" if finding.seq else "The file"
            click.echo(f"{where}: {finding.what}")
    if found > SHOWN:
        click.echo(f"… and {found - SHOWN} more findings.")
    return found


def _conclude(proof: Proof, found: int, *, is_held: bool) -> None:
    held = f", {proof.held_heads} of them compared with yours" if is_held else ""
    click.echo(f"{proof.records} records and {proof.heads} signed heads were read{held}.")
    last = proof.last_head
    if last is not None:
        click.echo(f"The last head covers record {last.seq}, signed {last.at.isoformat()}.")
    if proof.is_key_from_export:
        click.echo(
            f"The key {proof.key_id} was taken from the trail itself: compare it with the"
            " one you hold, or give yours by --key."
        )
    if not is_held:
        click.echo("No heads from outside were given: a rewritten trail is not found so.")
    click.echo(f"{found} findings." if found else "Nothing is wrong.")


def _in_database(proof: Proof) -> Iterator[Finding]:
    from bijlighar.clock.clock import now
    from bijlighar.people import service as people

    yield from people.audit_findings(proof=proof, now=now())


@contextmanager
def _heads_of(file: Path | None) -> Iterator[Iterator[Head]]:
    from bijlighar.people.audit_lines import heads_from

    if file is None:
        yield iter(())
        return
    with file.open(encoding="utf-8", newline="\n") as lines:
        yield heads_from(lines)


@contextmanager
def _lines_of(file: Path) -> Iterator[Iterator[str]]:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8", newline="\n", errors="replace") as lines:
        yield iter(lines)


@contextmanager
def _writing(file: Path, *, is_compressed: bool) -> Iterator[Callable[[str], object]]:
    opened = gzip.open if is_compressed else open
    with opened(file, "wt", encoding="utf-8", newline="\n") as out:
        yield out.write


def _progress(
    lines: Iterable[str], what: str, total: Callable[[], int | None]
) -> Iterator[str]:
    """The same lines; a person at a terminal sees how far they are."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        "{task.description}",
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task(what, total=None)
        for number, line in enumerate(lines, start=1):
            if number % SHOW_PROGRESS_EVERY == 0:
                progress.update(task, completed=number, total=total())
            yield line


@contextmanager
def _installation(data: Path | None) -> Iterator[None]:
    """Be a process of the installation: the environment's, or that of a demo's folder."""
    from bijlighar.run.logs import write_logs

    write_logs()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
    with ExitStack() as stack:
        if data is not None:
            stack.enter_context(_demo(data.resolve()))
        import django

        django.setup()
        yield


@contextmanager
def _demo(folder: Path) -> Iterator[None]:
    """The environment of a demo's folder; its database is stopped if it was not running."""
    from bijlighar.run.installation import Installation, environment
    from bijlighar.run.postgres import start_postgres

    town = Installation(folder=folder, web_port=8000, town_port=8001, homes=1, seed=1)
    was_running = (town.postgres / "postmaster.pid").exists()
    postgres = start_postgres(town.postgres)
    try:
        os.environ.update(environment(town, database_url=postgres.url))
        yield
    finally:
        if not was_running:
            from django.db import connections

            connections.close_all()
            postgres.stop()
