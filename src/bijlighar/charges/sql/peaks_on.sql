-- The highest half-hour of meters on a supply day in Wh, of those that told any.
select reading.meter_id, max(reading.peak_wh)::bigint as peak_wh
from readings_blockreading as reading
where reading.meter_id = any((select %(meters)s::bigint[])::bigint[]) and reading.day = %(day)s::date
group by reading.meter_id
order by reading.meter_id
