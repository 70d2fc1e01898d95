-- Which connections of some areas one page shows, in a wanted order. The comments in this
-- text are filled in by `_town`.
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
where
    /* which */
order by /* order */
limit %(limit)s offset %(offset)s
