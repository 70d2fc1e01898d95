"""The head-end's verbs: meters' keys and counters here, the rest in private modules.

Whom to ask, and for what, is `_reads`; the queue of relay commands `_commands`; how keys
come in and change `_commission` and `_rotate`; pushes `_pushes`; counts `_attempts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet

from bijlighar.connections import service as connections
from bijlighar.connections.values import MeterAddress
from bijlighar.headend import _key_marks, rules
from bijlighar.headend import keys as key_store
from bijlighar.headend._attempts import attempts_of as attempts_of
from bijlighar.headend._attempts import count_attempts as count_attempts
from bijlighar.headend._attempts import count_strangers as count_strangers
from bijlighar.headend._attempts import strangers_on as strangers_on
from bijlighar.headend._commands import claim as claim
from bijlighar.headend._commands import command_of as command_of
from bijlighar.headend._commands import commands_of as commands_of
from bijlighar.headend._commands import confirmed as confirmed
from bijlighar.headend._commands import count_waiting as count_waiting
from bijlighar.headend._commands import due_commands as due_commands
from bijlighar.headend._commands import failed_disconnections as failed_disconnections
from bijlighar.headend._commands import hurry as hurry
from bijlighar.headend._commands import next_command_at as next_command_at
from bijlighar.headend._commands import queue as queue
from bijlighar.headend._commands import queued_disconnection as queued_disconnection
from bijlighar.headend._commands import unconfirmed as unconfirmed
from bijlighar.headend._commands import withdraw as withdraw
from bijlighar.headend._commission import AlreadyTaken as AlreadyTaken
from bijlighar.headend._commission import KeysRefused as KeysRefused
from bijlighar.headend._commission import NoKeyFile as NoKeyFile
from bijlighar.headend._commission import NotSealed as NotSealed
from bijlighar.headend._commission import WeakPassphrase as WeakPassphrase
from bijlighar.headend._commission import WrongPassphrase as WrongPassphrase
from bijlighar.headend._commission import check_keys as check_keys
from bijlighar.headend._commission import is_key_file as is_key_file
from bijlighar.headend._commission import note_file, rows_to_take
from bijlighar.headend._commission import open_key_file as open_key_file
from bijlighar.headend._commission import seal_key_file as seal_key_file
from bijlighar.headend._commission_due import claim_to_commission as claim_to_commission
from bijlighar.headend._commission_kept import alarming_relays as alarming_relays
from bijlighar.headend._commission_kept import keep_configuration as keep_configuration
from bijlighar.headend._commission_kept import (
    unread_configurations as unread_configurations,
)
from bijlighar.headend._commission_talk import read_configuration as read_configuration
from bijlighar.headend._configurations import configuration_of as configuration_of
from bijlighar.headend._handing import NotOurs as NotOurs
from bijlighar.headend._handing import check_ours as check_ours
from bijlighar.headend._handing import check_ready as check_ready
from bijlighar.headend._handing import due_for_vendor as due_for_vendor
from bijlighar.headend._handing import hand_over as hand_over
from bijlighar.headend._handing import heard_by_others as heard_by_others
from bijlighar.headend._handing import lock_for_vendor as lock_for_vendor
from bijlighar.headend._handing import not_answered as not_answered
from bijlighar.headend._key_marks import SharedKey as SharedKey
from bijlighar.headend._pushes import note_refused as note_refused
from bijlighar.headend._pushes import push_access as push_access
from bijlighar.headend._pushes import take_pushes as take_pushes
from bijlighar.headend._questions import answering_below as answering_below
from bijlighar.headend._questions import contact_with as contact_with
from bijlighar.headend._questions import waiting_command as waiting_command
from bijlighar.headend._reads import LOCK_CLASS as LOCK_CLASS
from bijlighar.headend._reads import ask_now as ask_now
from bijlighar.headend._reads import claim_meters as claim_meters
from bijlighar.headend._reads import ended as ended
from bijlighar.headend._reads import plans_for, wake_head_end
from bijlighar.headend._reads import schedule as schedule
from bijlighar.headend._reads import take_reads as take_reads
from bijlighar.headend._rotate import change_in_doubt, keys_to_try, mark_sent
from bijlighar.headend._rotate import end_doubt as end_doubt
from bijlighar.headend._rotate import last_change_of as last_change_of
from bijlighar.headend._rotate import meters_by_age_of_keys as meters_by_age_of_keys
from bijlighar.headend._rotate import not_taken as not_taken
from bijlighar.headend._rotate import open_key_changes as open_key_changes
from bijlighar.headend._rotate import prepare_key_change as prepare_key_change
from bijlighar.headend._rotate import still_in_doubt as still_in_doubt
from bijlighar.headend._rotate_talk import Sent as Sent
from bijlighar.headend._rotate_talk import prove as prove
from bijlighar.headend._rotate_talk import prove_keys as prove_keys
from bijlighar.headend._rotate_talk import send_new_keys as send_new_keys
from bijlighar.headend.models import MeterContact, MeterSecret
from bijlighar.headend.values import (
    KeyPart,
    KeysToProve,
    KeysToSend,
    MeterAccess,
    MeterKeys,
    ReadPlan,
)
from bijlighar.kernel.sql import rows, statement

HOLD_LOCK = f"select pg_advisory_lock({LOCK_CLASS}, %s)"
"""A head-end process holds this lock, with its own number, in a session of its own. When
the process dies the session ends, and its claims are free for others at once."""

RESTORE_JUMP = 65_536

COUNTERS_A_CONVERSATION = 1_024
"""Counters leased ahead for one conversation: more than its frames can be."""


def commission(*, keys: Mapping[int, MeterKeys], now: datetime) -> None:
    """Take meters' keys in, wrapped; from now on the meters are asked.

    Raises SharedKey where a key stands for another meter.
    """
    root = _root()
    with transaction.atomic():
        _key_marks.keep(keys, root=root)
        MeterSecret.objects.bulk_create(
            MeterSecret(
                meter_id=meter_id,
                wrapped_keys=key_store.wrap(keys=one, meter_id=meter_id, root=root),
            )
            for meter_id, one in sorted(keys.items())
        )
        # A meter that a vendor's head-end heard has a contact already.
        MeterContact.objects.bulk_create(
            (
                MeterContact(meter_id=meter_id, read_not_before=now)
                for meter_id in sorted(keys)
            ),
            ignore_conflicts=True,
        )


def take_in_keys(*, content: bytes, now: datetime) -> int:
    """Take in the keys of a file (as `open_key_file` gives it), all of them or none.

    Killed half-way, nothing has happened. Answers for how many meters. Raises KeysRefused
    with every fault, AlreadyTaken.
    """
    with transaction.atomic():
        keys = rows_to_take(content=content)
        commission(keys=keys, now=now)
        note_file(content=content, rows=len(keys), now=now)
    return len(keys)


def keys_to_send(*, change_id: int, meter_id: int, now: datetime) -> KeysToSend | None:
    """All for sending a meter its new keys, which count as sent from now on.

    None where they are not to be sent. Committed before the first frame goes out.
    """
    with transaction.atomic():
        leased = _lease([meter_id])
        new = mark_sent(change_id=change_id, now=now)
        if new is None or not leased:
            return None
        (access,) = _accesses(leased)
        part, _ = change_in_doubt(change_id=change_id)
        held = _unwrapped(meter_id, leased[meter_id])
    return KeysToSend(access=access, part=part, new=new, master_key=held.master_key)


def lease_to_prove(*, change_id: int, meter_id: int, is_new: bool) -> KeysToProve:
    """All for finding out whether a meter holds a change's new keys, or the old ones."""
    with transaction.atomic():
        leased = _lease([meter_id])
        part, wrapped = change_in_doubt(change_id=change_id)
        if is_new and part is KeyPart.GLOBALS:
            leased[meter_id] |= _under_new(wrapped)
        elif is_new:
            leased[meter_id] |= {"wrapped_keys": wrapped}
    (access,) = _accesses(leased)
    keys = _unwrapped(meter_id, leased[meter_id])
    return KeysToProve(access=access, part=part, keys=keys, is_new=is_new)


