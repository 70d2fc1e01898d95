-- One row where the connection lies in one of the areas, by today's tree; else none.
select 1
from connections_connection as place
join grid_reach as reach on reach.node_id = place.transformer_id
where place.id = %(connection)s and reach.area_id = any(%(areas)s::bigint[])
limit 1
