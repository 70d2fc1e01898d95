"""A discom's profile: its levels in its own words, as a file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from django.utils.translation import get_language

from bijlighar.grid.values import Kind, Level, Profile
from bijlighar.kernel.errors import BijligharError


class UnknownProfile(BijligharError):
    """There is no profile of this name."""


def profile_names() -> tuple[str, ...]:
    """The profiles that the product brings, by name."""
    found = files("bijlighar.grid").joinpath("profiles").iterdir()
    return tuple(sorted(file.name.removesuffix(".yaml") for file in found))


def word_of(held: Profile, kind: str) -> str:
    """A level in the discom's own words and the reader's language."""
    level = held.levels.get(Kind(kind))
    if level is None:
        return kind
    return level.en.lower() if get_language() == "en" else level.hi


@cache
def profile(name: str) -> Profile:
    """The profile of this name. Raises UnknownProfile."""
    if name not in profile_names():
        raise UnknownProfile(
            f"There is no profile {name}: choose one of {', '.join(profile_names())}."
        )
    file = files("bijlighar.grid").joinpath("profiles", f"{name}.yaml")
    held = yaml.safe_load(file.read_text(encoding="utf-8"))
    levels = [
        Level(kind=Kind(one["kind"]), en=one["en"], hi=one["hi"], head=one["head"])
        for one in held["levels"]
    ]
    number = held["consumer_number"]
    return Profile(
        name=held["name"],
        levels={level.kind: level for level in levels},
        number_pattern=number["pattern"],
        number_en=number["en"],
        number_hi=number["hi"],
    )
