-- Meters that are to be read now, longest waiting first; none behind a vendor's head-end.
select contact.meter_id
from headend_metercontact as contact
where
    contact.read_not_before <= %(now)s
    and not exists (
        select from vendors_wayin as way
        where
            way.meter_id = contact.meter_id
            and way.starts_at <= %(now)s
            and (way.ends_at is null or way.ends_at > %(now)s)
    )
order by contact.read_not_before, contact.meter_id
limit %(limit)s
