"""The nodes that are open on a day with what holds for them, as a function of SQL.

Every question about a dated tree starts from it. It runs with the rights of whoever asks,
so that row security holds inside it too.
"""

from django.db import migrations

OPEN_ON = """
create function grid_open_on(on_day date)
returns table (
    node_id bigint, discom_id bigint, parent_id bigint, code text, kind text,
    name_en text, name_hi text, opened_on date, closed_on date,
    latitude numeric, longitude numeric
)
language sql stable security invoker
as $$
    select
        node.id, coalesce(node.discom_id, node.id), fact.parent_id, node.code, node.kind,
        fact.name_en, fact.name_hi, node.opened_on, node.closed_on,
        fact.latitude, fact.longitude
    from grid_node as node
    join (
        select distinct on (held.node_id)
            held.node_id, held.parent_id, held.name_en, held.name_hi, held.latitude,
            held.longitude
        from grid_nodefact as held
        where held.from_day <= on_day
        order by held.node_id, held.from_day desc
    ) as fact on fact.node_id = node.id
    where node.opened_on <= on_day and (node.closed_on is null or node.closed_on > on_day)
$$
"""


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [("grid", "0002_row_security")]

    operations = [migrations.RunSQL(OPEN_ON, "drop function grid_open_on(date)")]
