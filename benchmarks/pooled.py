"""How many requests of two people share a few kept connections without a leak.

    python benchmarks/pooled.py --quick     a thousand
    python benchmarks/pooled.py             a hundred thousand (A14)

Runs tests/web/test_database_backstop.py's own round with more repetitions.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

REQUESTS_A_ROUND = 3
THREADS = 4


def main() -> int:
    """Run the rounds in a test process of their own and say how long they took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true")
    wanted = 1_000 if asked.parse_args().quick else 100_000
    rounds = wanted // (REQUESTS_A_ROUND * THREADS) + 1
    begun = time.perf_counter()
    code = subprocess.call(
        [
            sys.executable,
            "-c",
            "import sys, pytest\n"
            "from tests.web import test_database_backstop as backstop\n"
            f"backstop.ROUNDS = {rounds}\n"
            "sys.exit(pytest.main(['-q', '-n', '0', '-k', 'carried_from_one',"
            " 'tests/web/test_database_backstop.py']))",
        ]
    )
    took = time.perf_counter() - begun
    made = rounds * REQUESTS_A_ROUND * THREADS
    print(f"{made} requests in {took:.0f} s, {'no leak' if code == 0 else 'NOT clean'}")
    return code


if __name__ == "__main__":
    sys.exit(main())
