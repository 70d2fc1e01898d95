-- One row a connection of those given, in their order: supply, balance, last recharge, when
-- last heard; money only where the areas of money reach (everywhere where they are null).
with counted as materialized (
    select node_id from grid_reach where area_id = any(%(money)s::bigint[])
),
wanted as (
    select
        connection.id as connection_id,
        connection.transformer_id,
        consumer.consumer_number,
        consumer.name_en,
        consumer.name_hi,
        coalesce(supply.state, 'unknown') as state,
        supply.since,
        wallet.account_id,
        wallet.balance_paise,
        contact.last_heard_at,
        installation.installed_on,
        asked.place
    from unnest(%(ids)s::bigint[]) with ordinality as asked (id, place)
    join connections_connection as connection on connection.id = asked.id
    join connections_consumer as consumer on consumer.id = connection.consumer_id
    left join connections_installation as installation
        on installation.connection_id = connection.id and installation.removed_on is null
    left join supply_supply as supply on supply.connection_id = connection.id
    left join ledger_wallet as wallet on wallet.owner_id = connection.id
    left join headend_metercontact as contact on contact.meter_id = installation.meter_id
)

select
    wanted.connection_id,
    wanted.consumer_number,
    wanted.name_en,
    wanted.name_hi,
    wanted.state,
    wanted.since,
    wanted.installed_on is not null as has_meter,
    case when sees.money then wanted.balance_paise end as balance_paise,
    case when sees.money
        then coalesce(payment.amount_paise, opening.amount_paise)
    end as last_recharge_paise,
    wanted.last_heard_at,
    coalesce(charged.day, wanted.installed_on - 1) as charged_through,
    coalesce(
        command.failed_at is not null and command.state not in ('confirmed', 'cancelled'),
        false
    ) as command_failed
from wanted
cross join lateral (
    select
        %(money)s::bigint[] is null
        or wanted.transformer_id in (select node_id from counted) as money
) as sees
left join lateral (
    select amount_paise from payments_payment
    where payments_payment.connection_id = wanted.connection_id
    order by id desc
    limit 1
) as payment on true
left join lateral (
    select transfer.amount_paise
    from ledger_entry as entry
    join ledger_transfer as transfer on transfer.entry_id = entry.id
    where
        entry.reason = 'opening'
        and entry.source = wanted.connection_id::text
        and transfer.credit_account_id = wanted.account_id
) as opening on true
left join lateral (
    select day from charges_daycharge
    where charges_daycharge.connection_id = wanted.connection_id
    order by day desc
    limit 1
) as charged on true
left join lateral (
    select state, failed_at from headend_relaycommand
    where headend_relaycommand.connection_id = wanted.connection_id
    order by id desc
    limit 1
) as command on true
order by wanted.place
