"""The pretend operator: carries an SMS to the pretend phones of the demo over HTTP."""

from __future__ import annotations

import httpx

from bijlighar.kernel.errors import TemporaryError
from bijlighar.notices.values import ToSend

TIMEOUT_S = 5


class OperatorSilent(TemporaryError):
    """The operator did not take the SMS; it is tried again."""


def send(*, notice: ToSend, url: str, key: str, client: httpx.Client) -> None:
    """Hand one SMS to the operator. The reference makes a repetition harmless.

    Raises OperatorSilent.
    """
    try:
        answer = client.post(
            f"{url}/v1/messages",
            headers={"Authorization": f"Bearer {key}"},
            json={
                "to": notice.mobile,
                "sender": notice.sender,
                "template_id": notice.template_id,
                "text": notice.text,
                "language": notice.language,
                "reference": notice.reference,
            },
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise OperatorSilent(f"The SMS operator did not answer: {error}") from error
