"""Keys and passwords of meters for the commands of a bench: from a file or the environment,
never from the command line, where the shell's history and every process could read them.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from bijlighar.dlms.security import KEY_SIZE, SecurityKeys
from bijlighar.kernel.errors import BijligharError

MOST_BYTES = 64 * 1024

NAMES = {
    "encryption_key": "BIJLIGHAR_METER_EK",
    "authentication_key": "BIJLIGHAR_METER_AK",
    "secret": "BIJLIGHAR_METER_SECRET",
    "system_title": "BIJLIGHAR_METER_TITLE",
    "master_key": "BIJLIGHAR_METER_KEK",
}
"""Fields of a key file, and the variables that may hold them instead."""


class WrongKeyFile(BijligharError):
    """A key file or variable that does not hold what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchSecrets:
    """What is known of a meter's secrets; empty where nothing is."""

    encryption_key: bytes = field(default=b"", repr=False)
    authentication_key: bytes = field(default=b"", repr=False)
    master_key: bytes = field(default=b"", repr=False)
    secret: bytes = field(default=b"", repr=False)
    system_title: bytes = b""

    @property
    def keys(self) -> SecurityKeys | None:
        """Both keys, None without them. Raises WrongKeyFile where one is missing."""
        if not self.encryption_key and not self.authentication_key:
            return None
        if not self.encryption_key or not self.authentication_key:
            raise WrongKeyFile(
                "Give both keys, encryption_key and authentication_key "
                "(BIJLIGHAR_METER_EK and BIJLIGHAR_METER_AK), or neither."
            )
        return SecurityKeys(
            encryption_key=self.encryption_key, authentication_key=self.authentication_key
        )


def read_secrets(file: Path | None) -> BenchSecrets:
    """From a key file if one is given, else from the environment. Raises WrongKeyFile."""
    if file is None:
        given = {field: os.environ.get(name, "") for field, name in NAMES.items()}
        return _checked(given, NAMES)
    return _checked(_fields_of(file), {field: f"{field} in {file}" for field in NAMES})


def _fields_of(file: Path) -> dict[str, str]:
    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES + 1)
        held = json.loads(text)
    except OSError as error:
        raise WrongKeyFile(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise WrongKeyFile(f"{file} is no JSON: {error}.") from error
    if not isinstance(held, dict):
        raise WrongKeyFile(f"{file} holds no JSON object.")
    unknown = sorted(set(held) - set(NAMES))
    if unknown:
        known = ", ".join(NAMES)
        raise WrongKeyFile(f"{file} names {', '.join(unknown)}; known are {known}.")
    if not all(isinstance(value, str) for value in held.values()):
        raise WrongKeyFile(f"{file}: every value is a text.")
    return {field: held.get(field, "") for field in NAMES}


def _checked(given: dict[str, str], said_as: dict[str, str]) -> BenchSecrets:
    return BenchSecrets(
        encryption_key=_octets(given, "encryption_key", said_as, KEY_SIZE),
        authentication_key=_octets(given, "authentication_key", said_as, KEY_SIZE),
        master_key=_octets(given, "master_key", said_as, KEY_SIZE),
        system_title=_octets(given, "system_title", said_as, 8),
        secret=given["secret"].encode(),
    )


def _octets(given: dict[str, str], name: str, said_as: dict[str, str], size: int) -> bytes:
    text = given[name].strip()
    if not text:
        return b""
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        raise WrongKeyFile(f"{said_as[name]} is not hexadecimal.") from None
    if len(octets) != size:
        raise WrongKeyFile(f"{said_as[name]} has {len(octets)} octets, not {size}.")
    return octets
