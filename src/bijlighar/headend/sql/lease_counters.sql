-- Move each meter's counter ahead and answer the first of those leased.
with leased as (
    select meter_id from headend_metersecret
    where meter_id = any(%(meters)s::bigint[])
    order by meter_id
    for update
)
update headend_metersecret as secret
set next_counter = secret.next_counter + %(many)s
from leased
where leased.meter_id = secret.meter_id
returning
    secret.meter_id,
    secret.next_counter - %(many)s as first_counter,
    secret.known_meter_counter,
    secret.wrapped_keys
