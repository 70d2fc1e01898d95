-- What a list of finds says of each of some connections, in the order given; only those
-- within some areas.
select
    connection.id as connection_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    consumer.mobile,
    connection.transformer_id in (
        select node_id from grid_reach where area_id = any(%(contact)s::bigint[])
    ) as shows_contact,
    meter.serial as meter_serial,
    coalesce(supply.state, 'unknown') as state,
    fact.name_en as place_en,
    fact.name_hi as place_hi
from unnest(%(ids)s::bigint[]) with ordinality as wanted (id, place)
join connections_connection as connection on connection.id = wanted.id
join connections_consumer as consumer on consumer.id = connection.consumer_id
left join connections_installation as installation
    on installation.connection_id = connection.id and installation.removed_on is null
left join connections_meter as meter on meter.id = installation.meter_id
left join supply_supply as supply on supply.connection_id = connection.id
left join lateral (
    select name_en, name_hi
    from grid_nodefact
    where
        grid_nodefact.node_id = connection.transformer_id
        and grid_nodefact.from_day <= %(day)s
    order by from_day desc
    limit 1
) as fact on true
where exists (
    select 1
    from grid_reach as reach
    where
        reach.node_id = connection.transformer_id
        and reach.area_id = any(%(areas)s::bigint[])
)
order by wanted.place
