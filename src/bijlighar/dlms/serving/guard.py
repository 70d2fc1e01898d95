"""Sealing and opening on the meter's side: which keys, which form, which counters.

Opening and closing go under the client's global keys; so do services, unless the client has
given a dedicated key for this association. Counters under a dedicated key begin anew with
it and end with it; those under global keys are the `CounterStore`'s.

Source: IEC 62056-5-3, protection of xDLMS APDUs.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from bijlighar.dlms.device import CounterStore, ServerClient
from bijlighar.dlms.protection import Form, protect, unprotect
from bijlighar.dlms.security import SecurityKeys


class Guard:
    """One client's protection, for one association or an attempt at one."""

    def __init__(
        self,
        *,
        client_sap: int,
        client: ServerClient,
        client_title: bytes,
        own_title: bytes,
        counters: CounterStore,
    ) -> None:
        self._client_sap = client_sap
        self._client = client
        self._client_title = client_title
        self._own_title = own_title
        self._counters = counters
        self._dedicated: SecurityKeys | None = None
        self._dedicated_counter: int | None = None
        self._waiting: SecurityKeys | None = None

    def hold_dedicated_key(self, key: bytes | None) -> None:
        """Keep a key that the client has given until the association is proved.

        Raises `EncodeError` for a key of another length.
        """
        keys = self._client.keys
        if key is not None and keys is not None:
            self._waiting = replace(keys, encryption_key=key)

    def use_dedicated_key(self) -> None:
        """From here on, if one was given."""
        self._dedicated = self._waiting

    def sealed_initiate(self, plain: bytes) -> bytes:
        """An initiate APDU for user information."""
        return self._sealed(plain, self._client.keys, Form.GLOBAL)

    def opened_initiate(self, information: bytes, services: Container[int]) -> bytes:
        """The initiate APDU in user information."""
        return self._opened_globally(information, services, Form.GLOBAL)

    def sealed(self, plain: bytes) -> bytes:
        """A response."""
        keys = self._dedicated or self._client.keys
        return self._sealed(plain, keys, self._form)

    def opened(self, received: bytes, services: Container[int]) -> bytes:
        """A request."""
        if self._dedicated is None:
            return self._opened_globally(received, services, self._form)
        opened = unprotect(
            keys=self._dedicated,
            system_title=self._client_title,
            apdu=received,
            known_counter=self._dedicated_counter,
            services=services,
            control=self._client.control,
            form=self._form,
        )
        self._dedicated_counter = opened.counter
        return opened.plain

    @property
    def _form(self) -> Form:
        if self._client.is_general:
            return Form.GENERAL_DEDICATED if self._dedicated else Form.GENERAL_GLOBAL
        return Form.DEDICATED if self._dedicated else Form.GLOBAL

    def _sealed(self, plain: bytes, keys: SecurityKeys | None, form: Form) -> bytes:
        if keys is None:
            return plain
        return protect(
            keys=keys,
            system_title=self._own_title,
            counter=self._counters.next(),
            plain=plain,
            control=self._client.control,
            form=form,
        )

    def _opened_globally(
        self, received: bytes, services: Container[int], form: Form
    ) -> bytes:
        if self._client.keys is None:
            return received
        opened = unprotect(
            keys=self._client.keys,
            system_title=self._client_title,
            apdu=received,
            known_counter=self._counters.received(self._client_sap),
            services=services,
            control=self._client.control,
            form=form,
        )
        self._counters.accept(self._client_sap, opened.counter)
        return opened.plain
