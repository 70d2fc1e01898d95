-- The tree of a day below some roots (all discoms where roots is null), at most so deep,
-- from the top down: every node that is open that day, with the names of that day.
with recursive fact as (
    select distinct on (node_id)
        node_id, parent_id, name_en, name_hi, latitude, longitude
    from grid_nodefact
    where from_day <= %(day)s
    order by node_id, from_day desc
),
open_node as (
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
        fact.longitude
    from grid_node as node
    join fact on fact.node_id = node.id
    where node.opened_on <= %(day)s and (node.closed_on is null or node.closed_on > %(day)s)
),
tree as (
    select open_node.*, 0 as depth, array[open_node.node_id] as path
    from open_node
    where
        (%(roots)s::bigint[] is null and open_node.parent_id is null)
        or open_node.node_id = any(%(roots)s::bigint[])
    union all
    select open_node.*, tree.depth + 1, tree.path || open_node.node_id
    from tree
    join open_node on open_node.parent_id = tree.node_id
    where tree.depth < %(deep)s and open_node.node_id <> all(tree.path)
)
select * from tree order by depth, name_en, node_id
