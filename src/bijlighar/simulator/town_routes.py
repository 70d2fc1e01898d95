"""A look behind the scenes: meters, the truth of their registers, and faults to order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bijlighar.kernel.errors import BijligharError
from bijlighar.simulator import faults
from bijlighar.simulator.faults import Fault
from bijlighar.simulator.http_input import BadRequest, json_object, text_of, whole_of
from bijlighar.simulator.meter import Meter
from bijlighar.simulator.people import Person
from bijlighar.simulator.residents import Resident

if TYPE_CHECKING:
    from bijlighar.simulator.town import Town


class TownRoutes:
    """The routes that no real town has."""

    def __init__(self, *, town: Town) -> None:
        """Answers about this town."""
        self._town = town

    def routes(self) -> list[Route]:
        """All routes."""
        return [
            Route("/healthz", self.health, methods=["GET"]),
            Route("/meters", self.meters, methods=["GET"]),
            Route("/truth", self.truth, methods=["GET"]),
            Route("/faults", self.put_fault, methods=["POST"]),
            Route("/faults/{serial}", self.heal, methods=["DELETE"]),
        ]

    async def health(self, request: Request) -> Response:
        """The town is there, and this is its time."""
        town_time = self._town.now().isoformat(timespec="seconds")
        meters = len(self._town.residents)
        return JSONResponse({"status": "ok", "town_time": town_time, "meters": meters})

    async def meters(self, request: Request) -> Response:
        """All meters with their demo keys, and who lives behind them."""
        shown = [self._resident_json(resident) for resident in self._town.residents]
        return JSONResponse({"meters": shown})

    async def truth(self, request: Request) -> Response:
        """What the registers themselves showed at two midnights."""
        try:
            truths = self._town.register_truth(
                from_day=_day(request, "from"), until_day=_day(request, "until")
            )
        except BadRequest:
            raise
        except BijligharError as error:
            raise BadRequest(str(error), field="until") from None
        shown = [
            {
                "serial": truth.serial,
                "from_wh": truth.from_wh,
                "until_wh": truth.until_wh,
                "silent_days": truth.silent_days,
            }
            for truth in truths
        ]
        return JSONResponse({"truth": shown})

    async def put_fault(self, request: Request) -> Response:
        """Let a meter misbehave."""
        body = await json_object(request)
        meter = self._meter(text_of(body, "serial"))
        try:
            fault = faults.make_fault(
                kind=text_of(body, "fault"),
                amount=whole_of(body, "amount", default=0),
                is_once=body.get("once") is True,
            )
        except faults.UnknownFault as unknown:
            raise BadRequest(str(unknown), field="fault") from None
        meter.put_fault(fault)
        return JSONResponse({"faults": _faults_json(meter)})

    async def heal(self, request: Request) -> Response:
        """Rid a meter of all faults."""
        self._meter(request.path_params["serial"]).heal()
        return Response(status_code=204)

    def _meter(self, serial: str) -> Meter:
        """The meter that was named."""
        meter = self._town.fleet.meter(serial)
        if meter is None:
            raise BadRequest(f"There is no meter {serial}.", field="serial", status=404)
        return meter

    def _resident_json(self, resident: Resident) -> dict[str, object]:
        """A meter and its people."""
        meter = resident.meter
        return {
            "serial": meter.serial,
            "address": self._town.fleet.address_of(meter.serial),
            "port": self._town.fleet.port,
            "system_title": meter.keys.system_title.hex(),
            "encryption_key": meter.keys.encryption_key.hex(),
            "authentication_key": meter.keys.authentication_key.hex(),
            "lls_secret": meter.keys.lls_secret.hex(),
            "home": {"code": resident.home.code, "copy": resident.home.copy},
            "person": _person_json(resident.person),
            "relay_closed": meter.house.is_closed,
            "register_wh": meter.register_wh,
            "silent_today": meter.house.appetite.is_silent(meter.second),
            "faults": _faults_json(meter),
        }


def _person_json(person: Person) -> dict[str, object]:
    """A person."""
    return {
        "number": person.number,
        "name": person.name,
        "name_hi": person.name_hi,
        "mobile": person.mobile,
        "language": person.language.value,
        "category": person.category,
        "sanctioned_load_w": person.sanctioned_load_w,
        "opening_balance_paise": person.opening_balance_paise,
        "usual_recharge_paise": person.usual_recharge_paise,
        "temper": person.temper.value,
    }


def _faults_json(meter: Meter) -> list[dict[str, object]]:
    """The faults that a meter has."""
    return [_fault_json(fault) for fault in meter.faults.values()]


def _fault_json(fault: Fault) -> dict[str, object]:
    """A fault as it is ordered."""
    return {"fault": fault.kind.value, "amount": fault.amount, "once": fault.is_once}


def _day(request: Request, name: str) -> date:
    """A day of the query."""
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        raise BadRequest(f"{name} must be a day like 2026-04-01.", field=name) from None
