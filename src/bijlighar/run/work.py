"""The worker: runs deferred jobs, starts what the schedule says, takes up stalled jobs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from asgiref.sync import sync_to_async
from django.db import OperationalError, close_old_connections
from procrastinate import App
from procrastinate.exceptions import ConnectorException

from bijlighar.clock.clock import now, real_now
from bijlighar.flow import schedule
from bijlighar.kernel.errors import BijligharError
from bijlighar.notices import service as notices
from bijlighar.people import service as people
from bijlighar.run.jobs import worker_app

log = structlog.get_logger()

JOBS_AT_ONCE = 4
LOOK_AT_CLOCK_EVERY_S = 0.25
STALLED_EVERY_S = 5
FORGET_EVERY_S = 3600
SIGN_EVERY_S = 120
KEEP_JOBS_H = 72
LOOK_FOR_NOTICES_EVERY_S = 1
TEND_NOTICES_EVERY = timedelta(seconds=15)
STALLED_AFTER_S = 15
"""Without a heartbeat for so long, a job's worker is dead."""


async def work() -> None:
    """Work until told to stop (SIGTERM): running jobs are finished first.

    Should any part break, the whole worker ends with its error, for others to see.
    """
    app = worker_app()
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                concurrency=JOBS_AT_ONCE,
                install_signal_handlers=False,
                fetch_job_polling_interval=1,
                update_heartbeat_interval=3,
                stalled_worker_timeout=STALLED_AFTER_S,
                shutdown_graceful_timeout=8,
            )
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.cancel)
        parts = [
            asyncio.create_task(follow_schedule()),
            asyncio.create_task(sign_audit_heads()),
            asyncio.create_task(send_notices()),
            asyncio.create_task(_patiently(lambda: take_up_stalled(app), STALLED_EVERY_S)),
            asyncio.create_task(_patiently(lambda: forget_old_jobs(app), FORGET_EVERY_S)),
        ]
        await asyncio.wait([worker, *parts], return_when=asyncio.FIRST_COMPLETED)
        for task in (worker, *parts):
            task.cancel()
        ended = await asyncio.gather(worker, *parts, return_exceptions=True)
    notices.close_channels()
    for one in ended:
        if isinstance(one, Exception):
            raise one


async def follow_schedule() -> None:
    """Start what is due by the clock, again and again."""
    start_due = sync_to_async(_start_due, thread_sensitive=False)
    while True:
        try:
            await start_due()
        except OperationalError as error:
            log.warning("flow.database.unreachable", why=str(error))
        await asyncio.sleep(LOOK_AT_CLOCK_EVERY_S)


def _start_due() -> None:
    close_old_connections()
    schedule.start_due(now=now())


async def sign_audit_heads() -> None:
    """Sign where the audit trail stands, every few minutes of real time.

    Whoever rewrites a trail has only so long, whatever a demo's clock shows. A trail that
    is not the signed one is an alarm that nobody may overlook.
    """
    sign = sync_to_async(_sign_audit_head, thread_sensitive=False)
    while True:
        try:
            await sign()
        except (OperationalError, OSError) as error:
            log.warning("people.audit.unsigned", why=str(error))
        except BijligharError as error:
            log.critical("people.audit.unsigned", why=str(error))
        await asyncio.sleep(SIGN_EVERY_S)


def _sign_audit_head() -> None:
    close_old_connections()
    people.sign_audit_head(now=now())


async def send_notices() -> None:
    """Send what is due, the most urgent first, and keep an eye on the operators.

    Retries, quiet hours that end, and evenings on which a million people are told come
    through here; a single notice does not wait for it (flow.send_notice).
    """
    send = sync_to_async(_send_notices, thread_sensitive=False)
    tend = sync_to_async(_tend_notices, thread_sensitive=False)
    tended_at = real_now()
    while True:
        sent = 0
        try:
            sent = await send()
            if real_now() - tended_at >= TEND_NOTICES_EVERY:
                tended_at = real_now()
                await tend()
        except OperationalError as error:
            log.warning("flow.database.unreachable", why=str(error))
        await asyncio.sleep(0 if sent else LOOK_FOR_NOTICES_EVERY_S)


def _send_notices() -> int:
    close_old_connections()
    return notices.send_due(now=now(), real_now=real_now())


def _tend_notices() -> None:
    close_old_connections()
    notices.tend(now=now(), real_now=real_now())


async def take_up_stalled(app: App) -> None:
    """Jobs whose worker died are done again: every job is safe to repeat."""
    stalled = await app.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=STALLED_AFTER_S
    )
    for job in stalled:
        log.warning("flow.job.taken_up", job_id=job.id, task=job.task_name)
        await app.job_manager.retry_job(job, retry_at=real_now())


async def forget_old_jobs(app: App) -> None:
    """Jobs that were done long ago are deleted; failed ones stay for people to see."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_JOBS_H)


async def _patiently(work: Callable[[], Awaitable[None]], every_s: float) -> None:
    """Do some work again and again, also after the database was away for a while."""
    while True:
        try:
            await work()
        except ConnectorException as error:
            log.warning("flow.database.unreachable", why=str(error))
        await asyncio.sleep(every_s)
