-- What the consumer of a connection was told, the newest first.
select id as notice_id, kind, language, text, state, created_at as at, sent_at
from notices_notice
where connection_id = %(id)s and (%(before)s::bigint is null or id < %(before)s::bigint)
order by id desc
limit %(limit)s
