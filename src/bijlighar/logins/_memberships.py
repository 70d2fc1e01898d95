"""Which connections a login may see: its own, those it added, those shared with it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.kernel.errors import BijligharError
from bijlighar.logins import rules
from bijlighar.logins._sign_ins import login_of
from bijlighar.logins.models import Login, Membership
from bijlighar.logins.values import Access, How, Member, Reach, SignedIn
from bijlighar.people import service as people
from bijlighar.people.values import ActorKind, Change, Origin, Viewer


class NotTheOwner(BijligharError):
    """Only the login with the primary number may do this."""


class TooManyMembers(BijligharError):
    """A connection is shared with as many people as it may be."""


class SharedWithOneself(BijligharError):
    """The number is the primary one itself."""


def access_to(*, by: SignedIn, home: Home) -> Access | None:
    """What somebody may do with a connection; None: it does not exist for them."""
    if home.mobile == by.mobile:
        return Access.OWN
    held = Membership.objects.filter(
        login_id=by.login_id, connection_id=home.connection_id, ended_at=None
    ).first()
    return None if held is None else Access(held.access)


def reach_of(*, by: SignedIn) -> tuple[Reach, ...]:
    """Every connection somebody may see: their own first, then the newest last."""
    own = [home.connection_id for home in connections.homes_of_mobile(mobile=by.mobile)]
    held = Membership.objects.filter(login_id=by.login_id, ended_at=None)
    return (
        *(Reach(connection_id=one, access=Access.OWN, how=None, since=None) for one in own),
        *(
            Reach(
                connection_id=one.connection_id,
                access=Access(one.access),
                how=How(one.how),
                since=one.since,
            )
            for one in held.exclude(connection_id__in=own).order_by("since", "pk")
        ),
    )


def add(*, by: SignedIn, home: Home, origin: Origin, now: datetime) -> None:
    """A login may see and pay a connection whose primary number was just proven."""
    _join(
        login=Login.objects.get(pk=by.login_id),
        home=home,
        access=Access.PAY,
        how=How.ADDED,
        by=by,
        origin=origin,
        now=now,
    )


def share(
    *,
    by: SignedIn,
    home: Home,
    mobile: str,
    access: Access,
    origin: Origin,
    now: datetime,
) -> None:
    """The owner lets another number see a connection. See service."""
    _insist_on_owner(by, home)
    if mobile == home.mobile:
        raise SharedWithOneself("This is the connection's own number.")
    with transaction.atomic():
        login = login_of(mobile)
        held = Membership.objects.select_for_update().filter(
            connection_id=home.connection_id, ended_at=None
        )
        if held.exclude(login=login).count() >= rules.MOST_MEMBERS:
            raise TooManyMembers(f"At most {rules.MOST_MEMBERS} people share one.")
        _join(
            login=login,
            home=home,
            access=access,
            how=How.SHARED,
            by=by,
            origin=origin,
            now=now,
        )


def members_of(*, by: SignedIn, home: Home) -> tuple[Member, ...]:
    """Who else may see a connection. Raises NotTheOwner."""
    _insist_on_owner(by, home)
    held = Membership.objects.filter(connection_id=home.connection_id, ended_at=None)
    return tuple(
        Member(
            membership_id=one.pk,
            connection_id=one.connection_id,
            mobile=one.login.mobile,
            access=Access(one.access),
            how=How(one.how),
            since=one.since,
            has_signed_in=one.login.first_signed_in_at is not None,
        )
        for one in held.select_related("login").order_by("since", "pk")
    )


def revoke(
    *, by: SignedIn, home: Home, membership_id: int, origin: Origin, now: datetime
) -> bool:
    """Somebody may see the owner's connection no more; False where they could not."""
    _insist_on_owner(by, home)
    held = Membership.objects.filter(pk=membership_id, connection_id=home.connection_id)
    return _leave(held, "revoked", by=by, home=home, origin=origin, now=now)


def leave(*, by: SignedIn, home: Home, origin: Origin, now: datetime) -> bool:
    """A login does without a connection that is not its own; False where it had none."""
    held = Membership.objects.filter(login_id=by.login_id, connection_id=home.connection_id)
    return _leave(held, "left", by=by, home=home, origin=origin, now=now)


def viewer_of(by: SignedIn, origin: Origin) -> Viewer:
    """Who a consumer is in the audit trail: their number masked, never a name."""
    return Viewer(
        kind=ActorKind.CONSUMER,
        actor_id=by.login_id,
        name=rules.masked(by.mobile),
        rights={},
        origin=origin,
    )


def record(
    action: str,
    *,
    by: SignedIn,
    home: Home,
    origin: Origin,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Audit what a consumer changed at a connection."""
    people.record(
        change=Change(
            action=action,
            object_kind="connection",
            object_id=str(home.connection_id),
            place_id=home.transformer_id,
            before=before,
            after=after,
        ),
        by=viewer_of(by, origin),
        now=now,
    )


def _join(
    *,
    login: Login,
    home: Home,
    access: Access,
    how: How,
    by: SignedIn,
    origin: Origin,
    now: datetime,
) -> None:
    with transaction.atomic():
        held = Membership.objects.select_for_update().filter(
            login=login, connection_id=home.connection_id, ended_at=None
        )
        known = held.first()
        if known is not None and known.access == access.value:
            return
        held.update(ended_at=now, ended_because="changed")
        Membership.objects.create(
            login=login,
            connection_id=home.connection_id,
            access=access.value,
            how=how.value,
            since=now,
        )
        record(
            f"logins.connection.{how.value}",
            by=by,
            home=home,
            origin=origin,
            now=now,
            before={"access": known.access} if known else None,
            after={"access": access.value, "with": rules.masked(login.mobile)},
        )


def _leave(
    held: QuerySet[Membership],
    because: str,
    *,
    by: SignedIn,
    home: Home,
    origin: Origin,
    now: datetime,
) -> bool:
    with transaction.atomic():
        gone = held.select_for_update(of=("self",)).filter(ended_at=None).first()
        if gone is None:
            return False
        Membership.objects.filter(pk=gone.pk).update(ended_at=now, ended_because=because)
        mobile = Login.objects.get(pk=gone.login_id).mobile
        record(
            f"logins.connection.{because}",
            by=by,
            home=home,
            origin=origin,
            now=now,
            before={"access": gone.access, "with": rules.masked(mobile)},
        )
        return True


def _insist_on_owner(by: SignedIn, home: Home) -> None:
    if home.mobile != by.mobile:
        raise NotTheOwner("Only the primary number of a connection may do this.")
