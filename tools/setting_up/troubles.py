"""What can go wrong while setting up, each told in one sentence that says what to do."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path

SIGNS_OF_A_FULL_DISK = (
    "No space left on device",
    "ENOSPC",
    "Disk quota exceeded",
    "EDQUOT",
)
SIGNS_OF_NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Max retries exceeded",
    "Temporary failure in name resolution",
    "Temporary failure resolving",
    "Could not resolve",
    "Network is unreachable",
    "Failed to establish a new connection",
    "Connection refused",
    "ProxyError",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
)
SIGNS_OF_A_WRONG_HASH = ("DO NOT MATCH THE HASHES", "EINTEGRITY")
SIGNS_OF_A_READ_ONLY_FOLDER = (
    "Read-only file system",
    "EROFS",
    "Permission denied",
    "EACCES",
)
SIGNS_OF_NO_WHEEL = ("No matching distribution found",)


class Trouble(Exception):
    """Setting up cannot go on; the message is the one sentence that a person is told."""


def of_os_error(error: OSError, *, folder: Path) -> Trouble:
    """The trouble behind a failed write of our own under `folder`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_is_full(folder)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return folder_is_read_only(Path(error.filename) if error.filename else folder)
    return Trouble(f"Setting up stopped at a file: {error}.")


def of_output(output: str, *, doing: str, folder: Path, log: Path) -> Trouble:
    """The trouble that a failed program's own words tell of."""

    def tells_of(signs: tuple[str, ...]) -> bool:
        return any(sign in output for sign in signs)

    if tells_of(SIGNS_OF_A_FULL_DISK):
        return disk_is_full(folder)
    if tells_of(SIGNS_OF_NO_NETWORK):
        return Trouble(
            f"The network does not answer, and {doing} needs it once: connect this machine "
            f"(or set HTTPS_PROXY), then run the same command again (details: {log})."
        )
    if tells_of(SIGNS_OF_A_WRONG_HASH):
        return Trouble(
            f"A package that was downloaded for {doing} is not the one that the lock file "
            f"names, so nothing was installed: see {log} before trying again."
        )
    if tells_of(SIGNS_OF_A_READ_ONLY_FOLDER):
        return folder_is_read_only(folder)
    if tells_of(SIGNS_OF_NO_WHEEL):
        return Trouble(
            f"A package for {doing} has no ready-made build for this machine; Linux with "
            f"glibc on x86_64 or aarch64 and Python 3.11 to 3.13 have it (details: {log})."
        )
    return Trouble(
        f"{doing[:1].upper()}{doing[1:]} failed: the last lines are above, all: {log}."
    )


def disk_is_full(folder: Path) -> Trouble:
    """No room where the project lies or in the folder for temporary files."""
    places = {str(folder), tempfile.gettempdir()}
    free = ", ".join(f"{place} has {_free_mb(place)} MB left" for place in sorted(places))
    return Trouble(f"The disk is full ({free}): free 1 GB and run the same command again.")


def folder_is_read_only(folder: Path) -> Trouble:
    """We may not write where the project lies."""
    return Trouble(
        f"{folder} cannot be written to: copy the project to a folder that is yours, "
        "or make this one writable, then run the same command again."
    )


def venv_is_missing(executable: str) -> Trouble:
    """Debian and its children ship Python without the module that makes environments."""
    return Trouble(
        f"{executable} comes without its venv module: install it "
        "(Debian, Ubuntu: `apt-get install python3-venv`), then run the same command again."
    )


def _free_mb(place: str) -> int:
    try:
        return shutil.disk_usage(place).free // 1_000_000
    except OSError:
        return 0
