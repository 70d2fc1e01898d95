-- The last plan of a book of each connection, and what of it is paid; one of nothing ended
-- the plans before it.
select
    plan.id as plan_id,
    plan.connection_id,
    plan.number,
    plan.amount_paise,
    plan.instalments,
    plan.first_on,
    plan.percent_of_recharge,
    plan.because,
    plan.opened_at,
    paid.amount_paise as paid_paise
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
cross join lateral (
    select held.*
    from dues_plan as held
    where held.connection_id = wanted.connection_id and held.book = %(book)s
    order by held.number desc
    limit 1
) as plan
cross join lateral (
    select coalesce(sum(payment.paid_paise), 0)::bigint as amount_paise
    from dues_planpayment as payment
    where payment.plan_id = plan.id
) as paid
order by plan.connection_id
