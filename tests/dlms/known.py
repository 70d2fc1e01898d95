"""Known octets and what they mean, from the files in `vectors/`, each with its source."""

from __future__ import annotations

import json
from pathlib import Path

from bijlighar.dlms.security import SecurityKeys

FOLDER = Path(__file__).parent / "vectors"


def vectors(name: str) -> dict[str, dict]:
    """The entries of one file by their names."""
    entries = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in entries}


def octets(entry: dict) -> bytes:
    return bytes.fromhex(entry["hex"])


def keys(entry: dict) -> SecurityKeys:
    return SecurityKeys(
        encryption_key=bytes.fromhex(entry["keys"]["ek"]),
        authentication_key=bytes.fromhex(entry["keys"]["ak"]),
    )


def title(entry: dict) -> bytes:
    return bytes.fromhex(entry["keys"]["system_title"])
