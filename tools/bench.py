"""Run every benchmark, one process each; `--quick` asks each for a minute at most."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    files = sorted(
        path for path in (ROOT / "benchmarks").glob("*.py") if not path.name.startswith("_")
    )
    failed = []
    for path in files:
        print(f"\n{path.relative_to(ROOT)}", flush=True)
        if subprocess.run(
            [sys.executable, path, *arguments], cwd=ROOT, check=False
        ).returncode:
            failed.append(path.name)
    print(f"\n{len(files) - len(failed)} of {len(files)} benchmarks ran", *failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
