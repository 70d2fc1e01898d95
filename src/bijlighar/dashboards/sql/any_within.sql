-- Whether any of the given connections lies in some areas.
select exists (
    select 1
    from connections_connection as connection
    join grid_reach as reach on reach.node_id = connection.transformer_id
    where
        connection.id = any(%(ids)s::bigint[])
        and reach.area_id = any(%(areas)s::bigint[])
) as is_any
