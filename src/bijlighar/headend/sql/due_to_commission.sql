-- Meters with keys that were not yet asked what they are and did not fail at it lately, those
-- that answer first; none that is behind a vendor's head-end or has a relay command to come.
select secret.meter_id
from headend_metersecret as secret
join headend_metercontact as contact on contact.meter_id = secret.meter_id
where
    not exists (
        select from headend_meterconfiguration as known
        where known.meter_id = secret.meter_id
    )
    and not exists (
        select from vendors_wayin as way
        where way.meter_id = secret.meter_id and way.ends_at is null
    )
    and not exists (
        select from headend_relaycommand as command
        where
            command.meter_id = secret.meter_id
            and command.state in ('queued', 'sending')
    )
    and not exists (
        select from headend_attemptcount as failed
        where
            failed.meter_id = secret.meter_id
            and failed.talk = 'commission'
            and failed.last_at > %(failed_after)s
    )
order by contact.failures_in_a_row, secret.meter_id
limit %(limit)s
