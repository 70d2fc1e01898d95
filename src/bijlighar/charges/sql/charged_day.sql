-- One charged day of connections as it holds now: what a new version is compared with.
select
    wanted.connection_id,
    charge.version::bigint as version,
    charge.meter_id,
    charge.energy_wh,
    charge.opening_register_wh,
    charge.closing_register_wh,
    charge.is_estimated::int::bigint as is_estimated,
    charge.is_provisional::int::bigint as is_provisional,
    charge.schedule_id,
    charge.part_from,
    charge.part_days::bigint as part_days,
    charge.mtd_energy_wh,
    charge.selecting_wh,
    charge.mtd_days::bigint as mtd_days,
    charge.sanctioned_load_w,
    charge.max_demand_w,
    charge.fppas_basis_points::bigint as fppas_basis_points,
    charge.fppas_carried_micropaise,
    charge.is_prepaid::int::bigint as is_prepaid,
    charge.mtd_energy_paise,
    charge.mtd_time_of_day_paise,
    charge.mtd_fixed_paise,
    charge.mtd_excess_demand_paise,
    charge.mtd_subsidy_paise,
    charge.mtd_scheme_paise,
    charge.mtd_fppas_paise,
    charge.mtd_duty_paise,
    charge.mtd_rebate_paise,
    charge.mtd_minimum_paise,
    charge.total_paise,
    charge.demand_excused::int::bigint as demand_excused,
    coalesce(charge.mtd_windows_wh[1], 0) as window_1_wh,
    coalesce(charge.mtd_windows_wh[2], 0) as window_2_wh,
    coalesce(charge.mtd_windows_wh[3], 0) as window_3_wh,
    coalesce(charge.mtd_windows_wh[4], 0) as window_4_wh
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select held.*
    from charges_daycharge as held
    where held.connection_id = wanted.connection_id and held.day = %(day)s::date
    order by held.version desc
    limit 1
) as charge on true
order by wanted.connection_id
