-- Meters that have keys and were not asked yet what they are.
select secret.meter_id
from headend_metersecret as secret
where
    secret.meter_id > %(after)s
    and not exists (
        select from vendors_wayin as way
        where way.meter_id = secret.meter_id and way.ends_at is null
    )
    and not exists (
        select from headend_meterconfiguration as known
        where known.meter_id = secret.meter_id
    )
order by secret.meter_id
limit %(limit)s
