-- Numbers that are the primary one of more than so many connections, some of them in these
-- areas by today's tree: how many there are in all, and how many here.
with many as (
    select consumer.mobile
    from connections_consumer as consumer
    join connections_connection as place on place.consumer_id = consumer.id
    group by consumer.mobile
    having count(*) > %(more_than)s
)
select
    consumer.mobile,
    count(*) as connections,
    count(*) filter (
        where exists (
            select 1 from grid_reach as reach
            where
                reach.node_id = place.transformer_id
                and reach.area_id = any(%(areas)s::bigint[])
        )
    ) as here
from many
join connections_consumer as consumer on consumer.mobile = many.mobile
join connections_connection as place on place.consumer_id = consumer.id
group by consumer.mobile
having
    count(*) filter (
        where exists (
            select 1 from grid_reach as reach
            where
                reach.node_id = place.transformer_id
                and reach.area_id = any(%(areas)s::bigint[])
        )
    ) > 0
order by connections desc, consumer.mobile
limit %(limit)s
