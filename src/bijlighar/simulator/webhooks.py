"""Delivering the gateway's events: again and again until somebody says 2xx."""

from __future__ import annotations

import asyncio

import httpx
import structlog

from bijlighar.simulator.gateway import Gateway, Webhook

_AT_ONCE = 20
_TIMEOUT_S = 10.0
_LOOKS_AGAIN_S = 60.0

log = structlog.get_logger(__name__)


class WebhookDelivery:
    """One task that tells due events to the configured address."""

    def __init__(self, *, gateway: Gateway) -> None:
        """Nothing happens before `run`, and nothing at all without an address."""
        self._gateway = gateway
        self._is_new = asyncio.Event()

    def wake(self) -> None:
        """There is something new to tell."""
        self._is_new.set()

    async def run(self) -> None:
        """Deliver until cancelled; what was not heard is due again at the next start."""
        if self._gateway.settings.webhook_url is None:
            return
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as client:
            while True:
                self._is_new.clear()
                due = self._gateway.due_webhooks(limit=_AT_ONCE)
                await asyncio.gather(*(self._deliver(client, webhook) for webhook in due))
                if not due:
                    await self._wait()

    async def _wait(self) -> None:
        """Until the next event is due, or something new was queued."""
        due_in_s = self._gateway.waits_s()
        limit_s = _LOOKS_AGAIN_S if due_in_s is None else min(due_in_s, _LOOKS_AGAIN_S)
        try:
            async with asyncio.timeout(limit_s):
                await self._is_new.wait()
        except TimeoutError:
            return

    async def _deliver(self, client: httpx.AsyncClient, webhook: Webhook) -> None:
        """One attempt to tell one event."""
        url = self._gateway.settings.webhook_url
        assert url is not None
        try:
            answer = await client.post(
                url, content=webhook.body.encode(), headers=webhook.headers
            )
            is_heard = answer.is_success
        except httpx.HTTPError:
            is_heard = False
        if is_heard:
            self._gateway.note_delivered(webhook)
        else:
            self._gateway.note_unheard(webhook)
        log.info("gateway.webhook.told", event_id=webhook.event_id, is_heard=is_heard)
