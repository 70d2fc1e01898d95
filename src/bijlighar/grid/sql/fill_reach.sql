-- Spreads the tree of a day out: one row for every node and each of its areas. What is
-- closed stays where it hung last, so that its history is seen by those who had it. Only
-- rows that are different are written.
with recursive fact as (
    select distinct on (node_id) node_id, parent_id
    from grid_nodefact
    where from_day <= %(day)s
    order by node_id, from_day desc
),
opened_node as (
    select node.id as node_id, fact.parent_id
    from grid_node as node
    join fact on fact.node_id = node.id
    where node.opened_on <= %(day)s
),
up as (
    select node_id, node_id as area_id, parent_id, 0 as steps from opened_node
    union all
    select up.node_id, opened_node.node_id, opened_node.parent_id, up.steps + 1
    from up
    join opened_node on opened_node.node_id = up.parent_id
    where up.steps < 20
),
wanted as (
    select distinct area_id, node_id from up
),
gone as (
    delete from grid_reach as held
    where not exists (
        select 1 from wanted
        where wanted.area_id = held.area_id and wanted.node_id = held.node_id
    )
)
insert into grid_reach (area_id, node_id)
select wanted.area_id, wanted.node_id
from wanted
left join grid_reach as held using (area_id, node_id)
where held.id is null
