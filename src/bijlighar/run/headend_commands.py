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
