-- The last credited payment of each connection: the base of the policy's percentages.
select
    wanted.connection_id,
    last.amount_paise,
    last.credited_at,
    last.gateway || ':' || last.gateway_payment_id as key
from unnest(%(ids)s::bigint[]) as wanted (connection_id)
join lateral (
    select payment.amount_paise, payment.credited_at, payment.gateway,
        payment.gateway_payment_id
    from payments_payment as payment
    where payment.connection_id = wanted.connection_id
    order by payment.id desc
    limit 1
) as last on true
