-- What the charge of one supply day rests on: a row for each connection that is charged
-- through the day before (or whose meter was installed on the day) and whose register at
-- the end of the day is known. No column is null: 0, the year 1 or the year 9999 stand for
-- what is not there.
select
    wanted.connection_id,
    installation.meter_id,
    installation.installed_on,
    case
        when installation.installed_on = %(day)s::date then installation.initial_register_wh
        else before.closing_register_wh
    end as opening_register_wh,
    coalesce(register.register_wh, 0) as closing_register_wh,
    (register.register_wh is not null)::int::bigint as is_heard,
    coalesce(block.peak_wh, 0) as peak_wh,
    coalesce(array_position(%(categories)s::text[], fact.category), 0)::bigint
        as category_place,
    coalesce(fact.sanctioned_load_w, 0) as sanctioned_load_w,
    (coalesce(fact.payment_mode, '') = 'prepaid')::int::bigint as is_prepaid,
    greatest(
        case when earlier.is_one then fact.from_day end,
        case when replaced.is_one then installation.installed_on end,
        date '0001-01-01'
    ) as holds_from,
    least(following.from_day, installation.removed_on, date '9999-12-31') as holds_until,
    (before.day is not null)::int::bigint as has_before,
    coalesce(before.part_from, date '0001-01-01') as before_part_from,
    coalesce(before.schedule_id, 0) as before_schedule_id,
    coalesce(before.sanctioned_load_w, 0) as before_load_w,
    coalesce(before.is_prepaid::int, 0)::bigint as before_is_prepaid,
    coalesce(before.meter_id, 0) as before_meter_id,
    coalesce(before.mtd_energy_wh, 0) as before_energy_wh,
    coalesce(before.mtd_days, 0)::bigint as before_days,
    coalesce(before.part_days, 1)::bigint as before_part_days,
    coalesce(before.selecting_wh, 0) as before_selecting_wh,
    coalesce(before.mtd_windows_wh[1], 0) as before_window_1_wh,
    coalesce(before.mtd_windows_wh[2], 0) as before_window_2_wh,
    coalesce(before.mtd_windows_wh[3], 0) as before_window_3_wh,
    coalesce(before.mtd_windows_wh[4], 0) as before_window_4_wh,
    coalesce(before.max_demand_w, 0) as before_max_demand_w,
    coalesce(before.demand_excused::int, 0)::bigint as before_demand_excused,
    coalesce(before.fppas_basis_points, 0)::bigint as before_fppas_basis_points,
    coalesce(before.fppas_carried_micropaise, 0) as before_fppas_carried_micropaise,
    coalesce(before.mtd_energy_paise, 0) as before_energy_paise,
    coalesce(before.mtd_time_of_day_paise, 0) as before_time_of_day_paise,
    coalesce(before.mtd_fixed_paise, 0) as before_fixed_paise,
    coalesce(before.mtd_excess_demand_paise, 0) as before_excess_demand_paise,
    coalesce(before.mtd_subsidy_paise, 0) as before_subsidy_paise,
    coalesce(before.mtd_scheme_paise, 0) as before_scheme_paise,
    coalesce(before.mtd_fppas_paise, 0) as before_fppas_paise,
    coalesce(before.mtd_duty_paise, 0) as before_duty_paise,
    coalesce(before.mtd_rebate_paise, 0) as before_rebate_paise,
    coalesce(before.mtd_minimum_paise, 0) as before_minimum_paise
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join connections_installation as installation
    on
        installation.connection_id = wanted.connection_id
        and installation.installed_on <= %(day)s::date
        and (installation.removed_on is null or installation.removed_on > %(day)s::date)
left join lateral (
    select charge.*
    from charges_daycharge as charge
    where charge.connection_id = wanted.connection_id and charge.day = %(day)s::date - 1
    order by charge.version desc
    limit 1
) as before on true
left join readings_register as register
    on register.meter_id = installation.meter_id and register.day = %(day)s::date
left join lateral (
    select max(reading.peak_wh)::bigint as peak_wh
    from readings_blockreading as reading
    where reading.meter_id = installation.meter_id and reading.day = %(day)s::date
) as block on true
left join lateral (
    select held.*
    from connections_connectionfact as held
    where held.connection_id = wanted.connection_id and held.from_day <= %(day)s::date
    order by held.from_day desc
    limit 1
) as fact on true
left join lateral (
    select exists (
        select 1 from connections_connectionfact as held
        where held.connection_id = wanted.connection_id and held.from_day < fact.from_day
    ) as is_one
) as earlier on true
left join lateral (
    select exists (
        select 1 from connections_installation as held
        where
            held.connection_id = wanted.connection_id
            and held.installed_on < installation.installed_on
    ) as is_one
) as replaced on true
left join lateral (
    select min(held.from_day) as from_day
    from connections_connectionfact as held
    where held.connection_id = wanted.connection_id and held.from_day > %(day)s::date
) as following on true
where before.day is not null or installation.installed_on = %(day)s::date
order by wanted.connection_id
