"""The Python side: the environment `.venv`, the locked packages, the project itself."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from . import progress, troubles

PINNED = re.compile(r"^[A-Za-z0-9._-]+==", re.MULTILINE)


class Environment:
    """The project's own Python in `.venv`, and a pip that installs into it.

    Another `folder` is an environment of its own, for programs that never meet ours.
    """

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        self.root = root
        self.folder = folder or root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.log = self.folder / "setup.log"

    def works(self) -> bool:
        """Whether there is an environment here, of the Python that asks."""
        asked = "import sys; print(sys.version_info[:3])"
        try:
            done = subprocess.run(
                [self.python, "-c", asked], capture_output=True, text=True, check=False
            )
        except OSError:
            return False
        return done.stdout.strip() == str(tuple(sys.version_info[:3]))

    def make(self) -> None:
        """Make it anew; where ensurepip is missing, the pip of this Python serves it."""
        if importlib.util.find_spec("venv") is None:
            raise troubles.venv_is_missing(sys.executable)
        with_pip = importlib.util.find_spec("ensurepip") is not None
        if not with_pip and importlib.util.find_spec("pip") is None:
            raise troubles.venv_is_missing(sys.executable)
        try:
            venv.create(self.folder, clear=True, symlinks=True, with_pip=with_pip)
        except subprocess.CalledProcessError as error:
            words = (error.output or b"").decode(errors="replace")
            if any(sign in words for sign in troubles.SIGNS_OF_A_FULL_DISK):
                raise troubles.disk_is_full(self.root) from error
            raise troubles.venv_is_missing(sys.executable) from error

    def install(self, lock: str) -> None:
        """Install exactly what a lock file names, hash by hash."""
        total = len(PINNED.findall((self.root / lock).read_text()))
        self._pip(
            ["--require-hashes", "--only-binary=:all:", "--requirement", lock],
            doing="installing the Python packages",
            news=_counted(total),
        )

    def install_project(self) -> None:
        """Make the `bijlighar` command run from `src`, built by the locked setuptools."""
        self._pip(
            ["--no-deps", "--no-build-isolation", "--no-index", "--editable", "."],
            doing="installing the bijlighar command",
        )

    def _pip(
        self, what: list[str], *, doing: str, news: Callable[[str], str] | None = None
    ) -> None:
        own = (self.folder / "bin" / "pip").exists()
        pip: list[str | Path] = [self.python, "-m", "pip"]
        if not own:
            pip = [sys.executable, "-m", "pip", "--python", self.python]
        progress.run(
            [*pip, "install", "--disable-pip-version-check", "--no-input", *what],
            doing=doing,
            folder=self.root,
            log=self.log,
            env={"PIP_ROOT_USER_ACTION": "ignore", "PIP_USER": "0"},
            news=news,
        )


def _counted(total: int) -> Callable[[str], str]:
    """News from pip's lines: how many packages it has looked at, then that it installs."""
    seen = 0

    def news(line: str) -> str:
        nonlocal seen
        if line.startswith("Installing collected packages"):
            return "installing what was downloaded"
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            seen += 1
        return f"{min(seen, total)} of {total} packages"

    return news
