-- One row: how many homes of some areas are lit, dark, silent; and, where money may be
-- seen, how many are below zero and what their wallets hold.
with reached as materialized (
    select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
),
counted as materialized (
    select node_id from grid_reach where area_id = any(%(money)s::bigint[])
)

select
    count(*) as homes,
    count(*) filter (where supply.state in ('on', 'disconnecting')) as lit,
    count(*) filter (where supply.state in ('off', 'reconnecting')) as dark,
    count(*) filter (
        where
            installation.meter_id is not null
            and (contact.last_heard_at is null or contact.last_heard_at < %(heard_since)s)
    ) as silent,
    count(*) filter (
        where
            wallet.balance_paise < 0
            and connection.transformer_id in (select node_id from counted)
    ) as below_zero,
    coalesce(sum(wallet.balance_paise) filter (
        where connection.transformer_id in (select node_id from counted)
    ), 0)::bigint as wallets_paise
from connections_connection as connection
left join connections_installation as installation
    on installation.connection_id = connection.id and installation.removed_on is null
left join supply_supply as supply on supply.connection_id = connection.id
left join ledger_wallet as wallet on wallet.owner_id = connection.id
left join headend_metercontact as contact on contact.meter_id = installation.meter_id
where connection.transformer_id in (select node_id from reached)
