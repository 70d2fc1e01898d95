"""The settings of service levels in `levels.yaml`: read once, checked, refused by key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from bijlighar.kernel.errors import BijligharError

MOST_HOURS = 24 * 90
MOST_DAYS = 60
MOST_SECONDS = 7 * 24 * 3600


class LevelSettingsError(BijligharError):
    """The file of service levels does not say what it must say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSettings:
    """The whole file; shares in thousandths."""

    read_by: time
    silent_after_hours: int
    count_again_days: int
    read_on_time_permille: int
    read_in_a_day_permille: int
    blocks_in_a_day_permille: int
    commands_half_s: int
    commands_most_s: int
    commands_all_s: int


@cache
def level_settings_in(path: str) -> LevelSettings:
    """The settings in a file; the packaged ones for an empty path. Raises an error."""
    if not path:
        packaged = files("bijlighar.dashboards").joinpath("levels.yaml")
        return read_level_settings(packaged.read_text("utf-8"), where="levels.yaml")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise LevelSettingsError(f"{path} cannot be read: {error.strerror}.") from error
    return read_level_settings(text, where=path)


def read_level_settings(text: str, *, where: str) -> LevelSettings:
    """Settings from their text. Raises LevelSettingsError naming the file and the key."""
    try:
        held = yaml.safe_load(text)
        targets = held.get("targets") if isinstance(held, dict) else None
        if not isinstance(targets, dict):
            raise ValueError("targets is missing or has no keys of its own")
        return LevelSettings(
            read_by=_clock_time(held.get("read_by")),
            silent_after_hours=_whole(held, "silent_after_hours", MOST_HOURS),
            count_again_days=_whole(held, "count_again_days", MOST_DAYS),
            read_on_time_permille=_permille(targets, "read_on_time"),
            read_in_a_day_permille=_permille(targets, "read_in_a_day"),
            blocks_in_a_day_permille=_permille(targets, "blocks_in_a_day"),
            commands_half_s=_seconds(targets, "commands_half_within_seconds"),
            commands_most_s=_seconds(targets, "commands_most_within_seconds"),
            commands_all_s=_seconds(targets, "commands_all_within_seconds"),
        )
    except (ValueError, yaml.YAMLError) as error:
        raise LevelSettingsError(f"{where}: {error}") from error


def _target(targets: dict[str, object], key: str) -> dict[str, object]:
    held = targets.get(key)
    if not isinstance(held, dict) or not str(held.get("source") or "").strip():
        raise ValueError(f"targets: {key} is missing, or has no source")
    return held


def _permille(targets: dict[str, object], key: str) -> int:
    said = _target(targets, key).get("percent")
    if not isinstance(said, str) or not re.fullmatch(r"(100\.0|[0-9]{1,2}\.[0-9])", said):
        raise ValueError(f'targets: {key}: percent must be like "95.0", not {said!r}')
    return int(said.replace(".", ""))


def _seconds(targets: dict[str, object], key: str) -> int:
    return _whole(_target(targets, key), "seconds", MOST_SECONDS)


def _whole(held: dict[str, object], key: str, most: int) -> int:
    value = held.get(key)
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{key} must be a whole number from 1 to {most}, not {value!r}")
    return value


def _clock_time(said: object) -> time:
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", str(said))
    if found is None:
        raise ValueError(f'read_by must be a time such as "08:00", not {said!r}')
    return time(int(found[1]), int(found[2]))
