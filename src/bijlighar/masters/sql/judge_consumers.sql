-- What is to be said of staged changes of consumers, as judge_connections.
with given as (
    select
        seq, number as row, values,
        values[1] as number, values[2] as name_en, values[3] as name_hi,
        values[4] as mobile, values[5] as language
    from masters_stagedrow
    where
        held_id = %(import)s and outcome = 'due' and seq > %(after)s and seq <= %(until)s
),
reached as materialized (
    select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
),
beside as (
    select
        given.*,
        held.id as connection_id,
        coalesce(given.name_en, consumer.name_en) = consumer.name_en
        and coalesce(given.name_hi, consumer.name_hi) = consumer.name_hi
        and coalesce(given.mobile, consumer.mobile) = consumer.mobile
        and coalesce(given.language, consumer.language) = consumer.language as is_same
    from given
    left join connections_consumer as consumer on consumer.consumer_number = given.number
    left join connections_connection as held
        on
            held.consumer_id = consumer.id
            and held.transformer_id in (select node_id from reached)
)
select
    seq,
    row,
    values,
    case when connection_id is null then 'unknown_connection' end as wrong,
    'number' as field,
    number as value,
    '' as other,
    connection_id is not null and is_same as is_unchanged,
    connection_id as target_id
from beside
order by seq
