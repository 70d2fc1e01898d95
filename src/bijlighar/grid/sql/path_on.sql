-- What lies above a node on a day, from the top down, the node itself last; no row where
-- the node is not open that day. One step into the index for each level.
with recursive up as (
    select %(node)s::bigint as wanted_id, 0 as steps
    union all
    select fact.parent_id, up.steps + 1
    from up
    join lateral (
        select held.parent_id
        from grid_nodefact as held
        where held.node_id = up.wanted_id and held.from_day <= %(day)s
        order by held.from_day desc
        limit 1
    ) as fact on fact.parent_id is not null
    where up.steps < 20
)
select
    node.id as node_id,
    coalesce(node.discom_id, node.id) as discom_id,
    fact.parent_id,
    node.code,
    node.kind,
    fact.name_en,
    fact.name_hi,
    node.opened_on,
    node.closed_on,
    fact.latitude,
    fact.longitude,
    0 as depth,
    array[node.id] as path
from up
join grid_node as node on node.id = up.wanted_id
join lateral (
    select held.*
    from grid_nodefact as held
    where held.node_id = node.id and held.from_day <= %(day)s
    order by held.from_day desc
    limit 1
) as fact on true
where
    exists (
        select 1
        from grid_node as asked
        where
            asked.id = %(node)s
            and asked.opened_on <= %(day)s
            and (asked.closed_on is null or asked.closed_on > %(day)s)
    )
order by up.steps desc
