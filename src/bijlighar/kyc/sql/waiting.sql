-- Papers below some areas that the office has to look at, the longest waiting first, with
-- whose they are.
select
    paper.id as paper_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi
from kyc_paper as paper
join connections_connection as place on place.id = paper.connection_id
join connections_consumer as consumer on consumer.id = place.consumer_id
where
    paper.state = 'waiting'
    and exists (
        select 1
        from grid_reach as reach
        where
            reach.node_id = place.transformer_id
            and reach.area_id = any(%(areas)s::bigint[])
    )
order by paper.shown_at, paper.id
limit %(limit)s offset %(offset)s
