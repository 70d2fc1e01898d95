-- Payments that were credited in a month.
select
    consumer.consumer_number,
    payment.captured_at,
    (payment.amount_paise / 100.0)::numeric(20, 2),
    payment.gateway,
    payment.gateway_payment_id,
    payment.credited_at
from connections_connection as held
join place on place.id = held.transformer_id
join connections_consumer as consumer on consumer.id = held.consumer_id
join payments_payment as payment
    on
        payment.connection_id = held.id
        and payment.credited_at >= %(starts)s
        and payment.credited_at < %(ends)s
order by payment.credited_at, payment.id
