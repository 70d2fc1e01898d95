"""`bijlighar meter read|relay|clock|simulate`: one meter, by an engineer's hand."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import wraps
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import click

from bijlighar.dlms import axdr, cosem_time, is15959
from bijlighar.dlms.client import Authentication
from bijlighar.dlms.cosem import Attribute
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.obis import Obis
from bijlighar.kernel.ist import IST, in_ist
from bijlighar.run import meter_guard, meter_tables
from bijlighar.run.meter_line import Caller, Talk, talk_to
from bijlighar.run.meter_reading import Profile, read_profile, read_value
from bijlighar.run.meter_secrets import read_secrets

DEFAULT_PORT = 4059
AUTHENTICATIONS = {
    "none": Authentication.NONE,
    "lls": Authentication.LLS,
    "hls": Authentication.HLS_GMAC,
}
_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


class _Address(click.ParamType[tuple[str, int]]):
    """HOST, HOST:PORT or [HOST]:PORT."""

    name = "host[:port]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        text = str(value)
        host, colon, port = text.rpartition(":")
        is_bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
        if not colon or is_bare_ipv6 or text.endswith("]"):
            host, port = text, str(DEFAULT_PORT)
        if not port.isdecimal() or not 0 < int(port) < 65_536 or not host:
            self.fail(f"{text!r} is no HOST or HOST:PORT", param, ctx)
        return host.strip("[]"), int(port)


class _Named(click.ParamType[Attribute]):
    """OBIS[:class[:attribute]]."""

    name = "obis[:class[:attribute]]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Attribute:
        obis, *rest = str(value).split(":")
        if len(rest) > 2 or not all(part.isdecimal() for part in rest):
            self.fail(f"{value!r}: give it as 1.0.1.8.0.255:3:2", param, ctx)
        class_id, index = [int(part) for part in (*rest, *("3", "2")[len(rest) :])]
        if class_id > 0xFFFF or not 0 < index < 128:
            self.fail("a class is below 65536, an attribute from 1 to 127", param, ctx)
        try:
            return Attribute(class_id, Obis.parse(obis), index)
        except DecodeError as error:
            self.fail(str(error), param, ctx)


def _talking(command: Callable[..., None]) -> Callable[..., None]:
    """A command that calls a meter: whom, as whom, with what. Gives it a `Caller`."""

    @click.argument("address", metavar="HOST[:PORT]", type=_Address())
    @click.option("--client", type=click.IntRange(1, 127), help="Client SAP.")
    @click.option(
        "--auth", type=click.Choice(list(AUTHENTICATIONS)), help="Otherwise by the client."
    )
    @click.option(
        "--key-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="JSON: encryption_key, authentication_key (hex), secret. Without it, the"
        " variables BIJLIGHAR_METER_EK, _AK and _SECRET are read.",
    )
    @click.option("--plain", is_flag=True, help="No ciphering, even if there are keys.")
    @click.option(
        "--counter",
        type=click.IntRange(0, 2**32 - 2),
        help="Last invocation counter used; otherwise the meter is asked.",
    )
    @click.option(
        "--timeout", default=10.0, show_default=True, type=click.FloatRange(0.1, 300)
    )
    @wraps(command)
    def calling(
        address: tuple[str, int],
        client: int | None,
        auth: str | None,
        key_file: Path | None,
        plain: bool,
        counter: int | None,
        timeout: float,
        **others: Any,
    ) -> None:
        held = read_secrets(key_file)
        keys = None if plain else held.keys
        sap = client or _usual_client(auth, has_keys=keys is not None)
        facts = is15959.ASSOCIATIONS.get(sap)
        usual = facts.authentication if facts else Authentication.NONE
        authentication = usual if auth is None else AUTHENTICATIONS[auth]
        if authentication is Authentication.NONE and sap == is15959.PUBLIC_CLIENT:
            keys = None
        _need(authentication, has_keys=keys is not None, has_secret=bool(held.secret))
        caller = Caller(
            host=address[0],
            port=address[1],
            client_sap=sap,
            authentication=authentication,
            keys=keys,
            secret=held.secret,
            counter=counter,
            timeout_s=timeout,
        )
        command(caller=caller, **others)

    return calling


def _usual_client(auth: str | None, *, has_keys: bool) -> int:
    """Who an engineer usually is: the reader with keys or password, else the public."""
    if auth == "hls":
        return is15959.UTILITY_SETTING
    if auth == "lls" or (auth is None and has_keys):
        return is15959.METER_READER
    return is15959.PUBLIC_CLIENT


def _need(authentication: Authentication, *, has_keys: bool, has_secret: bool) -> None:
    if authentication is Authentication.HLS_GMAC and not has_keys:
        raise click.UsageError(
            "HLS needs both keys: give --key-file, or BIJLIGHAR_METER_EK and _AK"
        )
    if authentication is Authentication.LLS and not has_secret:
        raise click.UsageError(
            "LLS needs a password: `secret` in --key-file, or BIJLIGHAR_METER_SECRET"
        )


@click.command()
@_talking
@click.option("--profile", type=click.Choice([one.value for one in Profile]))
@click.option(
    "--obis", "named", type=_Named(), multiple=True, help="OBIS[:class[:attribute]], 3:2."
)
@click.option("--from", "starts", type=click.DateTime(_DAYS), help="Indian time.")
@click.option("--to", "ends", type=click.DateTime(_DAYS), help="Indian time.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def read(
    caller: Caller,
    profile: str | None,
    named: tuple[Attribute, ...],
    starts: datetime | None,
    ends: datetime | None,
    as_json: bool,
) -> None:
    """Read a profile or single objects of the meter at HOST and show them.

    Without --profile and --obis: clock, serial number and register. Half-hours are those
    of the last day and midnights those of the last ten, by the meter's clock, unless
    --from says otherwise. Keys and passwords come from --key-file or the environment,
    never from the command line: they would stay in the shell's history.

    \b
    Examples:
      bijlighar meter read 10.20.0.7 --client 16
      bijlighar meter read 10.20.0.7 --key-file keys.json --profile block
      bijlighar meter read 10.20.0.7:4060 --auth hls --key-file keys.json \\
          --profile daily --from 2026-04-01 --to 2026-04-30 --json
      BIJLIGHAR_METER_SECRET=... bijlighar meter read 10.20.0.7 --auth lls --plain \\
          --obis 1.0.1.8.0.255 --obis 0.0.96.3.10.255:70:4
    """
    if starts and ends and starts > ends:
        raise click.BadParameter("is after --to", param_hint="--from")

    async def asking(talk: Talk) -> dict[str, object]:
        found: dict[str, object] = {}
        if profile is not None:
            found["tables"] = [
                asdict(table)
                for table in await read_profile(
                    talk, Profile(profile), starts=_indian(starts), ends=_indian(ends)
                )
            ]
        wanted = named or (() if profile else meter_tables.usual(caller.client_sap))
        values = [asdict(await read_value(talk, one)) for one in wanted]
        return {**found, **({"values": values} if values else {})}

    shown = {"meter": f"{caller.host}:{caller.port}", "client": caller.client_sap}
    shown |= _run(_in_a_talk(caller, asking))
    click.echo(json.dumps(shown, indent=2) if as_json else meter_tables.as_text(shown))


@click.command()
@_talking
@click.argument("wanted", type=click.Choice(["on", "off", "status"]))
@click.option("--bench", is_flag=True, help="The meter is on a bench, not in service.")
@click.option("--serial", help="The serial on the plate; the meter must say the same.")
@click.option(
    "--no-installation", is_flag=True, help="This machine has no installation to look in."
)
def relay(
    caller: Caller, wanted: str, bench: bool, serial: str | None, no_installation: bool
) -> None:
    """Show or move the relay of a meter on the bench, and read it back.

    Never for a meter in service: that one is disconnected by an approved list and
    reconnected by the flow. A meter that the installation's database knows is refused, and
    so is any while that database does not answer.

    \b
    Examples:
      bijlighar meter relay 10.20.0.7 status --key-file keys.json
      bijlighar meter relay 10.20.0.7 off --auth hls --key-file keys.json \\
          --bench --serial BJL00000001
    """

    async def asking(talk: Talk) -> dict[str, object]:
        if wanted != "status":
            await _check_bench(talk, caller, serial or "", no_installation)
            method = {
                "on": is15959.REMOTE_RECONNECT,
                "off": is15959.REMOTE_DISCONNECT,
            }[wanted]
            await talk.invoke(method, axdr.integer(0))
        return {
            "is_closed": (await talk.get(is15959.OUTPUT_STATE)).plain(),
            "control_state": (await talk.get(is15959.CONTROL_STATE)).plain(),
            "control_mode": (await talk.get(is15959.CONTROL_MODE)).plain(),
        }

    if wanted != "status":
        _need_bench(bench, serial)
    shown = _run(_in_a_talk(caller, asking))
    click.echo(json.dumps(shown, indent=2))
    if wanted != "status" and shown["is_closed"] is not (wanted == "on"):
        raise click.ClickException("the relay did not move: see control_mode")


@click.command()
@_talking
@click.option("--set", "is_setting", is_flag=True, help="Set it to this machine's time.")
@click.option("--bench", is_flag=True, help="The meter is on a bench, not in service.")
@click.option("--serial", help="The serial on the plate; the meter must say the same.")
@click.option(
    "--no-installation", is_flag=True, help="This machine has no installation to look in."
)
def clock(
    caller: Caller,
    is_setting: bool,
    bench: bool,
    serial: str | None,
    no_installation: bool,
) -> None:
    """Show a meter's clock and how far it is off, or set it (on a bench only).

    \b
    Examples:
      bijlighar meter clock 10.20.0.7 --client 16
      bijlighar meter clock 10.20.0.7 --set --auth hls --key-file keys.json \\
          --bench --serial BJL00000001
    """
    from bijlighar.clock.clock import now

    async def asking(talk: Talk) -> dict[str, object]:
        if is_setting:
            await _check_bench(talk, caller, serial or "", no_installation)
            shows = axdr.octet_string(cosem_time.encode(now()))
            await talk.set(is15959.CLOCK_TIME, shows)
        before = now()
        held = await talk.get(is15959.CLOCK_TIME)
        at = cosem_time.decode(axdr.octets(held))
        ahead = round((at - (before + (now() - before) / 2)) / timedelta(seconds=1))
        return {
            "clock": in_ist(at).isoformat(timespec="seconds"),
            "ahead_s": ahead,
            "status": cosem_time.status_of(axdr.octets(held)),
        }

    if is_setting:
        _need_bench(bench, serial)
    click.echo(json.dumps(_run(_in_a_talk(caller, asking)), indent=2))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=DEFAULT_PORT, show_default=True)
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="As for `read`, also master_key and system_title; else demo keys of the seed.",
)
@click.option("--seed", default=1, show_default=True, help="Makes the meter.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Kept.")
@click.option(
    "--open-clients", is_flag=True, help="Client 17 without secrets, 33 with the password."
)
def simulate(
    host: str,
    port: int,
    key_file: Path | None,
    seed: int,
    folder: Path | None,
    open_clients: bool,
) -> None:
    """Be a pretend single-phase meter with forty days of real energy, until stopped.

    Prints where it listens and, as JSON, the keys it holds: pretend keys, unless some are
    given. What it has printed, written to a file, is a --key-file for the other commands.

    \b
    Examples:
      bijlighar meter simulate --port 4060 > keys.json
      bijlighar meter read 127.0.0.1:4060 --key-file keys.json --profile block
      bijlighar meter simulate --key-file real.json --folder bench-meter
    """
    from bijlighar.clock.clock import now
    from bijlighar.run.meter_simulate import Pretended, keys_as_json
    from bijlighar.run.meter_simulate import simulate as run

    try:
        address = IPv4Address(host)
    except ValueError:
        raise click.BadParameter("give an IPv4 address", param_hint="--host") from None
    with tempfile.TemporaryDirectory(prefix="bijlighar-meter-") as passing:
        pretended = Pretended(
            folder=folder or Path(passing),
            host=address,
            port=port,
            seed=seed,
            secrets=read_secrets(key_file),
            open_clients=open_clients,
        )
        is_given = key_file is not None

        def tell(serial: str, keys: dict[str, str]) -> None:
            click.echo(f"Meter {serial} listens on {host}:{port}.", err=True)
            click.echo(keys_as_json(keys, is_given=is_given))

        asyncio.run(run(pretended, now=now, tell=tell))


def _need_bench(bench: bool, serial: str | None) -> None:
    if not bench or not serial:
        raise click.UsageError(
            "moving a relay or setting a clock needs --bench and --serial: "
            "it is for meters that serve nobody"
        )


async def _check_bench(
    talk: Talk, caller: Caller, serial: str, no_installation: bool
) -> None:
    """Raises OtherMeter, InService, NobodyToAsk: nothing has been changed then."""
    await meter_guard.check_serial(talk, serial)
    await asyncio.to_thread(
        meter_guard.refuse_in_service,
        host=caller.host,
        port=caller.port,
        serial=serial,
        title=talk.meter_title or b"",
        has_installation=not no_installation,
    )


async def _in_a_talk(
    caller: Caller, asking: Callable[[Talk], Coroutine[Any, Any, dict[str, object]]]
) -> dict[str, object]:
    async with talk_to(caller) as talk:
        return await asking(talk)


def _run(talking: Coroutine[Any, Any, dict[str, object]]) -> dict[str, object]:
    return asyncio.run(talking)


def _indian(given: datetime | None) -> datetime | None:
    return None if given is None else given.replace(tzinfo=IST)
