-- Payments of a connection that were credited in [first, until), the newest first, with what
-- old dues took of each. Pages go on below the last payment's id.
select
    payment.id as payment_id,
    payment.order_id,
    payment.amount_paise,
    payment.captured_at,
    payment.credited_at,
    payment.gateway,
    payment.gateway_payment_id,
    payment.balance_before_paise,
    ordered.payer_login_id is not null as is_by_another,
    coalesce((
        select sum(paid.paid_paise)
        from dues_planpayment as paid
        where
            paid.connection_id = payment.connection_id
            and paid.source = payment.gateway || ':' || payment.gateway_payment_id
    ), 0)::bigint as old_dues_paise
from payments_payment as payment
join payments_rechargeorder as ordered on ordered.id = payment.order_id
where
    payment.connection_id = %(id)s
    and (%(order)s::uuid is null or payment.order_id = %(order)s::uuid)
    and (%(before)s::bigint is null or payment.id < %(before)s::bigint)
    and (%(first)s::timestamptz is null or payment.credited_at >= %(first)s::timestamptz)
    and (%(until)s::timestamptz is null or payment.credited_at < %(until)s::timestamptz)
order by payment.id desc
limit %(limit)s
