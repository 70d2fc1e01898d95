-- What was sent to whom in the areas, newest first: numbers and amounts as the reader may
-- see them. Pages go on below the last notice's id.
with place as materialized (
    select
        reached.node_id as id,
        bool_or(reached.area_id = any(%(contact)s)) as shows_contact,
        bool_or(reached.area_id = any(%(money)s)) as shows_money,
        bool_or(reached.area_id = any(%(areas)s)) as is_seen
    from grid_reach as reached
    where reached.area_id = any(%(areas)s || %(contact)s || %(money)s)
    group by reached.node_id
)
select
    notice.id as notice_id,
    notice.connection_id,
    consumer.consumer_number,
    notice.created_at as at,
    notice.kind,
    notice.language,
    case
        when place.shows_contact then notice.mobile
        else '••••••' || right(notice.mobile, 4)
    end as mobile,
    case when place.shows_money then notice.text else '' end as text,
    notice.state,
    notice.channel,
    notice.sent_at,
    notice.arrived_at,
    notice.last_error
from notices_notice as notice
join connections_connection as held on held.id = notice.connection_id
join connections_consumer as consumer on consumer.id = held.consumer_id
join place on place.id = held.transformer_id and place.is_seen
where
    (%(before)s::bigint is null or notice.id < %(before)s::bigint)
    and (%(id)s::bigint is null or notice.id = %(id)s::bigint)
    and (
        %(number)s = ''
        or consumer.consumer_number = %(number)s
        or (place.shows_contact and notice.mobile = %(mobile)s)
    )
    and (%(kind)s = '' or notice.kind = %(kind)s)
    and (%(state)s = '' or notice.state = %(state)s)
    and (%(channel)s = '' or notice.channel = %(channel)s)
order by notice.id desc
limit %(limit)s
