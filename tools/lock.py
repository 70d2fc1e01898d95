"""Write the lock files again, with the newest versions that are allowed.

Started by `make lock`. The resolver (uv) lives in a temporary environment and is no
dependency of the project. Every package is pinned by hash, for Python 3.11 and later on
any platform, and no line names the place that the packages came from.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock`. Do not edit: change pyproject.toml and lock again.\n"
LOCKS = {
    "requirements.lock": ["pyproject.toml", "--group", "build"],
    "requirements-dev.lock": ["pyproject.toml", "--group", "build", "--extra", "dev"],
    "requirements-bench.lock": ["--group", "bench"],
    "requirements-node.lock": ["--group", "node"],
    "requirements-peers.lock": ["--group", "peers"],
}
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--fork-strategy=fewest",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-header",
    "--upgrade",
    "--quiet",
]


def main() -> int:
    with tempfile.TemporaryDirectory() as held:
        resolver = _install_resolver(Path(held))
        constraint = Path(held) / "runtime.txt"
        for name, inputs in LOCKS.items():
            print(f"locking {name}", flush=True)
            # The development lock repeats the runtime lock's versions to the letter.
            held_to = ["--constraint", str(constraint)] if constraint.exists() else []
            text = _resolve(resolver, [*inputs, *held_to])
            (ROOT / name).write_text(HEADER + text)
            if name == "requirements.lock":
                constraint.write_text(text)
    print("locking package-lock.json", flush=True)
    subprocess.run(["npm", "update", "--package-lock-only"], cwd=ROOT, check=True)
    _strip_addresses(ROOT / "package-lock.json")
    return 0


def _strip_addresses(lock: Path) -> None:
    """Authors' funding pages do not belong into a lock file."""
    held = json.loads(lock.read_text())
    for package in held["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(held, indent=2) + "\n")


def _install_resolver(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"]
    subprocess.run(pip, check=True)
    return folder / "bin" / "uv"


def _resolve(resolver: Path, inputs: list[str]) -> str:
    command = [str(resolver), "pip", "compile", *inputs, *OPTIONS]
    surroundings = {**os.environ, "UV_NO_CONFIG": "1", "UV_SYSTEM_CERTS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=surroundings, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
