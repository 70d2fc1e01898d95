"""What has been done already: one small file in `.venv`.

A step is due when the key it was last done for (a hash of all that it depends on) is not
the key that it has now: setting up twice costs nothing, a changed lock file one step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


class Stamps:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._keys: dict[str, str] = json.loads(path.read_text())
        except (OSError, ValueError):
            self._keys = {}

    def has(self, step: str, key: str) -> bool:
        """Whether the step was last done for this very key."""
        return self._keys.get(step) == key

    def put(self, **keys: str) -> None:
        """Note that these steps are done."""
        self._keys |= keys
        self._write()

    def drop(self, *steps: str) -> None:
        """Note that these steps are to be done again."""
        for step in steps:
            self._keys.pop(step, None)
        self._write()

    def _write(self) -> None:
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps(self._keys, indent=1, sort_keys=True))
        beside.replace(self._path)


def key_of(files: Iterable[Path], *words: str) -> str:
    """One hash of these files' contents and of these words."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(
            path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
        )
    for word in words:
        digest.update(word.encode() + b"\0")
    return digest.hexdigest()
