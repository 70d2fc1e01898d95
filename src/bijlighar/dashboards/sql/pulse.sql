-- How far each stream of facts has grown. Sequences only grow, so a maximum is enough; a
-- command that begins or ceases to be shown as failed makes no new row and is counted.
select
    (select coalesce(max(id), 0) from ledger_entry) as entries,
    (select coalesce(max(id), 0) from supply_supplychange) as supply_changes,
    (select coalesce(max(id), 0) from notices_notice) as notices,
    (select coalesce(max(id), 0) from readings_registerreading) as registers,
    (select coalesce(max(id), 0) from readings_blockreading) as blocks,
    (select coalesce(max(id), 0) from headend_relaycommand) as commands,
    (
        select count(*) from headend_relaycommand
        where failed_at is not null and state not in ('confirmed', 'cancelled')
    ) as failed_commands
