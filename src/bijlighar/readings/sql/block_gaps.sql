-- Half-hours of each meter that lack before others that came, from its day `since` on or
-- from its installation: first day and half-hour, last day and the half-hour that it ends
-- before. Half-hours are counted through from 2000-01-01.
with expected as (
    select
        wanted.meter_id,
        greatest(wanted.since, installed.day + 1) as first_day
    from unnest(%(meters)s::bigint[], %(since)s::date[]) as wanted (meter_id, since)
    join lateral (
        select min(day) as day from readings_registerreading
        where meter_id = wanted.meter_id and source = 'installation'
    ) as installed on installed.day is not null
),

runs as (
    select
        expected.meter_id,
        (expected.first_day - date '2000-01-01') * 48 as expected_from,
        (block.day - date '2000-01-01') * 48 + block.first_block as starts,
        (block.day - date '2000-01-01') * 48 + block.first_block
        + cardinality(block.energies_wh) as ends
    from expected
    join readings_blockreading as block
        on block.meter_id = expected.meter_id and block.day >= expected.first_day
),

steps as (
    select
        meter_id,
        starts,
        coalesce(
            max(ends) over (
                partition by meter_id order by starts
                rows between unbounded preceding and 1 preceding
            ),
            expected_from
        ) as known_until
    from runs
)

select
    meter_id,
    date '2000-01-01' + known_until / 48 as first_day,
    mod(known_until, 48) as first_block,
    date '2000-01-01' + starts / 48 as last_day,
    mod(starts, 48) as last_block
from steps
where starts > known_until
order by meter_id, known_until
