-- What the charge of one supply day rests on: a row for each connection that is charged
-- through the day before (or whose meter was installed on the day), and for which no later
-- day up to `through` is charged. No column is null: 0, the year 1 or the year 9999 stand
-- for what is not there. What the meters told of the day is asked apart, by meter: joined
-- here it would cost a step into two indexes for each home.
with asked as materialized (
    select %(ids)s::bigint[] as ids
),
fact as (
    select held.*
    from (
        select
            connection_id, category, sanctioned_load_w, payment_mode, from_day,
            lag(from_day) over its as earlier_from,
            lead(from_day) over its as following_from
        from connections_connectionfact
        where connection_id = any((select ids from asked)::bigint[])
        window its as (partition by connection_id order by from_day)
    ) as held
    where
        held.from_day <= %(day)s::date
        and (held.following_from is null or held.following_from > %(day)s::date)
),
installation as (
    select held.*
    from (
        select
            connection_id, meter_id, installed_on, removed_on, initial_register_wh,
            lag(installed_on) over its as earlier_on
        from connections_installation
        where connection_id = any((select ids from asked)::bigint[])
        window its as (partition by connection_id order by installed_on)
    ) as held
    where
        held.installed_on <= %(day)s::date
        and (held.removed_on is null or held.removed_on > %(day)s::date)
),
before as (
    select distinct on (charge.connection_id) charge.*
    from charges_daycharge as charge
    where
        charge.connection_id = any((select ids from asked)::bigint[])
        and charge.day >= %(day)s::date - 1
        and charge.day <= %(through)s::date
    order by charge.connection_id, charge.day desc, charge.version desc
)

select
    installation.connection_id,
    installation.meter_id,
    installation.installed_on,
    case
        when installation.installed_on = %(day)s::date then installation.initial_register_wh
        else before.closing_register_wh
    end as opening_register_wh,
    coalesce(array_position(%(categories)s::text[], fact.category), 0)::bigint
        as category_place,
    coalesce(fact.sanctioned_load_w, 0) as sanctioned_load_w,
    (coalesce(fact.payment_mode, '') = 'prepaid')::int::bigint as is_prepaid,
    greatest(
        case when fact.earlier_from is not null then fact.from_day end,
        case when installation.earlier_on is not null then installation.installed_on end,
        date '0001-01-01'
    ) as holds_from,
    least(fact.following_from, installation.removed_on, date '9999-12-31') as holds_until,
    (before.day is not null)::int::bigint as has_before,
    coalesce(before.is_provisional::int, 0)::bigint as before_is_provisional,
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
from installation
left join before on before.connection_id = installation.connection_id
left join fact on fact.connection_id = installation.connection_id
where
    before.day = %(day)s::date - 1
    or (before.day is null and installation.installed_on = %(day)s::date)
order by installation.connection_id
