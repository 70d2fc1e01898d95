-- Nodes of the tree with their names of a day, whether anything hangs below them, and the
-- names of what lies above them from the top down; only those within some areas.
select
    node.id as node_id,
    node.code,
    node.kind,
    fact.name_en,
    fact.name_hi,
    exists (
        select 1
        from grid_reach as below
        where below.area_id = node.id and below.node_id <> node.id
    ) as has_more,
    (
        select array_agg(up.area_id order by up.depth desc)
        from (
            select
                above.area_id,
                (select count(*) from grid_reach as low where low.area_id = above.area_id)
                    as depth
            from grid_reach as above
            where above.node_id = node.id and above.area_id <> node.id
        ) as up
    ) as above_ids
from unnest(%(ids)s::bigint[]) with ordinality as wanted (id, place)
join grid_node as node on node.id = wanted.id
join lateral (
    select name_en, name_hi
    from grid_nodefact
    where grid_nodefact.node_id = node.id and grid_nodefact.from_day <= %(day)s
    order by from_day desc
    limit 1
) as fact on true
where exists (
    select 1
    from grid_reach as reach
    where reach.node_id = node.id and reach.area_id = any(%(areas)s::bigint[])
)
order by wanted.place
