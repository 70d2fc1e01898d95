-- What hangs directly below a node on a day, by code.
select fact.node_id
from grid_nodefact as fact
join grid_node as node on node.id = fact.node_id
where
    fact.parent_id = %(node)s
    and fact.from_day <= %(day)s
    and node.opened_on <= %(day)s
    and (node.closed_on is null or node.closed_on > %(day)s)
    and not exists (
        select 1
        from grid_nodefact as later
        where
            later.node_id = fact.node_id
            and later.from_day > fact.from_day
            and later.from_day <= %(day)s
    )
order by node.code
limit %(limit)s
