-- Which discom each of these nodes belongs to; a discom to itself.
select id as node_id, coalesce(discom_id, id) as discom_id
from grid_node
where id = any(%(ids)s::bigint[])
