"""The discom's tree: what each node is, and what held for it from a day on; private.

`NodeFact` is dated: names, places in the tree and locations of a day are the latest fact
that is not after it. `Reach` is today's tree spread out, so that "everything below" is one
look-up: it is made from the facts and may be made again at any time.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bijlighar.grid.values import Kind


class Node(models.Model):
    """An office or a piece of the network, for as long as it exists."""

    discom = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True
    )
    """None for a discom itself."""
    code = models.TextField()
    kind = models.TextField()
    profile = models.TextField(default="")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["discom", "code"], name="one_node_a_code_in_a_discom"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(discom=None), name="one_discom_a_code"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]),
                name="node_kind_is_known",
            ),
            models.CheckConstraint(
                condition=(Q(kind="discom") & Q(discom=None) & ~Q(profile=""))
                | (~Q(kind="discom") & Q(discom__isnull=False) & Q(profile="")),
                name="a_discom_alone_stands_at_the_top",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="a_node_closes_after_it_opened",
            ),
        ]

    def __str__(self) -> str:
        return f"node {self.pk}"


class NodeFact(models.Model):
    """What holds for a node from a day on, until its next fact."""

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField()
    parent = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", null=True)
    name_en = models.TextField()
    name_hi = models.TextField()
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    why = models.TextField(default="")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node", "from_day"], name="one_fact_a_node_and_day"
            ),
            models.CheckConstraint(
                condition=~Q(node=F("parent")), name="no_node_is_its_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__gte=-180,
                    longitude__lte=180,
                ),
                name="a_location_is_on_the_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"fact of node {self.node_id} from {self.from_day}"


class Reach(models.Model):
    """Today's tree spread out: everything below an area, the area itself included."""

    area = models.ForeignKey(
        Node, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "node"], name="a_node_is_reached_once")
        ]

    def __str__(self) -> str:
        return f"reach {self.area_id} to {self.node_id}"
