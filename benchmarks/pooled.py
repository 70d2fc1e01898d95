"""How many requests of two people share a few kept connections without a leak (A14).

Runs the round of tests/web/test_database_backstop.py with more repetitions: whatever one
request leaves behind on a connection, the next one would see.

Figures (`--json FILE` writes them):
    requests               made by two people of two areas in four threads
    took_s                 how long they took together
    clean                  1 where nobody saw a row of the other's area; the limit: 1
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUESTS_A_ROUND = 3
THREADS = 4


def main() -> int:
    """Run the rounds in a test process of their own and say how long they took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1,000 requests, not one lakh")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    wanted = 1_000 if chosen.quick else 100_000
    rounds = wanted // (REQUESTS_A_ROUND * THREADS) + 1
    began = time.perf_counter()
    code = subprocess.call(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-k", "carried_from_one"),
            "tests/web/test_database_backstop.py",
        ],
        env={**os.environ, "BIJLIGHAR_POOLED_ROUNDS": str(rounds)},
        cwd=ROOT,
    )
    figures = {
        "requests": rounds * REQUESTS_A_ROUND * THREADS,
        "took_s": round(time.perf_counter() - began, 1),
        "clean": int(code == 0),
    }
    for name, value in figures.items():
        print(f"{name:<28}{value:>12,}")
    if chosen.json:
        held = {"name": "pooled", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
