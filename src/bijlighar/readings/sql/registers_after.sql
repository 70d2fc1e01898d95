-- The registers in force of each meter after its given day, with the profile's depth.
select reading.meter_id, reading.day, reading.register_wh, depth.daily_holds_from
from unnest(%(meters)s::bigint[], %(days)s::date[]) as wanted (meter_id, since)
join readings_register as reading
    on
        reading.meter_id = wanted.meter_id
        and reading.day > wanted.since
        and reading.day < %(until)s
left join readings_profiledepth as depth on depth.meter_id = wanted.meter_id
order by reading.meter_id, reading.day
