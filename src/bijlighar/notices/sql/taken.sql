-- Notices that an operator took. A receipt may have been quicker: what it said stays.
update notices_notice as notice
set
    state = case when came.is_delivered then 'delivered' else 'sent' end,
    sent_at = %(now)s,
    arrived_at = case when came.is_delivered then %(now)s end,
    claimed_until = null,
    secret = null,
    attempts = notice.attempts + 1,
    last_error = ''
from unnest(%(ids)s::bigint[], %(delivered)s::boolean[]) as came (id, is_delivered)
where notice.id = came.id and notice.state = 'sending'
