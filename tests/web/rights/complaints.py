"""A complaint of a place with everything that can hang on it, all with the place's mark."""

from __future__ import annotations

from datetime import UTC, datetime

from bijlighar.complaints import service as complaints
from bijlighar.complaints.models import Compensation, Complaint, Incident
from bijlighar.complaints.values import Channel, ComplaintClass, NewComplaint
from bijlighar.connections.values import Home
from bijlighar.people.values import SYSTEM

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)


def seed_complaint(word: str, home: Home) -> tuple[str, int, int]:
    """The number of the complaint, the id of its voice note, and of its incident."""
    held = complaints.open_(
        new=NewComplaint(
            key=word,
            connection_id=home.connection_id,
            transformer_id=home.transformer_id,
            class_=ComplaintClass.NO_SUPPLY,
            channel=Channel.COUNTER,
            words=f"{word} is dark",
        ),
        by=SYSTEM,
        now=NOW,
    ).complaint
    complaints.add(number=held.number, files=[f"OggS {word}".encode()], by=SYSTEM, now=NOW)
    complaints.note_call(
        connection_id=home.connection_id,
        transformer_id=home.transformer_id,
        text=f"{word} called",
        by=SYSTEM,
        now=NOW,
    )
    incident = Incident.objects.create(
        node_id=home.transformer_id, is_whole_feeder=False, opened_at=NOW
    )
    Complaint.objects.filter(pk=held.complaint_id).update(incident=incident)
    Compensation.objects.create(
        complaint_id=held.complaint_id,
        reopenings=9,
        number=1,
        amount_paise=50_00,
        recorded_at=NOW,
        source=word,
    )
    (media,) = complaints.media_of(complaint_id=held.complaint_id)
    return held.number, media.media_id, incident.pk
