-- Which connections of some areas fit and stand on one page, in a wanted order. The
-- comments are filled in by `_listed`.
with reached as materialized (
    select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
),
counted as materialized (
    select node_id from grid_reach where area_id = any(%(money)s::bigint[])
)

select connection.id as connection_id
from connections_connection as connection
join connections_consumer as consumer on consumer.id = connection.consumer_id
left join connections_installation as installation
    on installation.connection_id = connection.id and installation.removed_on is null
left join supply_supply as supply on supply.connection_id = connection.id
left join ledger_wallet as wallet on wallet.owner_id = connection.id
left join headend_metercontact as contact on contact.meter_id = installation.meter_id
left join lateral (
    select category, payment_mode
    from connections_connectionfact
    where
        connections_connectionfact.connection_id = connection.id
        and connections_connectionfact.from_day <= %(day)s
    order by from_day desc
    limit 1
) as fact on true
where
    connection.transformer_id in (select node_id from reached)
    /* which */
order by /* order */
limit %(limit)s offset %(offset)s
