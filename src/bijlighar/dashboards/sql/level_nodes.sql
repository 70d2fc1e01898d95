-- Nodes of a day's tree: what hangs directly below `parents`, or the nodes `ids` themselves.
with open_node as materialized (
    select * from grid_open_on(%(day)s::date)
),
child as (
    select distinct parent_id from open_node where parent_id is not null
)
select
    node.node_id,
    node.discom_id,
    node.kind,
    node.code,
    node.name_en,
    node.name_hi,
    child.parent_id is not null as has_more
from open_node as node
left join child on child.parent_id = node.node_id
where
    node.parent_id = any(%(parents)s::bigint[]) or node.node_id = any(%(ids)s::bigint[])
order by node.name_en, node.node_id
limit %(limit)s
