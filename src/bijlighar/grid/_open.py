"""Taking one office or piece of the network in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bijlighar.grid import models
from bijlighar.grid._history import is_open_on
from bijlighar.grid._refusals import WrongTree
from bijlighar.grid.profile import profile, word_of
from bijlighar.grid.rules import may_hang_below
from bijlighar.grid.values import Kind, NewNode


def one(
    new: NewNode,
    made: Mapping[tuple[str, str], models.Node],
    now: datetime,
    *,
    why: str = "",
) -> models.Node:
    """Take one node in; `made` holds what the same call has taken in already."""
    discom, parent = _above(new, made)
    held = profile(new.profile if discom is None else discom.profile)
    if parent is not None and not may_hang_below(
        profile=held, kind=new.kind, parent=Kind(parent.kind)
    ):
        raise WrongTree(
            _("%(code)s: a %(level)s does not hang below a %(above)s (%(parent)s).")
            % {
                "code": new.code,
                "level": word_of(held, new.kind),
                "above": word_of(held, parent.kind),
                "parent": parent.code,
            }
        )
    if parent is not None and not is_open_on(parent, new.opens_on):
        raise WrongTree(
            _("%(code)s: %(parent)s is not open on %(day)s. Choose another day or parent.")
            % {"code": new.code, "parent": parent.code, "day": new.opens_on.isoformat()}
        )
    try:
        with transaction.atomic():
            node = models.Node.objects.create(
                discom=discom,
                code=new.code,
                kind=new.kind.value,
                profile=new.profile if discom is None else "",
                opened_on=new.opens_on,
            )
    except IntegrityError as error:
        raise WrongTree(
            _("%(code)s: this code is in use already. Choose another one.")
            % {"code": new.code}
        ) from error
    models.NodeFact.objects.create(
        node=node,
        from_day=new.opens_on,
        parent=parent,
        name_en=new.name_en,
        name_hi=new.name_hi,
        latitude=new.location.latitude if new.location else None,
        longitude=new.location.longitude if new.location else None,
        why=why,
        recorded_at=now,
    )
    return node


def _above(
    new: NewNode, made: Mapping[tuple[str, str], models.Node]
) -> tuple[models.Node | None, models.Node | None]:
    """The discom and the parent of a new node; both None for a discom."""
    if new.kind is Kind.DISCOM:
        return None, None
    discom = (
        made.get((new.discom_code, new.discom_code))
        or models.Node.objects.filter(discom=None, code=new.discom_code).first()
    )
    if discom is None:
        raise WrongTree(
            _("%(code)s: there is no discom %(discom)s.")
            % {"code": new.code, "discom": new.discom_code}
        )
    parent = made.get((new.discom_code, new.parent_code))
    if parent is None and new.parent_code == discom.code:
        parent = discom
    if parent is None:
        parent = models.Node.objects.filter(discom=discom, code=new.parent_code).first()
    if parent is None:
        raise WrongTree(
            _("%(code)s: there is no %(parent)s to hang below.")
            % {"code": new.code, "parent": new.parent_code}
        )
    return discom, parent
