-- One row a connection of those given, in their order; balances only where the areas of
-- money reach.
with counted as materialized (
    select node_id from grid_reach where area_id = any(%(money)s::bigint[])
)

select
    connection.id as connection_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    fact.category,
    fact.payment_mode,
    coalesce(supply.state, 'unknown') as state,
    supply.since,
    case when connection.transformer_id in (select node_id from counted)
        then wallet.balance_paise
    end as balance_paise,
    installation.id is not null as has_meter,
    contact.last_heard_at,
    named.name_en as place_en,
    named.name_hi as place_hi
from unnest(%(ids)s::bigint[]) with ordinality as asked (id, place)
join connections_connection as connection on connection.id = asked.id
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
left join lateral (
    select name_en, name_hi
    from grid_nodefact
    where
        grid_nodefact.node_id = connection.transformer_id
        and grid_nodefact.from_day <= %(day)s
    order by from_day desc
    limit 1
) as named on true
order by asked.place
