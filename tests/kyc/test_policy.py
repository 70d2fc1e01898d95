"""A state's policy is read whole, or refused naming file and key."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from bijlighar.kyc.policy import PolicyError, policy_named, read_policy
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
    with pytest.raises(PolicyError, match="no KYC policy named goa"):
        policy_named("goa")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"policy": ""}, "policy is no text"),
        ({"in_force_from": "soon"}, "in_force_from is no day"),
        ({"papers": None}, "papers is missing"),
        ({"papers": {"values": ["pan"]}}, "papers has no source"),
        ({"papers": {"values": [], "source": "x"}}, "at least one"),
        ({"papers": {"values": ["pan", "pan"], "source": "x"}}, "once"),
        ({"papers": {"values": ["passport"], "source": "x"}}, "passport is no paper"),
        ({"keep_rejected_days": {"value": 0, "source": "x"}}, "keep_rejected_days"),
        ({"keep_pages_days": {"value": True, "source": "x"}}, "keep_pages_days"),
        ({"keep_pages_days": {"value": 30}}, "keep_pages_days has no source"),
        ({"consent_version": None}, "consent_version is missing"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_key(change, told):
    with pytest.raises(PolicyError, match=rf"x\.yaml: .*{told}"):
        read_policy(yaml.safe_dump({**GOOD, **change}), where="x.yaml")
