"""Machine clients: registered by a person, owned by a person, ended at once.

Their secrets and tokens are django-oauth-toolkit's, kept as hashes only. The desk's
database role never sees those tables; the verbs here step out of it for that one look.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from oauth2_provider.models import AccessToken, Application

from bijlighar.kernel.errors import BijligharError
from bijlighar.people import _audit, models
from bijlighar.people._system import as_the_system
from bijlighar.people.rules import SCOPES, rights_of_scopes
from bijlighar.people.values import (
    ActorKind,
    Change,
    ClientSecret,
    MachineClient,
    Origin,
    Scope,
    Viewer,
)

SECRET_BYTES = 32
LONGEST_TOKEN = 255


class UnknownClient(BijligharError):
    """There is no such machine client, or it lies outside the area."""


class WrongClient(BijligharError):
    """What a machine client should be allowed is not as it must be."""


def register_client(
    *,
    name: str,
    purpose: str,
    owner_id: int,
    scopes: Sequence[str],
    area_ids: Sequence[int],
    by: Viewer,
    now: datetime,
    why: str = "",
) -> ClientSecret:
    """A new machine client and its first secret. Raises WrongClient.

    Whether the owner may do in these areas what the scopes allow, the caller has checked.
    """
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown or not scopes or not area_ids:
        raise WrongClient(f"Choose at least one area and known scopes, not {unknown}.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        with as_the_system():
            application = Application.objects.create(
                name=name,
                client_type=Application.CLIENT_CONFIDENTIAL,
                authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
                client_secret=secret,
            )
        made = models.MachineClient.objects.create(
            application_id=application.pk,
            client_id=application.client_id,
            name=name,
            purpose=purpose,
            owner_id=owner_id,
            scopes=sorted(set(scopes)),
            area_ids=sorted(set(area_ids)),
            registered_at=now,
            secret_changed_at=now,
        )
        _told(
            made,
            "people.client.registered",
            by,
            now,
            after={
                "name": name,
                "purpose": purpose,
                "owner_id": owner_id,
                "scopes": made.scopes,
                "area_ids": made.area_ids,
            },
            why=why,
        )
    return ClientSecret(number=made.pk, client_id=made.client_id, secret=secret)


def rotate_secret(*, number: int, by: Viewer, now: datetime, why: str = "") -> ClientSecret:
    """A new secret; the old one and every token end at once. Raises UnknownClient."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        held = _locked(number)
        if held.disabled_at is not None:
            raise WrongClient("This client is switched off: register a new one.")
        with as_the_system():
            application = Application.objects.get(pk=held.application_id)
            application.client_secret = secret
            application.save(update_fields=["client_secret", "updated"])
        _end_tokens(held)
        models.MachineClient.objects.filter(pk=number).update(secret_changed_at=now)
        _told(held, "people.client.secret_changed", by, now, why=why)
    return ClientSecret(number=number, client_id=held.client_id, secret=secret)


def disable_client(*, number: int, by: Viewer, now: datetime, why: str) -> None:
    """Switch a client off for good, its tokens with it. Raises UnknownClient.

    Nothing happens where it is off already.
    """
    with transaction.atomic():
        held = _locked(number)
        if held.disabled_at is not None:
            return
        _end_tokens(held)
        models.MachineClient.objects.filter(pk=number).update(disabled_at=now)
        _told(held, "people.client.disabled", by, now, why=why)


def clients(*, scope: Scope | None = None) -> tuple[MachineClient, ...]:
    """The machine clients that lie whole in some areas: first those in use, by name."""
    found = _within(scope).order_by("disabled_at", "name", "pk")
    return tuple(
        _shown(row) for row in sorted(found, key=lambda r: r.disabled_at is not None)
    )


def client(*, number: int, scope: Scope | None = None) -> MachineClient:
    """One machine client that lies whole in some areas. Raises UnknownClient."""
    found = _within(scope).filter(pk=number).first()
    if found is None:
        raise UnknownClient(f"There is no machine client {number}.")
    return _shown(found)


def client_in_use(*, client_id: str) -> MachineClient | None:
    """The client that signs in with this id; None where it may not (any more)."""
    found = models.MachineClient.objects.filter(
        client_id=client_id, disabled_at=None
    ).first()
    return None if found is None else _shown(found)


def token_given(*, client_id: str, now: datetime) -> None:
    """Remember when a client last asked for a token."""
    models.MachineClient.objects.filter(client_id=client_id).update(last_token_at=now)


def viewer_of_token(*, token: str, origin: Origin, real_now: datetime) -> Viewer | None:
    """The machine client that a bearer token belongs to; None where it is worth nothing.

    It may do what the token's scopes and the client's own allow, where the client belongs.
    """
    if not token or len(token) > LONGEST_TOKEN:
        return None
    digest = sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
    held = AccessToken.objects.filter(token_checksum=digest, expires__gt=real_now).first()
    if held is None:
        return None
    found = models.MachineClient.objects.filter(
        application_id=held.application_id, disabled_at=None
    ).first()
    if found is None:
        return None
    scopes = set(held.scope.split()) & set(found.scopes)
    return Viewer(
        kind=ActorKind.CLIENT,
        actor_id=found.pk,
        name=found.name,
        rights=rights_of_scopes(scopes=scopes, area_ids=found.area_ids),
        origin=origin,
    )


def forget_tokens(*, real_now: datetime) -> int:
    """Take away the tokens that have run out; how many there were."""
    gone, _ = AccessToken.objects.filter(expires__lt=real_now).delete()
    return int(gone)


def _within(scope: Scope | None) -> QuerySet[models.MachineClient]:
    """Clients all of whose areas lie in a scope; None: all that the database shows."""
    if scope is None:
        return models.MachineClient.objects.all()
    reached = RawSQL(
        "array(select node_id from grid_reach where area_id = any(%s))", [scope.areas]
    )
    return models.MachineClient.objects.filter(area_ids__contained_by=reached)


def _locked(number: int) -> models.MachineClient:
    found = models.MachineClient.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise UnknownClient(f"There is no machine client {number}.")
    return found


def _end_tokens(held: models.MachineClient) -> None:
    with as_the_system():
        AccessToken.objects.filter(application_id=held.application_id).delete()


def _told(
    held: models.MachineClient,
    action: str,
    by: Viewer,
    now: datetime,
    *,
    after: dict[str, object] | None = None,
    why: str = "",
) -> None:
    _audit.record(
        change=Change(
            action=action,
            object_kind="client",
            object_id=str(held.pk),
            place_id=min(held.area_ids),
            after=after,
            why=why,
        ),
        by=by,
        now=now,
    )


def _shown(row: models.MachineClient) -> MachineClient:
    return MachineClient(
        number=row.pk,
        client_id=row.client_id,
        name=row.name,
        purpose=row.purpose,
        owner_id=row.owner_id,
        scopes=tuple(row.scopes),
        area_ids=tuple(row.area_ids),
        registered_at=row.registered_at,
        secret_changed_at=row.secret_changed_at,
        last_token_at=row.last_token_at,
        disabled_at=row.disabled_at,
    )
