"""Imports on their way in; private to this domain.

The bytes of a file and its rows as they were read are kept only until the import is over:
they hold the names and numbers of people. What stays is the file's hash, the counts, the
faults by row, and the audit trail.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from bijlighar.masters.values import ImportKind, ImportState


class Import(models.Model):
    """One file on its way in."""

    kind = models.TextField()
    file_name = models.TextField()
    sha256 = models.TextField()
    encoding = models.TextField()
    bytes_held = models.BigIntegerField()
    area_ids = ArrayField(models.BigIntegerField())
    """The maker's areas when the file came, sorted: nothing outside them is touched."""
    maker_id = models.BigIntegerField()
    maker_name = models.TextField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.TextField()
    stopped_because = models.TextField(default="")
    moved_at = models.DateTimeField()
    """When the worker last got on with it."""

    titles = ArrayField(models.TextField())
    fields = ArrayField(models.TextField())
    """Keys of fields by column; empty for a column that is not taken in."""
    examples = models.JSONField()
    is_remembered = models.BooleanField(default=False)
    with_faults = models.BooleanField(default=False)

    rows_total = models.IntegerField()
    rows_read = models.IntegerField(default=0)
    rows_due = models.IntegerField(default=0)
    rows_unchanged = models.IntegerField(default=0)
    rows_wrong = models.IntegerField(default=0)
    rows_taken = models.IntegerField(default=0)
    faults = models.IntegerField(default=0)
    checkpoint = models.BigIntegerField(default=0)
    """Rows up to this place in the order of taking in are done with."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ImportKind]),
                name="import_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ImportState]),
                name="import_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["kind", "sha256", "area_ids"],
                condition=~Q(state__in=["cancelled", "stopped"]),
                name="a_file_is_taken_in_once",
            ),
            models.CheckConstraint(
                condition=~Q(area_ids=[]), name="an_import_reaches_some_area"
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class FilePart(models.Model):
    """A piece of an import's file."""

    held = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["held", "number"], name="a_part_of_a_file_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"part {self.number} of import {self.held_id}"


class StagedRow(models.Model):
    """A row as the dry run read it: its fields in the order of the kind's columns."""

    held = models.ForeignKey(
        Import, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    seq = models.BigIntegerField()
    number = models.IntegerField()
    values = ArrayField(models.TextField(null=True))
    outcome = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["held", "seq"], name="a_row_has_one_place_in_its_import"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["due", "unchanged", "wrong"]),
                name="staged_outcome_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of import {self.held_id}"


class RowFault(models.Model):
    """One thing wrong in one row."""

    held = models.ForeignKey(
        Import, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    row = models.IntegerField()
    column = models.TextField()
    wrong = models.TextField()
    value = models.TextField()
    other = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["held", "row", "id"], name="fault_by_row")]

    def __str__(self) -> str:
        return f"fault in row {self.row} of import {self.held_id}"


class KnownLayout(models.Model):
    """What columns were mapped to when a file with these headings last came."""

    kind = models.TextField()
    headings_sha256 = models.TextField()
    fields = ArrayField(models.TextField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "headings_sha256"], name="one_layout_a_set_of_headings"
            )
        ]

    def __str__(self) -> str:
        return f"layout {self.pk}"
