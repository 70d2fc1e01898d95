-- What conversations brought beside readings: when each kind was answered, the clock, when
-- to ask next; the claim ends where the head-end is done with the meter.
with ended as (
    select *
    from unnest(
        %(meters)s::bigint[], %(daily)s::timestamptz[], %(blocks)s::timestamptz[],
        %(events)s::timestamptz[], %(billing)s::timestamptz[], %(instant)s::timestamptz[],
        %(until)s::timestamptz[], %(drift)s::int[], %(seen)s::timestamptz[],
        %(next)s::timestamptz[], %(answered)s::boolean[]
    ) as ended (
        meter_id, daily, blocks, events, billing, instant, until, drift, seen, next, answered
    )
)

update headend_metercontact as contact
set
    daily_at = coalesce(ended.daily, contact.daily_at),
    blocks_at = coalesce(ended.blocks, contact.blocks_at),
    events_at = coalesce(ended.events, contact.events_at),
    billing_at = coalesce(ended.billing, contact.billing_at),
    instant_at = coalesce(ended.instant, contact.instant_at),
    events_until = coalesce(ended.until, contact.events_until),
    clock_drift_s = coalesce(ended.drift, contact.clock_drift_s),
    clock_seen_at = coalesce(ended.seen, contact.clock_seen_at),
    read_not_before = coalesce(ended.next, contact.read_not_before),
    asked_at = case when ended.answered then null else contact.asked_at end
from ended
where contact.meter_id = ended.meter_id
