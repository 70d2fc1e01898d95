-- One row a connection for the desk: supply, balance, last recharge, when last heard.
select
    connection.id as connection_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    supply.state,
    supply.since,
    wallet.balance_paise,
    coalesce(payment.amount_paise, opening.amount_paise) as last_recharge_paise,
    contact.last_heard_at,
    contact.failures_in_a_row,
    coalesce(charged.day, installation.installed_on - 1) as charged_through,
    coalesce(
        command.failed_at is not null and command.state not in ('confirmed', 'cancelled'),
        false
    ) as command_failed
from connections_connection as connection
join connections_consumer as consumer on consumer.id = connection.consumer_id
join connections_installation as installation
    on installation.connection_id = connection.id and installation.removed_on is null
join supply_supply as supply on supply.connection_id = connection.id
join ledger_wallet as wallet on wallet.owner_id = connection.id
left join headend_metercontact as contact on contact.meter_id = installation.meter_id
left join lateral (
    select amount_paise from payments_payment
    where payments_payment.connection_id = connection.id
    order by id desc
    limit 1
) as payment on true
left join lateral (
    select transfer.amount_paise
    from ledger_entry as entry
    join ledger_transfer as transfer on transfer.entry_id = entry.id
    where
        entry.reason = 'opening'
        and entry.source = connection.id::text
        and transfer.credit_account_id = wallet.account_id
) as opening on true
left join lateral (
    select day from charges_daycharge
    where charges_daycharge.connection_id = connection.id
    order by day desc
    limit 1
) as charged on true
left join lateral (
    select state, failed_at from headend_relaycommand
    where headend_relaycommand.connection_id = connection.id
    order by id desc
    limit 1
) as command on true
where %(ids)s::bigint[] is null or connection.id = any(%(ids)s::bigint[])
order by consumer.consumer_number
