-- What each connection was charged for the day before, and for any day after it up to
-- `through`: every version, the one that holds being the last of its connection. Which one
-- that is, is found in memory: here it would cost a sort.
with asked as materialized (
    select %(ids)s::bigint[] as ids
)
select
    connection_id,
    day,
    closing_register_wh,
    is_provisional::int::bigint as is_provisional,
    part_from,
    schedule_id,
    sanctioned_load_w as load_w,
    is_prepaid::int::bigint as is_prepaid,
    meter_id,
    mtd_energy_wh as energy_wh,
    mtd_days::bigint as days,
    part_days::bigint as part_days,
    selecting_wh,
    coalesce(mtd_windows_wh[1], 0) as window_1_wh,
    coalesce(mtd_windows_wh[2], 0) as window_2_wh,
    coalesce(mtd_windows_wh[3], 0) as window_3_wh,
    coalesce(mtd_windows_wh[4], 0) as window_4_wh,
    max_demand_w,
    demand_excused::int::bigint as demand_excused,
    fppas_basis_points::bigint as fppas_basis_points,
    fppas_carried_micropaise,
    mtd_energy_paise as energy_paise,
    mtd_time_of_day_paise as time_of_day_paise,
    mtd_fixed_paise as fixed_paise,
    mtd_excess_demand_paise as excess_demand_paise,
    mtd_subsidy_paise as subsidy_paise,
    mtd_scheme_paise as scheme_paise,
    mtd_fppas_paise as fppas_paise,
    mtd_duty_paise as duty_paise,
    mtd_rebate_paise as rebate_paise,
    mtd_minimum_paise as minimum_paise
from charges_daycharge
where
    connection_id = any((select ids from asked)::bigint[])
    and day >= %(day)s::date - 1
    and day <= %(through)s::date
order by connection_id, day, version
