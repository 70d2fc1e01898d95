"""All that can be checked without running the product, in order of speed, one line a step.

Every step runs even after one has failed, so that one run tells everything.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PLACES = [
    place for place in ("src", "tests", "tools", "benchmarks") if (ROOT / place).exists()
]
STEPS: dict[str, list[str]] = {
    "format": [f"{BIN}/ruff", "format", "--check", "--output-format=concise", *PLACES],
    "lint": [f"{BIN}/ruff", "check", "--quiet", "--output-format=concise", *PLACES],
    "house rules": [sys.executable, "tools/house_rules.py"],
    "translations": [sys.executable, "tools/messages.py", "check"],
    "import contracts": [f"{BIN}/lint-imports", "--no-logo"],
    "migrations": [
        *(sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"),
        "--settings=bijlighar.project.settings",
    ],
    "types": [f"{BIN}/mypy", "--no-error-summary"],
}


def main() -> int:
    began = time.monotonic()
    failed = [name for name, command in STEPS.items() if not _passes(name, command)]
    if failed:
        print(f"check failed: {', '.join(failed)} ({time.monotonic() - began:.0f} s)")
        return 1
    print(f"check passed ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


def _passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    said = "ok" if done.returncode == 0 else "FAILED"
    print(f"  {name:<18}{said:<8}{time.monotonic() - began:6.1f} s", flush=True)
    if done.returncode:
        print(done.stdout.rstrip(), flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
