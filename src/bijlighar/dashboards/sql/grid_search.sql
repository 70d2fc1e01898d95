-- Nodes below some areas on a day whose code or name, in either language, holds a text;
-- those whose code it is come first. Each with the name of what it hangs directly below.
with recursive open_node as materialized (
    select * from grid_open_on(%(day)s::date)
),
tree as (
    select open_node.* from open_node where node_id = any(%(areas)s::bigint[])
    union
    select open_node.*
    from tree
    join open_node on open_node.parent_id = tree.node_id
)
select
    tree.*,
    above.name_en as parent_en,
    above.name_hi as parent_hi
from tree
left join open_node as above on above.node_id = tree.parent_id
where
    (%(text)s = '' or strpos(lower(tree.code), lower(%(text)s)) > 0
    or strpos(lower(tree.name_en), lower(%(text)s)) > 0
    or strpos(lower(tree.name_hi), lower(%(text)s)) > 0)
    and (%(kinds)s::text[] is null or tree.kind = any(%(kinds)s::text[]))
    and (not %(placed)s or tree.latitude is not null)
order by lower(tree.code) <> lower(%(text)s), tree.name_en, tree.node_id
limit %(limit)s offset %(offset)s
