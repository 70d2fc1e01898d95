-- Connections that anything happened to after the given points of the streams. If the number
-- of commands shown as failed has changed, all that ever were shown so are among them.
select connection_id from supply_supplychange where id > %(supply_changes)s
union
select connection_id from notices_notice where id > %(notices)s
union
select connection_id from headend_relaycommand where id > %(commands)s
union
select connection_id from headend_relaycommand
where
    failed_at is not null
    and %(failed_commands)s <> (
        select count(*) from headend_relaycommand
        where failed_at is not null and state not in ('confirmed', 'cancelled')
    )
union
select wallet.owner_id
from ledger_movement as moved
join ledger_wallet as wallet on wallet.account_id = moved.account_id
where moved.entry_id > %(entries)s
union
select installation.connection_id
from readings_blockreading as reading
join connections_installation as installation
    on installation.meter_id = reading.meter_id and installation.removed_on is null
where reading.id > %(blocks)s
