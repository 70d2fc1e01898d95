-- One connection by its consumer number with all that its page says at the top; no row
-- where it does not hang within some areas.
select
    connection.id as connection_id,
    connection.transformer_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    consumer.mobile,
    consumer.language,
    meter.id as meter_id,
    meter.serial as meter_serial,
    installation.installed_on,
    fact.category,
    fact.sanctioned_load_w,
    fact.payment_mode,
    fact.mode_since,
    coalesce(supply.state, 'unknown') as state,
    supply.since,
    supply.emergency_ends_at,
    wallet.balance_paise,
    wallet.as_of as balance_as_of,
    contact.last_heard_at,
    contact.last_tried_at,
    contact.last_error,
    charged.day as charged_through,
    payment.amount_paise as last_recharge_paise,
    payment.credited_at as last_recharge_at,
    coalesce(
        command.failed_at is not null and command.state not in ('confirmed', 'cancelled'),
        false
    ) as command_failed
from connections_consumer as consumer
join connections_connection as connection on connection.consumer_id = consumer.id
left join lateral (
    select category, sanctioned_load_w, payment_mode, mode_since
    from connections_connectionfact
    where
        connections_connectionfact.connection_id = connection.id
        and connections_connectionfact.from_day <= %(day)s
    order by from_day desc
    limit 1
) as fact on true
left join connections_installation as installation
    on installation.connection_id = connection.id and installation.removed_on is null
left join connections_meter as meter on meter.id = installation.meter_id
left join supply_supply as supply on supply.connection_id = connection.id
left join ledger_wallet as wallet on wallet.owner_id = connection.id
left join headend_metercontact as contact on contact.meter_id = installation.meter_id
left join lateral (
    select day from charges_daycharge
    where charges_daycharge.connection_id = connection.id
    order by day desc
    limit 1
) as charged on true
left join lateral (
    select amount_paise, credited_at from payments_payment
    where payments_payment.connection_id = connection.id
    order by id desc
    limit 1
) as payment on true
left join lateral (
    select state, failed_at from headend_relaycommand
    where headend_relaycommand.connection_id = connection.id
    order by id desc
    limit 1
) as command on true
where
    consumer.consumer_number = %(number)s
    and exists (
        select 1
        from grid_reach as reach
        where
            reach.node_id = connection.transformer_id
            and reach.area_id = any(%(areas)s::bigint[])
    )
