"""Names and keys of the pretend meters. DEMO KEYS: whoever knows the seed has them all."""

from __future__ import annotations

from dataclasses import dataclass, field

from bijlighar.simulator.chance import draw_bytes

MANUFACTURER = b"BJL"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterKeys:
    """What a meter and its head-end share. Demo keys, derived from the town's seed."""

    system_title: bytes
    encryption_key: bytes = field(repr=False)
    authentication_key: bytes = field(repr=False)
    lls_secret: bytes = field(repr=False)
    master_key: bytes = field(repr=False)
    """Under which new keys travel."""


def serial_of(number: int) -> str:
    """The serial of meter `number` as printed on it: `BJL00000001` is the first."""
    return f"{MANUFACTURER.decode()}{number + 1:08d}"


def derive_keys(*, number: int, seed: int) -> MeterKeys:
    """The keys of meter `number`; the system title is its maker and its number."""
    return MeterKeys(
        system_title=MANUFACTURER + (number + 1).to_bytes(5, "big"),
        encryption_key=draw_bytes(seed, "encryption key", number, size=16),
        authentication_key=draw_bytes(seed, "authentication key", number, size=16),
        lls_secret=draw_bytes(seed, "lls secret", number, size=8).hex().encode(),
        master_key=draw_bytes(seed, "master key", number, size=16),
    )
