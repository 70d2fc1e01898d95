-- Connections within some areas, by consumer number, after the last one shown. What lies
-- outside the areas of contact or money is left out row by row.
select
    connection.id as connection_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    consumer.language,
    consumer.mobile,
    connection.transformer_id in (
        select node_id from grid_reach where area_id = any(%(contact_areas)s::bigint[])
    ) as shows_contact,
    connection.transformer_id in (
        select node_id from grid_reach where area_id = any(%(money_areas)s::bigint[])
    ) as shows_money,
    connection.transformer_id,
    node.code as transformer_code,
    meter.id as meter_id,
    meter.serial as meter_serial,
    installation.installed_on,
    fact.category,
    fact.sanctioned_load_w,
    fact.payment_mode,
    supply.state as supply_state,
    supply.since as supply_since,
    wallet.balance_paise,
    wallet.as_of as balance_as_of
from connections_consumer as consumer
join connections_connection as connection on connection.consumer_id = consumer.id
join grid_node as node on node.id = connection.transformer_id
left join connections_installation as installation
    on installation.connection_id = connection.id and installation.removed_on is null
left join connections_meter as meter on meter.id = installation.meter_id
left join lateral (
    select category, sanctioned_load_w, payment_mode
    from connections_connectionfact
    where connections_connectionfact.connection_id = connection.id
    order by from_day desc
    limit 1
) as fact on true
left join supply_supply as supply on supply.connection_id = connection.id
left join ledger_wallet as wallet on wallet.owner_id = connection.id
where
    connection.transformer_id in (
        select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
    )
    and (%(number)s::text is null or consumer.consumer_number = %(number)s::text)
    and (
        %(from)s::text is null
        or (
            consumer.consumer_number >= %(from)s::text
            and consumer.consumer_number < %(until)s::text
        )
    )
    and (%(meter)s::text is null or meter.serial = %(meter)s::text)
    and (%(state)s::text is null or supply.state = %(state)s::text)
    and (
        %(below)s::bigint is null
        or connection.transformer_id in (
            select node_id from grid_reach where area_id = %(below)s::bigint
        )
    )
    and (%(after)s::text is null or consumer.consumer_number > %(after)s::text)
order by consumer.consumer_number
limit %(limit)s