def lease(*, meter_ids: Sequence[int]) -> tuple[MeterAccess, ...]:
    """Everything for one conversation with each meter, counters leased and kept ahead.

    Committed before the first frame is sent: a counter is never used twice, even if the
    process is killed at once. A meter whose keys are being changed is tried under the new
    ones and the old ones in turn. Raises keys.WrongRootKey.
    """
    _root()
    with transaction.atomic():
        leased = _lease(meter_ids)
        for meter_id, wrapped in keys_to_try(meter_ids=sorted(leased)).items():
            leased[meter_id] |= _under_new(wrapped)
    return _accesses(leased)


def _lease(meter_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "lease_counters"),
            {"meters": sorted(set(meter_ids)), "many": COUNTERS_A_CONVERSATION},
        )
        return {row["meter_id"]: row for row in rows(cursor)}


def _under_new(wrapped: bytes) -> dict[str, Any]:
    """Under new keys a meter may begin to count anew."""
    return {"wrapped_keys": wrapped, "known_meter_counter": 0}


def _root() -> bytes:
    return key_store.root_key(settings.BIJLIGHAR["root_key"])


def _accesses(leased: Mapping[int, Mapping[str, Any]]) -> tuple[MeterAccess, ...]:
    root = _root()
    return tuple(
        _access(address, leased[address.meter_id], root)
        for address in connections.meter_addresses(meter_ids=sorted(leased))
    )


