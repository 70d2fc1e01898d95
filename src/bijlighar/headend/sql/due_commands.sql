-- Commands whose time has come, reconnections first, locked; abandoned claims among them.
-- Claims are measured in real time, since a conversation takes real time.
select id
from headend_relaycommand
where
    (state = 'queued' and not_before <= %(now)s)
    or (state = 'sending' and claim_ends_at < clock_timestamp())
order by (wanted = 'open'), not_before, id
limit %(limit)s
for update skip locked
