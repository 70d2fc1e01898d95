-- Meters of these serials come behind a vendor's head-end; those that are there already stay.
with named as (
    select meter.id
    from connections_meter as meter
    where
        meter.serial = any(%(serials)s::text[])
        and not exists (
            select from vendors_wayin as way
            where
                way.meter_id = meter.id
                and way.vendor_id = %(vendor)s
                and way.ends_at is null
        )
),

left_others as (
    update vendors_wayin as way
    set ends_at = %(now)s
    from named
    where way.meter_id = named.id and way.ends_at is null
    returning way.meter_id
)

select named.id as meter_id from named order by named.id
