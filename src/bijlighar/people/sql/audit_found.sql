-- The records of the audit trail that lie in some areas and fit a question, the newest
-- first; %(areas)s are grid nodes. A record of no place is seen where a whole discom is.
select
    seq,
    payload,
    previous_hash,
    hash,
    at,
    actor_kind,
    actor_id,
    actor_name,
    channel,
    address,
    request_id,
    action,
    object_kind,
    object_id,
    place_id,
    why
from people_auditrecord
where
    (
        place_id in (select node_id from grid_reach where area_id = any(%(areas)s))
        or (
            place_id is null
            and exists (
                select 1 from grid_node
                where id = any(%(areas)s) and kind = 'discom'
            )
        )
    )
    and (%(seq)s::bigint is null or seq = %(seq)s)
    and (%(below)s::bigint is null or seq < %(below)s)
    and (%(from_at)s::timestamptz is null or at >= %(from_at)s)
    and (%(until_at)s::timestamptz is null or at < %(until_at)s)
    and (%(action)s = '' or action = %(action)s)
    and (%(channel)s = '' or channel = %(channel)s)
    and (%(object_kind)s = '' or object_kind = %(object_kind)s)
    and (%(object_id)s = '' or object_id = %(object_id)s)
    and (%(actor_id)s::bigint is null or actor_id = %(actor_id)s)
    and (%(name)s = '' or actor_name ilike %(name)s)
    and (%(why)s = '' or why ilike %(why)s)
order by seq desc
limit %(limit)s offset %(offset)s
