-- Offices and pieces of the network below a discom, as they are after their last change.
select
    discom.code,
    node.code,
    node.kind,
    above.code,
    fact.name_en,
    fact.name_hi,
    node.opened_on,
    fact.latitude,
    fact.longitude,
    node.closed_on
from grid_node as node
join place on place.id = node.id
join grid_node as discom on discom.id = node.discom_id
join lateral (
    select latest.* from grid_nodefact as latest
    where latest.node_id = node.id
    order by latest.from_day desc
    limit 1
) as fact on true
left join grid_node as above on above.id = fact.parent_id
order by discom.code, node.kind, node.code
