"""What a server needs from the meter behind it, as the server sees it.

Source: IEC 62056-6-2 (logical device, access rights per client).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import (
    AccessResult,
    ActionResult,
    Attribute,
    Method,
    Selection,
)
from bijlighar.dlms.errors import RefusedError
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.security import Authentication, SecurityControl, SecurityKeys


class AccessDenied(RefusedError):
    """The device does not do it for this client, and says why."""

    def __init__(self, result: AccessResult | ActionResult) -> None:
        super().__init__(result.name.lower())
        self.result = result


class LogicalDevice(Protocol):
    """The objects of a meter. Every failure is an `AccessDenied`."""

    def read(
        self, *, client_sap: int, attribute: Attribute, selection: Selection | None
    ) -> Data:
        """The value of an attribute, or the selected rows of it."""
        ...

    def write(self, *, client_sap: int, attribute: Attribute, value: Data) -> None:
        """Change an attribute."""
        ...

    def invoke(
        self, *, client_sap: int, method: Method, parameter: Data | None
    ) -> Data | None:
        """Carry out a method; the result is what it gives back, if anything."""
        ...


class CounterStore(Protocol):
    """Invocation counters that outlive associations, sessions and power cuts."""

    def received(self, client_sap: int) -> int:
        """The last counter accepted from this client; only later ones are taken."""
        ...

    def accept(self, client_sap: int, counter: int) -> None:
        """Remember a counter that came with a genuine frame."""
        ...

    def next(self) -> int:
        """A counter of the meter's own that was never used before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerClient:
    """A client that the meter knows: how it shows who it is, and under which keys.

    With `keys` only a ciphered association is opened; HLS needs them. `secret` is the LLS
    password, `association_obis` the association object of this client. `control` is the
    protection of answers and the least for requests; with `is_general` both are sealed in
    general-glo (and general-ded) form.
    """

    authentication: Authentication = Authentication.NONE
    keys: SecurityKeys | None = None
    secret: bytes = field(default=b"", repr=False)
    association_obis: Obis
    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED
    is_general: bool = False

    def __post_init__(self) -> None:
        assert self.keys is not None or self.authentication is not Authentication.HLS_GMAC
