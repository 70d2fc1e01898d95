"""Throw octets at every decoder of the meters' language, for as long as is wanted.

With Atheris (`pip install atheris`, Apache-2.0; wheels for Linux) coverage leads the way;
without it known octets are bent at random. Both begin with the tests' vectors, stop at the
first octets that make a decoder fall over, hang or swallow the memory, and print them in
hex; at the end both say how many inputs were tried. Every decoder sees every input.

    python tools/fuzz_dlms.py --seconds 3600
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 8192
MEMORY_MB = 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=None, help="to do it again alike")
    parser.add_argument("--corpus", type=Path, help="a folder to begin with and add to")
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    try:
        import atheris
    except ImportError:
        print("Without Atheris (it is not installed): known octets are bent at random.")
        return _at_random(chosen.seconds, chosen.seed or random.randrange(1 << 30))
    with atheris.instrument_imports(include=["bijlighar.dlms"]):
        from tests.dlms import fuzzing
    with tempfile.TemporaryDirectory() as folder:
        corpus = chosen.corpus or Path(folder)
        corpus.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(fuzzing.seeds()):
            (corpus / f"seed-{number}").write_bytes(data)
        options = [
            f"-max_total_time={chosen.seconds}",
            f"-max_len={LONGEST}",
            f"-rss_limit_mb={MEMORY_MB}",
            "-timeout=5",
            "-print_final_stats=1",
            f"-seed={chosen.seed or 0}",
            "-artifact_prefix=" + tempfile.gettempdir() + "/",
        ]
        atheris.Setup([sys.argv[0], *options, str(corpus)], fuzzing.hit_all)
        atheris.Fuzz()
    return 0


def _at_random(seconds: int, seed: int) -> int:
    from tests.dlms import fuzzing

    chance = random.Random(seed)
    known = fuzzing.seeds()
    until = time.monotonic() + seconds
    tried = 0
    while time.monotonic() < until:
        data = _bent(chance.choice(known), chance, known)
        try:
            fuzzing.hit_all(data)
        except Exception:
            print(f"input {tried} of seed {seed}: {data.hex()}", file=sys.stderr)
            raise
        tried += 1
    print(
        f"{tried} inputs to {len(fuzzing.DECODERS)} decoders, seed {seed}: none fell over"
    )
    return 0


def _bent(data: bytes, chance: random.Random, known: list[bytes]) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(out))
        how = chance.randrange(5)
        if how == 0 and at < len(out):
            out[at] = chance.choice((0, 1, 0x7F, 0x80, 0x82, 0xFF, chance.randrange(256)))
        elif how == 1:
            out[at:at] = chance.randbytes(chance.randint(1, 8))
        elif how == 2:
            del out[at : at + chance.randint(1, 16)]
        elif how == 3:
            other = chance.choice(known)
            start = chance.randint(0, len(other))
            out[at:at] = other[start : start + chance.randint(1, 64)]
        else:
            out[at:at] = out[at : at + chance.randint(1, 64)] * chance.randint(1, 4)
    return bytes(out[:LONGEST])


if __name__ == "__main__":
    sys.exit(main())
