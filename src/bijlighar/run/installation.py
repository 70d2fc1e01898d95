"""One installation on one machine: its folder, secrets, and its processes' environment.

Everything that a process must know is in its environment; this writes it there, so that
the same processes run on a cluster with an environment written by somebody else.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bijlighar.clock.clock import CLOCK_FILE_VARIABLE
from bijlighar.kernel.errors import BijligharError

SECRETS = (
    "secret_key",
    "root_key",
    "gateway_key_secret",
    "gateway_webhook_secret",
    "sms_key",
    "audit_key",
)
LEAST_FREE_BYTES = 300 * 1024 * 1024


class FolderTrouble(BijligharError):
    """The data folder cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where a demo town lives and how its parts reach each other."""

    folder: Path
    web_port: int
    town_port: int
    homes: int
    seed: int

    @property
    def postgres(self) -> Path:
        """The embedded database's files."""
        return self.folder / "postgres"

    @property
    def world(self) -> Path:
        """The pretend town's files."""
        return self.folder / "town"

    @property
    def clock_file(self) -> Path:
        """The anchor of the town's clock."""
        return self.folder / "clock.json"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.folder / "logs"

    @property
    def web_url(self) -> str:
        """Where people open the product."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def town_url(self) -> str:
        """Where the pretend gateway, operator and town answer."""
        return f"http://127.0.0.1:{self.town_port}"


def prepare_folder(folder: Path) -> None:
    """Make the data folder and see that it can be written. Raises FolderTrouble."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="try-") as file:
            file.write(b"\0" * 4096)
            file.flush()
        status = os.statvfs(folder)
    except OSError as error:
        raise FolderTrouble(_sentence(folder, error)) from error
    if status.f_bavail * status.f_frsize < LEAST_FREE_BYTES:
        raise FolderTrouble(
            f"The disk of {folder} is nearly full: free at least 300 MB and start again."
        )


def environment(installation: Installation, *, database_url: str) -> dict[str, str]:
    """The variables that all processes of the demo share."""
    held = _secrets(installation.folder / "secrets.json")
    return {
        "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
        "DATABASE_URL": database_url,
        "BIJLIGHAR_DEMO": "1",
        "BIJLIGHAR_DATA": str(installation.folder),
        CLOCK_FILE_VARIABLE: str(installation.clock_file),
        "BIJLIGHAR_SECRET_KEY": held["secret_key"],
        "BIJLIGHAR_ROOT_KEY": held["root_key"],
        "BIJLIGHAR_AUDIT_KEY": held["audit_key"],
        "BIJLIGHAR_AUDIT_HEADS": str(installation.folder / "heads.jsonl"),
        "BIJLIGHAR_PUBLIC_URL": installation.web_url,
        "BIJLIGHAR_GATEWAY_URL": f"{installation.town_url}/gateway",
        "BIJLIGHAR_GATEWAY_KEY_ID": "bijlighar",
        "BIJLIGHAR_GATEWAY_KEY_SECRET": held["gateway_key_secret"],
        "BIJLIGHAR_GATEWAY_WEBHOOK_SECRET": held["gateway_webhook_secret"],
        "BIJLIGHAR_SMS_URL": f"{installation.town_url}/sms",
        "BIJLIGHAR_SMS_KEY": held["sms_key"],
        "BIJLIGHAR_TOWN_URL": installation.town_url,
        "BIJLIGHAR_TOWN_HOMES": str(installation.homes),
        "BIJLIGHAR_TOWN_SEED": str(installation.seed),
    }


def _secrets(file: Path) -> dict[str, str]:
    """This installation's own secrets, made when one of them is first needed."""
    held: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if set(SECRETS) - set(held):
        made = {name: secrets.token_hex(32) for name in SECRETS} | held
        beside = file.with_suffix(".new")
        # One left by a start that was killed might be open to others.
        beside.unlink(missing_ok=True)
        beside.touch(mode=0o600, exist_ok=False)
        beside.write_text(json.dumps(made))
        beside.replace(file)
        return made
    return held


def _sentence(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk of {folder} is full: free some space and start again."
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{folder} cannot be written: choose another folder with --data FOLDER."
    return f"{folder} cannot be used: {error.strerror}."
