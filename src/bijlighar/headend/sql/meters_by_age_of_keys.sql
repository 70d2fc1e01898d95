-- Meters with keys whose keys do not change now, those of which this part was never changed
-- or longest ago first; none that is behind a vendor's head-end or has
-- a relay command to come.
select secret.meter_id
from headend_metersecret as secret
left join (
    select
        change.meter_id,
        max(change.ended_at) filter (where change.part = %(part)s) as ended_at,
        bool_or(change.state in ('prepared', 'sent')) as is_open
    from headend_meterkeychange as change
    group by change.meter_id
) as last on last.meter_id = secret.meter_id
where
    not coalesce(last.is_open, false)
    and not exists (
        select from headend_relaycommand as command
        where
            command.meter_id = secret.meter_id
            and command.state in ('queued', 'sending')
    )
    and not exists (
        select from vendors_wayin as way
        where
            way.meter_id = secret.meter_id
            and way.starts_at <= %(now)s
            and (way.ends_at is null or way.ends_at > %(now)s)
    )
order by last.ended_at nulls first, secret.meter_id
limit %(limit)s
