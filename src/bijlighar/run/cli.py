"""The command `bijlighar`: every process and every chore of an installation."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import date, datetime
from pathlib import Path

import click

from bijlighar.kernel.errors import BijligharError
from bijlighar.run.audit_commands import audit
from bijlighar.run.bill_commands import bills
from bijlighar.run.by_hand import set_up
from bijlighar.run.charge_commands import charges
from bijlighar.run.claim_commands import claims
from bijlighar.run.headend_commands import listen, poll
from bijlighar.run.meter_commands import meter
from bijlighar.run.mode_commands import mode
from bijlighar.run.staff_commands import staff
from bijlighar.run.tariff_commands import tariffs
from bijlighar.run.vendor_commands import vendor

DEFAULT_HOMES = 60
DEFAULT_SEED = 7


class _OneSentence(click.Group):
    """What went wrong is told in one sentence, and the exit code is 1."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except BijligharError as error:
            click.echo(f"bijlighar: {error}", err=True)
            raise SystemExit(1) from None
        except KeyboardInterrupt:
            click.echo("bijlighar: stopped.", err=True)
            raise SystemExit(130) from None


@click.group(cls=_OneSentence, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Bijlighar: smart meters from the first reading to the minute a paid home is lit."""
    if os.environ.get("BIJLIGHAR_CHILD"):
        from bijlighar.run.parent import follow_parent

        follow_parent()


@main.command()
@click.option(
    "--port",
    envvar="PORT",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65534),
    help="Of the web page; the pretend gateway and phones answer on the next one.",
)
@click.option(
    "--homes",
    default=DEFAULT_HOMES,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Meters in the town.",
)
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Makes the town.")
@click.option(
    "--speed",
    help="Times life's, 600 at first; `max` runs --days at full speed and reports.",
)
@click.option(
    "--days",
    default=62,
    show_default=True,
    type=click.IntRange(1, 365),
    help="Supply days, with --speed max.",
)
@click.option(
    "--start",
    "data_start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day of the measured energy that the town replays."
    "  [default: 2019-10-05; with --speed max: 2019-07-01]",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where to write the report (JSON), with --speed max.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=".bijlighar",
    show_default=True,
    envvar="BIJLIGHAR_DATA",
    help="The live town's folder, kept.",
)
def demo(
    port: int,
    homes: int,
    seed: int,
    speed: str | None,
    days: int,
    data_start: datetime | None,
    report: Path | None,
    data: Path,
) -> None:
    """A whole town on this machine: real DLMS, real tariff, pretend meters and money.

    \b
    Examples:
      bijlighar demo
      bijlighar demo --port 8080 --speed 60
      bijlighar demo --days 62 --homes 60 --seed 7 --speed max --report report.json
    """
    _keep_quiet()
    chosen_start = None if data_start is None else data_start.date()
    if speed == "max":
        _stepped(days=days, homes=homes, seed=seed, data_start=chosen_start, report=report)
        return
    from bijlighar.run.live_demo import FULL_FROM, LiveDemo, run_live_demo

    run_live_demo(
        LiveDemo(
            port=port,
            homes=homes,
            seed=seed,
            speed=None if speed is None else _speed(speed),
            data_start=chosen_start or FULL_FROM,
            folder=data,
        )
    )


def _stepped(
    *, days: int, homes: int, seed: int, data_start: date | None, report: Path | None
) -> None:
    """Run the days on a passing stage; Django is first imported there."""
    from bijlighar.run.stage import Wanted, passing_stage
    from bijlighar.simulator.energy import DATA_START

    if report is not None and not report.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {report.absolute().parent}")
    wanted = Wanted(
        days=days,
        homes=homes,
        seed=seed,
        data_start=data_start or DATA_START,
        report=report,
    )
    from bijlighar.run.stopping import stopping_gently

    with stopping_gently(), passing_stage(wanted) as staged:
        from bijlighar.run.stepped_demo import run_stepped_demo, summary

        click.echo(summary(run_stepped_demo(staged=staged, wanted=wanted)))


@main.command()
@click.option("--port", envvar="PORT", default=8000, show_default=True)
def serve(port: int) -> None:
    """The web server: pages, webhooks and live events."""
    from bijlighar.run.serve import serve as run

    run(port=port)


@main.command()
def work() -> None:
    """The worker: deferred jobs and the schedule."""
    set_up()
    from bijlighar.run.work import work as run

    asyncio.run(run())


@main.command()
def town() -> None:
    """The pretend town of a demo: meters, gateway and phones."""
    from bijlighar.run.logs import write_logs
    from bijlighar.run.town import run_town

    write_logs()
    asyncio.run(run_town())


@main.command()
def people() -> None:
    """The pretend people of a demo: they read their phones and recharge."""
    set_up()
    from bijlighar.run.people import live

    live(seed=int(os.environ["BIJLIGHAR_TOWN_SEED"]))


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    from bijlighar.run.stage import migrate as run

    set_up()
    run()


@main.command()
def restored() -> None:
    """After a database was restored: move every meter's counter far ahead.

    The meters have heard counters that a restored database knows nothing of. Run this
    before the head-end is started again.
    """
    set_up()
    from bijlighar.headend.service import jump_counters

    click.echo(f"The counters of {jump_counters()} meters are far ahead now.")


main.add_command(audit)
main.add_command(bills)
main.add_command(charges)
main.add_command(listen)
main.add_command(claims)
main.add_command(meter)
main.add_command(mode)
main.add_command(poll)
main.add_command(staff)
main.add_command(tariffs)
main.add_command(vendor)


def _keep_quiet() -> None:
    """A demo's own process talks to a person: only what is wrong is logged."""
    import logging

    from bijlighar.run.logs import write_logs

    write_logs(level=logging.ERROR)


def _speed(text: str) -> int:
    try:
        speed = int(text)
    except ValueError:
        speed = -1
    if not 0 <= speed <= 36_000:
        raise click.BadParameter(
            "give a whole number from 0 to 36000, or max", param_hint="--speed"
        )
    return speed


if __name__ == "__main__":
    sys.exit(main())
