"""The proof of the audit trail: an export, read line by line, and every way it can lie.

Each record is hashed together with the record before it, so that nothing can be changed,
taken out or put in without changing every hash that follows. Whoever owns the database can
compute all those hashes anew; the signed heads stop that: they were made with a key that
the database never holds, and are kept in a file outside it.

Everything here is pure and needs no database: an outsider checks with it what somebody
else exported. Lines are JSON objects, in this order: one `trail`, then by number each
`record` followed by the `head`s that sign it, then one `end`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bijlighar.people.audit_lines import (
    FIRST_HASH,
    VERSION,
    Head,
    Record,
    hash_of,
    head_told,
    object_of,
    public_keys,
    record_told,
    signed_text,
)

TOLERANCE = timedelta(minutes=10)
"""How long the change behind a record may have waited for its place in the chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as an honest trail has it."""

    seq: int
    """The record where it shows; 0: the file as a whole."""
    what: str


@dataclass(slots=True, kw_only=True)
class Proof:
    """Reads an export, keeps nothing but where it stands, and answers what is wrong.

    `trusted` are the public keys that the reader trusts; where there are none, the key
    that the export itself names is taken, which proves less: `is_key_from_export` says so.
    `held` are heads kept outside the database, in the order in which they were made.
    """

    trusted: Iterable[str] = ()
    held: Iterable[Head] = ()
    tolerance: timedelta = TOLERANCE
    records: int = 0
    heads: int = 0
    held_heads: int = 0
    is_key_from_export: bool = False
    last_head: Head | None = None
    announced: int = 0
    """How many records the first line promises."""
    key_id: str = ""
    """The short name of the key that was taken from the export."""
    _keys: dict[str, Ed25519PublicKey] = field(default_factory=dict)
    _held: Iterator[Head] = field(default_factory=lambda: iter(()))
    _next_held: Head | None = None
    _exported: list[tuple[int, bytes]] = field(default_factory=list)
    """Heads of the present record: what the next held ones are compared with."""
    _from: int = 1
    _seq: int = 0
    _hash: bytes = FIRST_HASH
    _at: datetime | None = None
    """No later record may be dated before this, but for the tolerance."""
    _latest: tuple[datetime, int] | None = None
    """The latest date since the last head, and whose it is."""
    _beyond: Head | None = None
    """A head of a record that has not come; none will, if it was the trail's end."""
    _is_open: bool = False
    _is_ended: bool = False

    def read(self, lines: Iterable[str]) -> Iterator[Finding]:
        """Everything that is wrong, as the lines come."""
        self._keys = public_keys(self.trusted)
        self._held = iter(self.held)
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                told = object_of(line)
                findings = list(self._take(told))
            except (ValueError, KeyError, TypeError):
                yield Finding(
                    seq=self._seq, what=f"Line {number} is not a line of an export."
                )
                continue
            yield from findings
        yield from self._close()

    def _take(self, told: Mapping[str, object]) -> Iterator[Finding]:
        match told["kind"]:
            case "trail":
                self._open(told)
            case "record":
                yield from self._record(record_told(told))
            case "head":
                yield from self._head(head_told(told))
            case "end":
                self._is_ended = True
                if int(str(told["seq"])) != self._seq:
                    yield self._found(f"The last line speaks of record {told['seq']}.")
            case _:
                raise ValueError("kind")

    def _open(self, told: Mapping[str, object]) -> None:
        if told["version"] != VERSION:
            raise ValueError("version")
        self._is_open = True
        self._from = int(str(told["from_seq"]))
        self.announced = int(str(told["records"]))
        self._seq = self._from - 1
        if not self._keys and told.get("public_key"):
            self._keys = public_keys([str(told["public_key"])])
            self.is_key_from_export = True
            self.key_id = next(iter(self._keys))
        self._next_held = next(self._held, None)
        # What was signed before the export's first record cannot be looked at.
        while self._next_held is not None and self._next_held.seq < self._from:
            self._step_held()

    def _record(self, record: Record) -> Iterator[Finding]:
        yield from self._leave_record(until=record.seq)
        self._beyond = None
        yield from self._place(record)
        made = hash_of(
            previous_hash=record.previous_hash, seq=record.seq, payload=record.payload
        )
        self.records += 1
        self._seq, self._hash = max(self._seq, record.seq), record.hash
        if made != record.hash:
            yield Finding(
                seq=record.seq,
                what="The content is not what was hashed: the record was edited.",
            )
        yield from self._dated(record)

    def _place(self, record: Record) -> Iterator[Finding]:
        """Whether the record stands where its number and its previous hash say."""
        wanted = self._seq + 1
        if record.seq > wanted:
            yield Finding(
                seq=wanted,
                what=f"Missing up to record {record.seq}, which comes next: deleted.",
            )
        elif record.seq < wanted:
            yield Finding(
                seq=record.seq,
                what=f"It stands after record {self._seq}: the order was changed.",
            )
        elif record.previous_hash != self._hash and not self._is_first(record):
            yield Finding(
                seq=record.seq,
                what="It does not follow the record before it: one of the two was put in"
                " another's place or made anew.",
            )

    def _is_first(self, record: Record) -> bool:
        """A part of a trail begins with a hash that only a head can vouch for."""
        return record.seq == self._from > 1

    def _dated(self, record: Record) -> Iterator[Finding]:
        try:
            at = datetime.fromisoformat(json.loads(record.payload)["at"])
            at = at.astimezone(UTC)
        except (ValueError, KeyError, TypeError):
            yield Finding(seq=record.seq, what="The record has no date.")
            return
        if self._at is not None and at < self._at - self.tolerance:
            yield Finding(
                seq=record.seq,
                what=f"It is dated {_told(at)}, but what stands before it was there at"
                f" {_told(self._at)}: back-dated.",
            )
            return
        self._at = at if self._at is None else max(self._at, at)
        if self._latest is None or at > self._latest[0]:
            self._latest = (at, record.seq)

    def _head(self, head: Head) -> Iterator[Finding]:
        self.heads += 1
        yield from self._signature(head, "A signed head")
        if head.seq > self._seq:
            self._beyond = head
            return
        self._exported.append((head.seq, head.signature))
        yield from self._same_hash(head, "was signed")
        yield from self._not_after(head)
        if self.last_head is not None and head.at < self.last_head.at - self.tolerance:
            yield Finding(
                seq=head.seq,
                what=f"A head over it was signed at {_told(head.at)}, after one that was"
                f" signed at {_told(self.last_head.at)}: the clock was set back.",
            )
        self._at, self._latest = head.at, None
        self.last_head = head

    def _not_after(self, head: Head) -> Iterator[Finding]:
        if self._latest is not None and self._latest[0] > head.at + self.tolerance:
            yield Finding(
                seq=self._latest[1],
                what=f"It is dated {_told(self._latest[0])}, but was there when a head was"
                f" signed at {_told(head.at)}: dated forward.",
            )

    def _same_hash(self, head: Head, how: str) -> Iterator[Finding]:
        if head.seq == self._seq and head.hash != self._hash:
            since = self.last_head.seq if self.last_head else self._from - 1
            yield Finding(
                seq=head.seq,
                what=f"Another hash {how} at {_told(head.at)}: records between"
                f" {since + 1} and {head.seq} were written anew.",
            )

    def _signature(self, head: Head, what: str) -> Iterator[Finding]:
        key = self._keys.get(head.key_id)
        if key is None:
            yield Finding(
                seq=head.seq,
                what=f"{what} carries the key {head.key_id}, which is not one of yours:"
                " forged, or signed with a former key (give it by --key).",
            )
            return
        text = signed_text(seq=head.seq, hash_=head.hash, at=head.at, key_id=head.key_id)
        try:
            key.verify(head.signature, text)
        except InvalidSignature:
            yield Finding(seq=head.seq, what=f"{what} has a wrong signature: forged.")

    def _leave_record(self, *, until: int) -> Iterator[Finding]:
        """All heads of the present record are read: compare those that are held outside."""
        while self._next_held is not None and self._next_held.seq < until:
            yield from self._held_head(self._next_held)
            yield from self._step_held_in_order()
        self._exported.clear()

    def _held_head(self, head: Head) -> Iterator[Finding]:
        self.held_heads += 1
        yield from self._signature(head, "A head held outside")
        if head.seq < self._seq:
            return  # A gap in the records, found already.
        yield from self._same_hash(head, "is held outside, signed")
        if (head.seq, head.signature) not in self._exported:
            yield Finding(
                seq=head.seq,
                what=f"The head signed at {_told(head.at)}, which is held outside, is"
                " missing from the database: removed.",
            )

    def _step_held(self) -> None:
        self._next_held = next(self._held, None)

    def _step_held_in_order(self) -> Iterator[Finding]:
        """The next held head; one that goes back tells of a trail that was set back."""
        before = self._next_held
        self._step_held()
        while (
            before is not None
            and self._next_held is not None
            and self._next_held.seq < before.seq
        ):
            yield Finding(
                seq=self._next_held.seq,
                what=f"A head held outside was signed over it after one over record"
                f" {before.seq}: the trail was set back to an older state there.",
            )
            self._step_held()

    def _close(self) -> Iterator[Finding]:
        yield from self._leave_record(until=self._seq + 1)
        if self._beyond is not None:
            yield Finding(
                seq=self._beyond.seq,
                what=f"A head was signed over it at {_told(self._beyond.at)}, but the trail"
                f" ends at record {self._seq}: its end was cut off.",
            )
        last = None
        while self._next_held is not None:
            self.held_heads += 1
            last = self._next_held
            self._step_held()
        if last is not None:
            yield Finding(
                seq=last.seq,
                what=f"A head held outside was signed over it at {_told(last.at)}, but the"
                f" trail ends at record {self._seq}: its end was cut off, or the export"
                " is an old one.",
            )
        if not self._is_open:
            yield Finding(seq=0, what="The first line of an export is missing.")
        if not self._is_ended:
            yield Finding(seq=0, what="The last line is missing: the file was cut off.")

    def _found(self, what: str) -> Finding:
        return Finding(seq=self._seq, what=what)


def _told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
