-- The registers that hold next before, at the end of, and next after each meter's day.
select
    asked.meter_id,
    asked.day,
    earlier.register_wh as before_wh,
    held.register_wh as held_wh,
    later.register_wh as after_wh
from unnest(%(meters)s::bigint[], %(days)s::date[]) as asked (meter_id, day)
left join readings_register as held
    on held.meter_id = asked.meter_id and held.day = asked.day
left join lateral (
    select reading.register_wh
    from readings_register as reading
    where reading.meter_id = asked.meter_id and reading.day < asked.day
    order by reading.day desc
    limit 1
) as earlier on true
left join lateral (
    select reading.register_wh
    from readings_register as reading
    where reading.meter_id = asked.meter_id and reading.day > asked.day
    order by reading.day
    limit 1
) as later on true
