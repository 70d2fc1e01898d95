"""What the screens load: npm packages, in `node_modules`, from where they are served."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from . import progress
from .python_packages import Environment

NEEDED_NPM = 9


def are_there(root: Path) -> bool:
    """Whether npm has finished here: it writes this list last."""
    return (root / "node_modules" / ".package-lock.json").exists()


def fonts_are_cut(root: Path) -> bool:
    """Whether `tools/fonts.py` has finished here: its folders appear when whole."""
    made = (".bijlighar-fonts", ".bijlighar-print-fonts")
    return all((root / "node_modules" / folder).is_dir() for folder in made)


def install(environment: Environment, *, dev: bool) -> None:
    """Install the locked npm packages, none of whose scripts is run (see `.npmrc`).

    What only tests and benchmarks need is ten times as much: it comes with `dev`.
    """
    root = environment.root
    npm, surroundings = _npm(environment)
    progress.run(
        [npm, "ci", *([] if dev else ["--omit=dev"]), "--no-audit", "--no-fund"],
        doing="installing the npm packages",
        folder=root,
        log=environment.log,
        env=surroundings,
    )


def major_of(version: str) -> int:
    """The first number of a version as `npm --version` prints it; 0 when it is none."""
    first = version.strip().partition(".")[0]
    return int(first) if first.isdigit() else 0


def _npm(environment: Environment) -> tuple[str, dict[str, str]]:
    """The system's npm if it is new enough, otherwise the one from the locked wheel."""
    found = shutil.which("npm")
    if found and _major(found) >= NEEDED_NPM:
        return found, {}
    progress.say(
        f"    no npm {NEEDED_NPM} or newer here: taking the one from a Python package"
    )
    environment.install("requirements-node.lock")
    tools = environment.folder / "bin"
    path = f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return str(tools / "npm"), {"PATH": path}


def _major(npm: str) -> int:
    try:
        done = subprocess.run(
            [npm, "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    return major_of(done.stdout)
