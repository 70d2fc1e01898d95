-- What operators said to notices, as evidence.
insert into notices_handing (
    notice_id, channel, at, outcome, provider_id, parts, error, receipt, receipt_at
)
select
    id, channel, %(now)s, outcome, provider_id, parts, error,
    case when is_delivered then 'delivered' else '' end,
    case when is_delivered then %(now)s::timestamptz end
from unnest(
    %(ids)s::bigint[],
    %(channels)s::text[],
    %(outcomes)s::text[],
    %(provider_ids)s::text[],
    %(parts)s::smallint[],
    %(errors)s::text[],
    %(delivered)s::boolean[]
) as came (id, channel, outcome, provider_id, parts, error, is_delivered)
