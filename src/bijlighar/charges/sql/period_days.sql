-- The charged days in [first, until) as they hold now, and the day before the first one.
select
    wanted.connection_id,
    charge.id,
    charge.day,
    charge.part_from,
    charge.schedule_id,
    charge.sanctioned_load_w,
    charge.is_prepaid::int::bigint as is_prepaid,
    charge.meter_id,
    charge.energy_wh,
    charge.opening_register_wh,
    charge.closing_register_wh,
    charge.total_paise,
    charge.is_estimated::int::bigint as is_estimated,
    charge.is_provisional::int::bigint as is_provisional
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select distinct on (held.day) held.*
    from charges_daycharge as held
    where
        held.connection_id = wanted.connection_id
        and held.day >= %(first)s::date - 1
        and held.day < %(until)s::date
    order by held.day, held.version desc
) as charge on true
order by wanted.connection_id, charge.day
