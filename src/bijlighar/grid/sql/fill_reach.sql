-- Spreads the tree of a day out: one row for every node and each of its areas.
with recursive fact as (
    select distinct on (node_id) node_id, parent_id
    from grid_nodefact
    where from_day <= %(day)s
    order by node_id, from_day desc
),
open_node as (
    select node.id as node_id, fact.parent_id
    from grid_node as node
    join fact on fact.node_id = node.id
    where node.opened_on <= %(day)s and (node.closed_on is null or node.closed_on > %(day)s)
),
up as (
    select node_id, node_id as area_id, parent_id, 0 as steps from open_node
    union all
    select up.node_id, open_node.node_id, open_node.parent_id, up.steps + 1
    from up
    join open_node on open_node.node_id = up.parent_id
    where up.steps < 20
)
insert into grid_reach (area_id, node_id)
select distinct area_id, node_id from up
