-- Nodes of today's tree (what hangs directly below `parents`, or the nodes `ids`
-- themselves), by name, with how many connections below each are done with KYC, wait for
-- the office, were rejected, or have not begun.
with open_node as materialized (
    select * from grid_open_on(%(day)s::date)
),
shown as (
    select *
    from open_node
    where
        parent_id = any(%(parents)s::bigint[]) or node_id = any(%(ids)s::bigint[])
),
standing as (
    select
        connection_id,
        bool_or(state = 'accepted') as is_done,
        bool_or(state = 'waiting') as is_waiting
    from kyc_paper
    where state in ('accepted', 'waiting', 'rejected')
    group by connection_id
),
counted as (
    select
        shown.node_id,
        count(*) as connections,
        count(*) filter (where standing.is_done) as done,
        count(*) filter (
            where not standing.is_done and standing.is_waiting
        ) as waiting,
        count(*) filter (
            where not standing.is_done and not standing.is_waiting
        ) as rejected
    from shown
    join grid_reach as reach on reach.area_id = shown.node_id
    join connections_connection as place on place.transformer_id = reach.node_id
    left join standing on standing.connection_id = place.id
    group by shown.node_id
),
child as (
    select parent_id, count(*) as children
    from open_node
    where parent_id is not null
    group by parent_id
)
select
    shown.node_id,
    shown.discom_id,
    shown.kind,
    shown.code,
    shown.name_en,
    shown.name_hi,
    coalesce(child.children, 0) as children,
    coalesce(counted.connections, 0) as connections,
    coalesce(counted.done, 0) as done,
    coalesce(counted.waiting, 0) as waiting,
    coalesce(counted.rejected, 0) as rejected
from shown
left join counted on counted.node_id = shown.node_id
left join child on child.parent_id = shown.node_id
order by shown.name_en, shown.node_id
