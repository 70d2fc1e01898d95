-- The last credited payment of each connection: the base of the policy's percentages.
select distinct on (connection_id)
    connection_id,
    amount_paise,
    credited_at,
    gateway || ':' || gateway_payment_id as key
from payments_payment
where connection_id = any(%(ids)s::bigint[])
order by connection_id, id desc
