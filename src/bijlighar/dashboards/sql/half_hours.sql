-- What was heard of a connection's half-hours in [first, until), whichever meter hung there:
-- day, the first half-hour of a row, and the energies in a row, in Wh; as received.
select reading.day, reading.first_block, reading.energies_wh
from connections_installation as held
join readings_blockreading as reading
    on
        reading.meter_id = held.meter_id
        and reading.day >= greatest(held.installed_on, %(first)s::date)
        and reading.day < least(coalesce(held.removed_on, 'infinity'::date), %(until)s::date)
where held.connection_id = %(id)s
order by reading.day, reading.id
