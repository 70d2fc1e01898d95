"""The audit trail, for systems that keep watch."""

from __future__ import annotations

from bijlighar.people import service as people
from bijlighar.people.values import AuditEntry, AuditQuestion, Right
from bijlighar.web.access import DeskRequest
from bijlighar.web.api import schemas
from bijlighar.web.api.cursors import USUAL_ROWS, Cursor, Limit, Page
from bijlighar.web.api.operation import reads
from bijlighar.web.api.words import Text


@reads("/audit", right=Right.SEE_AUDIT, answer=schemas.AuditRecords, tag="audit")
def audit(
    request: DeskRequest,
    action: Text = "",
    object_kind: Text = "",
    object_id: Text = "",
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = "",
) -> schemas.AuditRecords:
    """Who changed what in your areas, the newest first."""
    page: Page[AuditEntry] = Page(
        cursor=cursor, limit=limit, of=("audit", action, object_kind, object_id)
    )
    found = people.search_audit(
        scope=request.reach,
        question=AuditQuestion(
            action=action, object_kind=object_kind, object_id=object_id, below=page.number
        ),
        limit=page.ask_for,
    )
    shown, following = page.cut(found, key=lambda row: row.seq)
    return schemas.AuditRecords(
        records=[_record(row) for row in shown], next_cursor=following
    )


def _record(entry: AuditEntry) -> schemas.AuditRecord:
    return schemas.AuditRecord.model_validate(
        {
            "area_id": entry.place_id,
            **{
                name: getattr(entry, name)
                for name in schemas.AuditRecord.model_fields
                if name != "area_id"
            },
        }
    )
