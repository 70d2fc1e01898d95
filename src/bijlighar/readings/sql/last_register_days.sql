-- The last supply day of which each meter's register is known.
select wanted.meter_id, last.day
from unnest(%(ids)s::bigint[]) as wanted (meter_id)
join lateral (
    select reading.day
    from readings_registerreading as reading
    where reading.meter_id = wanted.meter_id and reading.in_force
    order by reading.day desc
    limit 1
) as last on true
