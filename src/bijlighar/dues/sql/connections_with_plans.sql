-- Connections that have a plan by instalments of which something may be left.
select distinct plan.connection_id
from dues_plan as plan
where
    plan.instalments is not null
    and not exists (
        select 1 from dues_plan as later
        where
            later.connection_id = plan.connection_id
            and later.book = plan.book
            and later.number > plan.number
    )
    and plan.amount_paise > (
        select coalesce(sum(payment.paid_paise), 0)
        from dues_planpayment as payment
        where payment.plan_id = plan.id
    )
order by plan.connection_id
