-- Nodes within some areas whose code begins with a term, or whose present name holds it;
-- larger offices first.
select fact.node_id
from grid_nodefact as fact
join grid_node as node on node.id = fact.node_id
where
    (
        starts_with(upper(node.code), %(code)s)
        or strpos(lower(fact.name_en), %(term)s) > 0
        or strpos(fact.name_hi, %(term)s) > 0
    )
    and (%(kinds)s::text[] is null or node.kind = any(%(kinds)s::text[]))
    and fact.from_day <= %(day)s
    and (node.closed_on is null or node.closed_on > %(day)s)
    and exists (
        select 1
        from grid_reach as reach
        where reach.node_id = node.id and reach.area_id = any(%(areas)s::bigint[])
    )
    and not exists (
        select 1
        from grid_nodefact as later
        where
            later.node_id = fact.node_id
            and later.from_day > fact.from_day
            and later.from_day <= %(day)s
    )
order by
    upper(node.code) <> %(code)s,
    array_position(
        array['discom', 'zone', 'circle', 'division', 'subdivision', 'section',
            'substation', 'feeder', 'transformer'],
        node.kind
    ),
    fact.name_en,
    fact.node_id
limit %(limit)s
