-- Nodes of a day with the number of nodes directly below and of connections below, by
-- name: what hangs directly below `parents`, or the nodes `ids` themselves.
with recursive open_node as materialized (
    select * from grid_open_on(%(day)s::date)
),
shown as (
    select *
    from open_node
    where
        parent_id = any(%(parents)s::bigint[]) or node_id = any(%(ids)s::bigint[])
),
below as (
    select node_id as shown_id, node_id from shown
    union all
    select below.shown_id, open_node.node_id
    from below
    join open_node on open_node.parent_id = below.node_id
),
hanging as (
    select transformer_id, count(*) as connections
    from connections_connection
    where %(is_today)s
    group by transformer_id
    union all
    select transformer_id, count(*)
    from (
        select distinct on (connection_id) connection_id, transformer_id
        from connections_connectionplace
        where not %(is_today)s and from_day <= %(day)s
        order by connection_id, from_day desc
    ) as place
    group by transformer_id
),
figure as (
    select below.shown_id, sum(hanging.connections)::bigint as connections
    from below
    join hanging on hanging.transformer_id = below.node_id
    group by below.shown_id
),
child as (
    select parent_id, count(*) as children
    from open_node
    where parent_id is not null
    group by parent_id
)
select
    shown.*,
    coalesce(child.children, 0) as children,
    coalesce(figure.connections, 0) as connections
from shown
left join child on child.parent_id = shown.node_id
left join figure on figure.shown_id = shown.node_id
order by shown.name_en, shown.node_id
