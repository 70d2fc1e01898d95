"""One base for what a person can be told; only what is temporary is tried again."""

from __future__ import annotations

from bijlighar.kernel.errors import BijligharError, TemporaryError


def test_a_temporary_error_can_be_told_like_any_other():
    assert issubclass(TemporaryError, BijligharError)
    assert str(TemporaryError("the gateway is silent")) == "the gateway is silent"
