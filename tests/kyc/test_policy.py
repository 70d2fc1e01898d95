"""A state's policy is read whole, or refused naming file and key."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from bijlighar.kernel.strict_yaml import FileError
from bijlighar.kyc.policy import UnknownPolicy, policy_named, read_policy
from bijlighar.kyc.values import PaperKind

GOOD = yaml.safe_load(
    files("bijlighar.kyc").joinpath("policies", "mp-2026.yaml").read_text(encoding="utf-8")
)


def test_every_packaged_policy_is_read_and_names_itself():
    folder = files("bijlighar.kyc").joinpath("policies")
    names = [file.name.removesuffix(".yaml") for file in folder.iterdir()]
    assert sorted(names) == ["mp-2026", "up-2026"]
    for name in names:
        assert policy_named(name).name == name


def test_which_state_uses_samagra_ids_is_data():
    assert PaperKind.SAMAGRA in policy_named("mp-2026").papers
    assert PaperKind.SAMAGRA not in policy_named("up-2026").papers


def test_an_unknown_policy_is_told():
    with pytest.raises(UnknownPolicy, match="no KYC policy named goa"):
        policy_named("goa")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"policy": ""}, "`policy` is empty"),
        ({"in_force_from": "soon"}, "`in_force_from` must be a day"),
        ({"papers": None}, "a table of keys"),
        ({"papers": {"values": ["pan"]}}, "`source` is missing"),
        ({"papers": {"values": [], "source": "x"}}, "at least 1"),
        ({"papers": {"values": ["pan", "pan"], "source": "x"}}, "once"),
        ({"papers": {"values": ["passport"], "source": "x"}}, "passport, which is none"),
        ({"keep_rejected_days": {"value": 0, "source": "x"}}, "`value` is 0"),
        ({"keep_pages_days": {"value": True, "source": "x"}}, "`value` must be a whole"),
        ({"keep_pages_days": {"value": 30}}, "`source` is missing"),
        ({"keep_for_ever": True}, "`keep_for_ever` is not known"),
        ({"consent_version": None}, "`consent_version` must be words"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_key(change, told):
    with pytest.raises(FileError, match=rf"^x\.yaml, line \d+: .*{told}"):
        read_policy(yaml.safe_dump({**GOOD, **change}), where="x.yaml")
