-- Connections that anything happened to after the given points of the streams.
select connection_id from supply_supplychange where id > %(supply_changes)s
union
select connection_id from notices_notice where id > %(notices)s
union
select connection_id from headend_relaycommand where id > %(commands)s
union
select account.owner_id
from ledger_transfer as transfer
join ledger_account as account
    on account.id in (transfer.credit_account_id, transfer.debit_account_id)
where transfer.entry_id > %(entries)s and account.book = 'wallet'
