-- Recharges of a connection that were credited, the newest first.
select id as receipt_id, gateway, gateway_payment_id, amount_paise, captured_at, credited_at
from payments_payment
where connection_id = %(id)s and (%(before)s::bigint is null or id < %(before)s::bigint)
order by id desc
limit %(limit)s
