"""What consumers wish: by which way, in which language, how often, in which browsers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from bijlighar.kernel.errors import BijligharError
from bijlighar.notices import _settings
from bijlighar.notices.channels.web_push.encryption import base64url as as_base64url
from bijlighar.notices.channels.web_push.encryption import (
    from_base64url,
    point_of,
    private_key,
)
from bijlighar.notices.models import Preference, PushAddress
from bijlighar.notices.values import Digest, Medium, Preferences

MOST_BROWSERS = 10
LONGEST_ENDPOINT = 1_000
POINT_BYTES = 65
SECRET_BYTES = 16


class WrongPreference(BijligharError):
    """A wish is not as it may be; nothing was changed. The message names the field."""

    def __init__(self, message: str, *, field: str) -> None:
        """`field` of the form that has to be mended."""
        super().__init__(message)
        self.field = field


def media_offered() -> tuple[Medium, ...]:
    """The ways that the installation has, its first choice first."""
    return tuple(dict.fromkeys(one.medium for one in _settings.channels()))


def preferences_of(*, connection_id: int, language: str) -> Preferences:
    """What a consumer wishes; without a word of theirs what holds for everybody."""
    row = Preference.objects.filter(connection_id=connection_id).first()
    browsers = PushAddress.objects.filter(
        connection_id=connection_id, ended_at=None
    ).count()
    if row is None:
        return Preferences(
            medium=media_offered()[0],
            language=language,
            digest=Digest.NONE,
            wants_news=True,
            mail="",
            browsers=browsers,
        )
    return Preferences(
        medium=Medium(row.medium),
        language=row.language,
        digest=Digest(row.digest),
        wants_news=row.wants_news,
        mail=row.mail,
        browsers=browsers,
    )


def set_preferences(*, connection_id: int, wished: Preferences, now: datetime) -> None:
    """Keep what a consumer wishes from now on. Raises WrongPreference."""
    if wished.medium not in media_offered():
        raise WrongPreference("Choose one of the ways that there are.", field="medium")
    if wished.mail:
        try:
            validate_email(wished.mail)
        except ValidationError as error:
            raise WrongPreference("This is no mail address.", field="mail") from error
    if wished.medium is Medium.MAIL and not wished.mail:
        raise WrongPreference("Give the mail address.", field="mail")
    Preference.objects.update_or_create(
        connection_id=connection_id,
        defaults={
            "medium": wished.medium.value,
            "language": wished.language,
            "digest": wished.digest.value,
            "wants_news": wished.wants_news,
            "mail": wished.mail,
            "changed_at": now,
        },
    )


def add_browser(
    *,
    connection_id: int,
    endpoint: str,
    public_key: str,
    shared_secret: str,
    now: datetime,
) -> None:
    """A browser shall be told too. Raises WrongPreference.

    The endpoint is asked by us later: only https to a name of the outer world is taken.
    """
    at = urlsplit(endpoint)
    host = at.hostname or ""
    if (
        len(endpoint) > LONGEST_ENDPOINT
        or at.scheme != "https"
        or at.port not in (None, 443)
        or "." not in host
        or host.replace(".", "").isdigit()
        or host.endswith((".local", ".internal", ".localhost"))
    ):
        raise WrongPreference("This is no address of a push service.", field="endpoint")
    try:
        is_right = (
            len(from_base64url(public_key)) == POINT_BYTES
            and len(from_base64url(shared_secret)) == SECRET_BYTES
        )
    except ValueError:
        is_right = False
    if not is_right:
        raise WrongPreference("These are no keys of a browser.", field="keys")
    held = PushAddress.objects.filter(connection_id=connection_id, ended_at=None)
    if held.exclude(endpoint=endpoint).count() >= MOST_BROWSERS:
        raise WrongPreference("That are too many browsers.", field="endpoint")
    PushAddress.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "connection_id": connection_id,
            "public_key": public_key,
            "shared_secret": shared_secret,
            "added_at": now,
            "ended_at": None,
        },
    )


def forget_browsers(*, connection_id: int, now: datetime) -> int:
    """No browser of this consumer is told any more; how many were."""
    return PushAddress.objects.filter(connection_id=connection_id, ended_at=None).update(
        ended_at=now
    )


def push_key() -> str:
    """The public key that a browser asks for; empty where the installation has no push."""
    key = _settings.told()["push_private_key"]
    return as_base64url(point_of(private_key(key))) if key else ""


def wishes_of(*, connection_ids: Collection[int]) -> dict[int, Preference]:
    """The rows of those who wish something, by connection."""
    held = Preference.objects.raw(
        "select * from notices_preference where connection_id = any(%s)",
        [list(connection_ids)],
    )
    return {row.connection_id: row for row in held}


def wanting_digest(
    *, digest: Digest, after_connection_id: int, limit: int
) -> tuple[int, ...]:
    """Who wants a digest, by connection, from the next after one on."""
    return tuple(
        Preference.objects.filter(
            digest=digest.value, connection_id__gt=after_connection_id
        )
        .order_by("connection_id")
        .values_list("connection_id", flat=True)[:limit]
    )
