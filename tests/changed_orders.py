"""The text of one packaged tariff file changed, as a new release does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bijlighar.tariffs import orders

Change = Callable[[str], str]


@contextmanager
def changing() -> Iterator[Callable[[str, Change], None]]:
    """While it is open, a file's text can be changed by its name."""
    packaged = orders._packaged
    read = (orders.catalogue, orders._texts, orders.fppas_catalogue)
    with pytest.MonkeyPatch.context() as patch:

        def change(file: str, how: Change) -> None:
            told = [
                (name, how(text) if name == file else text) for name, text in packaged()
            ]
            assert told != list(packaged()), "nothing was changed"
            patch.setattr(orders, "_packaged", lambda: iter(told))
            for one in read:
                one.cache_clear()

        yield change
    for one in read:
        one.cache_clear()
