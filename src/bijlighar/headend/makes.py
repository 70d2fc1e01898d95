"""Which make of `is15959.yaml` a meter is of, by its manufacturer's name in its own words.

`makes.yaml` says it, or the file that BIJLIGHAR_MAKES names. A manufacturer that stands in
neither does as the standard does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from bijlighar.dlms import is15959
from bijlighar.kernel.errors import BijligharError


class MakesError(BijligharError):
    """The file of makes does not say what it must say."""


@cache
def makes_in(path: str) -> Mapping[str, str]:
    """Makes by manufacturer, from a file; the packaged one for an empty path.

    Raises MakesError.
    """
    if not path:
        packaged = files("bijlighar.headend").joinpath("makes.yaml")
        return read_makes(packaged.read_text(encoding="utf-8"), where="makes.yaml")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise MakesError(f"{path} cannot be read: {error.strerror}.") from error
    return read_makes(text, where=path)


def read_makes(text: str, *, where: str) -> Mapping[str, str]:
    """Makes from their text. Raises MakesError naming the file and the manufacturer."""
    try:
        held = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise MakesError(f"{where}: {error}") from error
    makes = held.get("makes") if isinstance(held, dict) else None
    if not isinstance(makes, dict):
        raise MakesError(f"{where}: makes is missing or has no names of manufacturers")
    for manufacturer, make in makes.items():
        if not isinstance(manufacturer, str) or make not in is15959.STANDARD.makes:
            known = ", ".join(is15959.STANDARD.makes)
            raise MakesError(f"{where}: {manufacturer}: {make!r} is none of {known}")
    return makes
