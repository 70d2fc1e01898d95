-- The charged days of a connection in [first, until) as they hold now, with each head of the
-- day itself and the balance right after it was charged, in paise. A day's heads are its
-- month to date less that of the day before, if both lie in one part of the month. The
-- balance is the present one without what moved since, as in balance_after.sql.
with days as materialized (
    select
        charge.*,
        lag(charge.day) over its = charge.day - 1
        and lag(charge.part_from) over its = charge.part_from
        and lag(charge.schedule_id) over its = charge.schedule_id
        and lag(charge.sanctioned_load_w) over its = charge.sanctioned_load_w
        and lag(charge.is_prepaid) over its = charge.is_prepaid
        and lag(charge.meter_id) over its = charge.meter_id as goes_on,
        lag(charge.mtd_energy_paise) over its as before_energy_paise,
        lag(charge.mtd_time_of_day_paise) over its as before_time_of_day_paise,
        lag(charge.mtd_fixed_paise) over its as before_fixed_paise,
        lag(charge.mtd_excess_demand_paise) over its as before_excess_demand_paise,
        lag(charge.mtd_subsidy_paise) over its as before_subsidy_paise,
        lag(charge.mtd_scheme_paise) over its as before_scheme_paise,
        lag(charge.mtd_fppas_paise) over its as before_fppas_paise,
        lag(charge.mtd_duty_paise) over its as before_duty_paise,
        lag(charge.mtd_rebate_paise) over its as before_rebate_paise,
        lag(charge.mtd_minimum_paise) over its as before_minimum_paise
    from charges_day as charge
    where
        charge.connection_id = %(id)s
        and charge.day >= %(first)s::date - 1
        and charge.day < %(until)s::date
    window its as (order by charge.day)
),
moves as materialized (
    select movement.entry_id, movement.amount_paise, entry.recorded_at, entry.effective_at,
        entry.reason
    from ledger_wallet as wallet
    join ledger_movement as movement on movement.account_id = wallet.account_id
    join ledger_entry as entry on entry.id = movement.entry_id
    where
        wallet.owner_id = %(id)s
        and entry.recorded_at >= (select min(charged_at) from days)
)
select
    days.day,
    days.opening_register_wh,
    days.closing_register_wh,
    days.energy_wh,
    days.is_estimated,
    days.is_provisional,
    days.total_paise,
    days.mtd_energy_paise
    - case when days.goes_on then days.before_energy_paise else 0 end as energy_paise,
    days.mtd_time_of_day_paise
    - case when days.goes_on then days.before_time_of_day_paise else 0 end
        as time_of_day_paise,
    days.mtd_fixed_paise
    - case when days.goes_on then days.before_fixed_paise else 0 end as fixed_paise,
    days.mtd_excess_demand_paise
    - case when days.goes_on then days.before_excess_demand_paise else 0 end
        as excess_demand_paise,
    days.mtd_subsidy_paise
    - case when days.goes_on then days.before_subsidy_paise else 0 end as subsidy_paise,
    days.mtd_scheme_paise
    - case when days.goes_on then days.before_scheme_paise else 0 end as scheme_paise,
    days.mtd_fppas_paise
    - case when days.goes_on then days.before_fppas_paise else 0 end as fppas_paise,
    days.mtd_duty_paise
    - case when days.goes_on then days.before_duty_paise else 0 end as duty_paise,
    days.mtd_rebate_paise
    - case when days.goes_on then days.before_rebate_paise else 0 end as rebate_paise,
    days.mtd_minimum_paise
    - case when days.goes_on then days.before_minimum_paise else 0 end as minimum_paise,
    (
        wallet.balance_paise - coalesce((
            select sum(moves.amount_paise)
            from moves
            where
                moves.recorded_at > days.charged_at
                or (
                    moves.recorded_at = days.charged_at
                    and moves.entry_id > (
                        select max(own.entry_id) from moves as own
                        where
                            own.reason = any(%(reasons)s)
                            and own.recorded_at = days.charged_at
                            and own.effective_at
                            = (days.day + 1)::timestamp at time zone 'Asia/Kolkata'
                    )
                )
        ), 0)
    )::bigint as balance_paise
from days
join ledger_wallet as wallet on wallet.owner_id = %(id)s
where days.day >= %(first)s::date
order by days.day
