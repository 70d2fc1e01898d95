"""`bijlighar poll` and `bijlighar listen`: the two ways in which meters are heard."""

from __future__ import annotations

import asyncio

import click

from bijlighar.run.by_hand import set_up


@click.command()
@click.option("--answer-timeout", default=10.0, show_default=True, help="Seconds.")
@click.option(
    "--at-once",
    default=64,
    show_default=True,
    type=click.IntRange(1, 20_000),
    help="Meters read at the same time.",
)
def poll(answer_timeout: float, at_once: int) -> None:
    """The head-end: reads meters and sends relay commands.

    Start as many as you like: they share the fleet, and take over from one that dies.
    """
    set_up()
    from bijlighar.run.poll import poll as run

    asyncio.run(run(answer_timeout_s=answer_timeout, at_once=at_once))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=4059, show_default=True, help="TCP port.")
def listen(host: str, port: int) -> None:
    """The head-end's ear: takes what meters push unasked.

    Alerts, first breath and last gasp, half-hours and midnight registers, sealed with each
    meter's keys. Replays are refused, a meter that does not stop is held back, and of
    strangers only the number is kept.

    \b
    Example: bijlighar listen --host 10.20.0.5 --port 4059
    """
    set_up()
    from bijlighar.run.listen import listen as run

    asyncio.run(run(host=host, port=port))
