"""Laws of the dated tree: they hold after any changes, on every day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bijlighar.dashboards import service as dashboards
from bijlighar.grid import models
from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange, Kind, Part
from bijlighar.kernel.ist import day_starts
from bijlighar.people.values import SYSTEM, Scope
from tests.cast import connect, grid_of_cast

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 1)
TODAY = date(2026, 6, 15)
NOW = day_starts(TODAY)
DAYS = st.integers(0, 240).map(lambda days: FIRST + timedelta(days=days))
QUIET = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CODES = count(1)


@pytest.fixture
def ids(db: None) -> dict[str, int]:
    """The cast's discom with a home on each of four transformers."""
    connect("Asha", "Balram", "Chanda", "Dev")
    return grid_of_cast()


@st.composite
def wishes(draw: st.DrawFn) -> tuple[str, int, int, date]:
    """A kind of change, two nodes by number, and a day; most wishes are refused."""
    kind = draw(st.sampled_from(["move", "move", "split", "close", "rename"]))
    return kind, draw(st.integers(0, 30)), draw(st.integers(0, 30)), draw(DAYS)


@contextmanager
def taken_back() -> Iterator[None]:
    """Each example starts from the same tree."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def try_it(wish: tuple[str, int, int, date], *, after: date | None = None) -> None:
    kind, one, other, day = wish
    if after is not None:
        day = max(day, after + timedelta(days=1))
    nodes = list(models.Node.objects.order_by("pk"))
    node, beside = nodes[one % len(nodes)], nodes[other % len(nodes)]
    below = [
        branch.node.node_id
        for branch in grid.tree_on(day=day, roots=[node.pk], deep=1)
        if branch.depth == 1
    ]
    part = Part(code=f"N{next(CODES)}", name_en="n", name_hi="न", child_ids=tuple(below))
    change = GridChange(
        kind=ChangeKind(kind),
        node_id=node.pk,
        from_day=day,
        name_en="another",
        name_hi="दूसरा",
        parent_id=beside.pk,
        parts=(part,),
        closes=bool(other % 2),
    )
    try:
        grid.change(change=change, by=SYSTEM, now=NOW)
    except grid.WrongTree:
        return


def walked_by_hand(day: date) -> set[tuple[int, int]]:
    """Who reaches what on a day, one parent after the other."""
    above: dict[int, int | None] = {}
    facts = models.NodeFact.objects.filter(from_day__lte=day).order_by("from_day", "pk")
    for fact in facts:
        above[fact.node_id] = fact.parent_id
    reached = set()
    for node_id in above:
        area: int | None = node_id
        while area is not None:
            reached.add((area, node_id))
            area = above[area]
    return reached


@QUIET
@given(asked=st.lists(wishes(), max_size=8), day=DAYS)
def test_on_every_day_each_open_node_hangs_below_exactly_one_discom(ids, asked, day):
    with taken_back():
        for wish in asked:
            try_it(wish)
        tree = grid.tree_on(day=day)
        ids = [branch.node.node_id for branch in tree]
        open_then = {
            node.pk
            for node in models.Node.objects.filter(opened_on__lte=day)
            if node.closed_on is None or node.closed_on > day
        }
        assert len(ids) == len(set(ids))
        assert set(ids) == open_then
        tops = {branch.node.discom_id for branch in tree if branch.depth == 0}
        assert all(branch.path[0] in tops for branch in tree)
        paths = {
            node_id: tuple(node.node_id for node in grid.path_on(node_id=node_id, day=day))
            for node_id in ids
        }
        assert paths == {branch.node.node_id: branch.path for branch in tree}


@QUIET
@given(asked=st.lists(wishes(), max_size=8), day=DAYS)
def test_reach_is_the_tree_walked_by_hand(ids, asked, day):
    with taken_back():
        for wish in asked:
            try_it(wish)
        grid.refresh_reach(day=day)
        reached = set(models.Reach.objects.values_list("area_id", "node_id"))
        assert reached == walked_by_hand(day)
        grid.refresh_reach(day=TODAY)
        reached = set(models.Reach.objects.values_list("area_id", "node_id"))
        assert reached == walked_by_hand(TODAY)


@QUIET
@given(
    earlier=st.lists(wishes(), max_size=6),
    later=st.lists(wishes(), max_size=6),
    month=st.integers(1, 6),
)
def test_a_report_does_not_change_when_the_tree_changes_later(ids, earlier, later, month):
    with taken_back():
        for wish in earlier:
            try_it(wish)
        top = Scope(area_ids=frozenset({ids["NDVN"]}))

        def told():
            return [
                dashboards.grid_report(
                    scope=top, level=level, month=date(2026, month, 1), today=TODAY
                )
                for level in (Kind.DIVISION, Kind.FEEDER)
            ]

        before = told()
        for wish in later:
            try_it(wish, after=before[0].day)
        assert told() == before
        assert sum(one.connections for one in before[0].offices) == sum(
            one.connections for one in before[1].offices
        )
