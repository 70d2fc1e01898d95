-- What hangs directly below a node on a day or on any later one: ids, codes, and the day
-- until which it hangs there (null: it hangs on), by code.
with fact as (
    select
        node_id,
        parent_id,
        from_day,
        lead(from_day) over (partition by node_id order by from_day) as next_day
    from grid_nodefact
    where
        node_id in (select node_id from grid_nodefact where parent_id = %(node)s)
)
select node.id as node_id, node.code, least(fact.next_day, node.closed_on) as until
from fact
join grid_node as node on node.id = fact.node_id
where
    fact.parent_id = %(node)s
    and (fact.next_day is null or fact.next_day > %(day)s)
    and (node.closed_on is null or node.closed_on > greatest(%(day)s, fact.from_day))
order by node.code, node.id
