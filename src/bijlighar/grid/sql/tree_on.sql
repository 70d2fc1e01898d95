-- The tree of a day below some roots (all discoms where roots is null), at most so deep,
-- from the top down: every node that is open that day, with the names of that day.
with recursive open_node as materialized (
    select * from grid_open_on(%(day)s::date)
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
