-- Claims notices that are due, the most urgent first; no two callers get the same one. What
-- was never routed is noted under the channel that nearly all go by.
with due as (
    select id
    from notices_notice
    where
        state = 'queued'
        and due_at <= %(now)s
        and (%(id)s::bigint is null or id = %(id)s::bigint)
    order by urgency, due_at
    limit %(limit)s
    for update skip locked
)
update notices_notice as notice
set
    state = 'sending',
    claimed_until = %(until)s,
    channel = case when notice.channel = '' then %(channel)s else notice.channel end
from due
where notice.id = due.id
returning notice.*
