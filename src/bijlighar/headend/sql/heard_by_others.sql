-- Meters behind a vendor's head-end were heard, each up to an instant of its own.
insert into headend_metercontact
    (meter_id, last_tried_at, last_heard_at, failures_in_a_row, read_not_before, last_error)
select heard.meter_id, %(now)s, heard.at, 0, %(now)s, ''
from unnest(%(meters)s::bigint[], %(at)s::timestamptz[]) as heard (meter_id, at)
order by heard.meter_id
on conflict (meter_id) do update set
    last_tried_at = excluded.last_tried_at,
    last_heard_at = greatest(headend_metercontact.last_heard_at, excluded.last_heard_at),
    failures_in_a_row = 0,
    last_error = ''