def heard(*, meter_counters: Mapping[int, int], now: datetime) -> None:
    """These meters answered; `meter_counters` are the last counters that they used."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "heard"),
            {
                "meters": list(meter_counters),
                "counters": list(meter_counters.values()),
                "now": now,
                "next": now + rules.READ_EVERY,
            },
        )


def not_heard(*, errors: Mapping[int, str], now: datetime) -> None:
    """These meters did not answer; each is asked again after a growing pause."""
    with transaction.atomic():
        contacts = MeterContact.objects.select_for_update().filter(meter_id__in=errors)
        for contact in contacts.order_by("meter_id"):
            contact.failures_in_a_row += 1
            contact.last_tried_at = now
            contact.last_error = errors[contact.meter_id][:500]
            pause = rules.retry_read_after(failures_in_a_row=contact.failures_in_a_row)
            contact.read_not_before = now + pause
            contact.save()


def plan_reads(*, now: datetime, limit: int) -> tuple[ReadPlan, ...]:
    """Whom to ask now, and for what, longest waiting first; nobody is claimed."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "due_reads"), {"now": now, "limit": limit}
        )
        ids = [row["meter_id"] for row in rows(cursor)]
    return plans_for(meter_ids=ids, now=now)


def last_error_of(*, meter_id: int) -> str:
    """Why a meter could not be read at the last attempt; empty if it could."""
    return MeterContact.objects.get(pk=meter_id).last_error


def read_soon(*, now: datetime, meter_ids: Sequence[int] | None = None) -> None:
    """Let these meters (all by default) be asked at once: a midnight has passed."""
    with transaction.atomic():
        contacts = MeterContact.objects.all() if meter_ids is None else _contacts(meter_ids)
        # Locked in one order: conversations that end meanwhile lock many as well.
        ids = list(
            contacts.select_for_update()
            .order_by("meter_id")
            .values_list("meter_id", flat=True)
        )
        contacts.filter(pk__in=ids).update(read_not_before=now)
        wake_head_end()


def jump_counters() -> int:
    """After a database was restored: move every counter far ahead; answer how many.

    The meters have heard counters that the restored database knows nothing of; using one
    again would repeat a nonce. Source: security C20.
    """
    return int(MeterSecret.objects.update(next_counter=F("next_counter") + RESTORE_JUMP))


def _unwrapped(meter_id: int, leased: Mapping[str, Any]) -> MeterKeys:
    return key_store.unwrap(
        wrapped=bytes(leased["wrapped_keys"]), meter_id=meter_id, root=_root()
    )


def _access(address: MeterAddress, leased: Mapping[str, Any], root: bytes) -> MeterAccess:
    meter_keys = key_store.unwrap(
        wrapped=bytes(leased["wrapped_keys"]),
        meter_id=address.meter_id,
        root=root,
    )
    return MeterAccess(
        meter_id=address.meter_id,
        serial=address.serial,
        system_title=address.system_title,
        host=address.host,
        port=address.port,
        encryption_key=meter_keys.encryption_key,
        authentication_key=meter_keys.authentication_key,
        first_counter=int(leased["first_counter"]),
        leased_counters=COUNTERS_A_CONVERSATION,
        known_meter_counter=int(leased["known_meter_counter"]),
    )


def _contacts(meter_ids: Sequence[int]) -> QuerySet[MeterContact]:
    return MeterContact.objects.filter(meter_id__in=meter_ids)
