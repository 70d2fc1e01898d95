-- How often a home that was off was read back lit: its relay read back closed straight from
-- off, or after a reconnection that was asked for while it was off.
select count(*) as reconnections
from (
    select
        event,
        state_before,
        state_after,
        lag(state_before) over (partition by connection_id order by id) as asked_from
    from supply_supplychange
) as change
where
    event = 'relay read back closed'
    and state_after = 'on'
    and 'off' in (state_before, asked_from)
