-- The highest mean half-hour in W from `first` to `last`, by meter: 2 W to the Wh of a block.
select
    wanted.meter_id,
    coalesce(max(block.energy_wh), 0)::bigint * 2 as max_demand_w
from unnest(%(meters)s::bigint[], %(first)s::date[], %(last)s::date[])
    as wanted (meter_id, first_day, last_day)
left join readings_blockreading as reading
    on
        reading.meter_id = wanted.meter_id
        and reading.day between wanted.first_day and wanted.last_day
left join lateral unnest(reading.energies_wh) as block (energy_wh) on true
group by wanted.meter_id
