-- One row where the connection, or without one the node, lies in one of the areas, by
-- today's tree; else none.
select 1
from grid_reach as reach
where
    reach.node_id = case
        when %(connection)s::bigint is null then %(node)s::bigint
        else (
            select place.transformer_id from connections_connection as place
            where place.id = %(connection)s::bigint
        )
    end
    and reach.area_id = any(%(areas)s::bigint[])
limit 1
