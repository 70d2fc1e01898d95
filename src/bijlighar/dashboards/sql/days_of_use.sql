-- Days in [first, until) on which there was a meter: energy and charge where charged, and
-- what was recharged.
select
    calendar.day::date as day,
    charge.energy_wh,
    charge.total_paise as charge_paise,
    coalesce(
        (
            select sum(payment.amount_paise) from payments_payment as payment
            where
                payment.connection_id = %(id)s
                and (payment.credited_at at time zone 'Asia/Kolkata')::date = calendar.day
        ),
        0
    )::bigint as recharged_paise
from generate_series(%(first)s::date, %(until)s::date - 1, interval '1 day') as calendar (day)
left join charges_day as charge
    on charge.connection_id = %(id)s and charge.day = calendar.day::date
where calendar.day::date >= (
    select min(installed_on) from connections_installation where connection_id = %(id)s
)
order by calendar.day
