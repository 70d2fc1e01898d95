-- The offices of one level below some areas, as the tree was on a day, with what lay below
-- each that day and the energy charged there from `first` to before `until`. What hangs
-- below no office of the level (a level may be left out) is a row without an office.
with recursive open_node as materialized (
    select * from grid_open_on(%(day)s::date)
),
walk as (
    select node_id, kind, case when kind = %(level)s then node_id end as office_id
    from open_node
    where node_id = any(%(areas)s::bigint[])
    union
    select
        open_node.node_id,
        open_node.kind,
        case when open_node.kind = %(level)s then open_node.node_id else walk.office_id end
    from walk
    join open_node on open_node.parent_id = walk.node_id
),
-- An area below another one is walked twice; the walk that met an office counts.
tree as (
    select distinct on (node_id) node_id, kind, office_id
    from walk
    order by node_id, office_id nulls last
),
place as (
    select distinct on (connection_id) connection_id, transformer_id
    from connections_connectionplace
    where from_day <= %(day)s
    order by connection_id, from_day desc
),
energy as (
    select connection_id, sum(posted_wh)::bigint as energy_wh
    from charges_daycharge
    where day >= %(first)s and day < %(until)s
    group by connection_id
),
supplied as (
    select
        tree.office_id,
        count(*) as connections,
        coalesce(sum(energy.energy_wh), 0)::bigint as energy_wh
    from place
    join tree on tree.node_id = place.transformer_id
    left join energy on energy.connection_id = place.connection_id
    group by tree.office_id
),
built as (
    select
        office_id,
        count(*) filter (where kind = 'substation') as substations,
        count(*) filter (where kind = 'feeder') as feeders,
        count(*) filter (where kind = 'transformer') as transformers
    from tree
    group by office_id
)
select
    built.office_id as node_id,
    office.code,
    office.name_en,
    office.name_hi,
    above.code as parent_code,
    above.name_en as parent_en,
    above.name_hi as parent_hi,
    coalesce(supplied.connections, 0) as connections,
    built.substations,
    built.feeders,
    built.transformers,
    coalesce(supplied.energy_wh, 0) as energy_wh
from built
left join supplied on supplied.office_id is not distinct from built.office_id
left join open_node as office on office.node_id = built.office_id
left join open_node as above on above.node_id = office.parent_id
where
    built.office_id is not null
    or built.substations + built.feeders + built.transformers
    + coalesce(supplied.connections, 0) > 0
order by office.name_en nulls last, built.office_id
