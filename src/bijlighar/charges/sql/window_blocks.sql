-- Of one supply day of many meters: the energy of the half-hours heard, in all and in each
-- of up to four clock windows, in Wh.
select
    wanted.meter_id,
    coalesce(sum(block.energy_wh), 0)::bigint as heard_wh,
    coalesce(sum(block.energy_wh) filter (where block.half_hour >= %(first_1)s
        and block.half_hour < %(until_1)s), 0)::bigint as window_1_wh,
    coalesce(sum(block.energy_wh) filter (where block.half_hour >= %(first_2)s
        and block.half_hour < %(until_2)s), 0)::bigint as window_2_wh,
    coalesce(sum(block.energy_wh) filter (where block.half_hour >= %(first_3)s
        and block.half_hour < %(until_3)s), 0)::bigint as window_3_wh,
    coalesce(sum(block.energy_wh) filter (where block.half_hour >= %(first_4)s
        and block.half_hour < %(until_4)s), 0)::bigint as window_4_wh
from unnest(%(meters)s::bigint[]) with ordinality as wanted (meter_id, place)
left join lateral (
    select
        reading.first_block + heard.place::int - 1 as half_hour,
        heard.energy_wh
    from readings_blockreading as reading
    cross join lateral unnest(reading.energies_wh) with ordinality as heard (energy_wh, place)
    where reading.meter_id = wanted.meter_id and reading.day = %(day)s::date
) as block on true
group by wanted.meter_id, wanted.place
order by wanted.place
