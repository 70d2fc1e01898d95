-- What happened to supplies in a month.
select
    consumer.consumer_number,
    change.at,
    change.event,
    change.state_before,
    change.state_after,
    change.because
from connections_connection as held
join place on place.id = held.transformer_id
join connections_consumer as consumer on consumer.id = held.consumer_id
join supply_supplychange as change
    on
        change.connection_id = held.id
        and change.at >= %(starts)s
        and change.at < %(ends)s
order by change.at, change.id
