-- What consumers were told in a month; amounts stand in the texts.
select
    consumer.consumer_number,
    notice.created_at,
    notice.kind,
    case
        when place.shows_contact then notice.mobile
        else '••••••' || right(notice.mobile, 4)
    end,
    notice.language,
    case when place.shows_money then notice.text else '' end,
    notice.state,
    notice.sent_at
from connections_connection as held
join place on place.id = held.transformer_id
join connections_consumer as consumer on consumer.id = held.consumer_id
join notices_notice as notice
    on
        notice.connection_id = held.id
        and notice.created_at >= %(starts)s
        and notice.created_at < %(ends)s
order by notice.created_at, notice.id
