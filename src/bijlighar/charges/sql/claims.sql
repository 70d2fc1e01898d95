-- What the charged days of `[first, until)` came to for whoever pays reliefs, as it was
-- known at an instant, by schedule. A part of a month is told by its last charged day: its
-- amounts are the sums of the part's days. `ids` null: every connection.
with held as (
    select distinct on (charge.connection_id, charge.day) charge.*
    from charges_daycharge as charge
    where
        charge.day >= %(first)s::date
        and charge.day < %(until)s::date
        and charge.charged_at < %(known_at)s
        and (%(ids)s::bigint[] is null or charge.connection_id = any(%(ids)s::bigint[]))
    order by charge.connection_id, charge.day, charge.version desc
),
part as (
    select distinct on (
        connection_id, part_from, schedule_id, sanctioned_load_w, is_prepaid, meter_id
    )
        connection_id,
        schedule_id,
        mtd_energy_wh as energy_wh,
        -mtd_subsidy_paise as subsidy_paise,
        -mtd_scheme_paise as scheme_paise
    from held
    order by
        connection_id,
        part_from,
        schedule_id,
        sanctioned_load_w,
        is_prepaid,
        meter_id,
        day desc
)
select
    schedule_id,
    head.name as head,
    count(distinct connection_id) as connections,
    sum(energy_wh)::bigint as energy_wh,
    sum(head.amount_paise)::bigint as amount_paise
from part
cross join lateral (
    values ('subsidy', subsidy_paise), ('scheme', scheme_paise)
) as head (name, amount_paise)
where head.amount_paise <> 0
group by schedule_id, head.name
order by schedule_id, head.name
