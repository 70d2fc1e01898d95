-- What is to be said of staged connections, beside what is known: one row for each, in the
-- order of taking in. `wrong` is null where nothing is wrong.
with given as (
    select
        seq, number as row, values,
        values[1] as number, values[2] as name_en, values[3] as name_hi,
        values[4] as mobile, values[5] as language, values[6] as category,
        values[7]::bigint as load_w, values[8] as mode, values[9]::date as from_day,
        values[10] as transformer, values[11] as discom
    from masters_stagedrow
    where
        held_id = %(import)s and outcome = 'due' and seq > %(after)s and seq <= %(until)s
),
reached as materialized (
    select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
),
spot as (
    select
        given.seq,
        min(node.id) as transformer_id,
        min(node.discom_id) as discom_id,
        count(distinct node.id) as found
    from given
    join grid_node as node
        on
            node.code = given.transformer
            and node.kind = 'transformer'
            and node.closed_on is null
    join grid_node as discom on discom.id = node.discom_id
    where
        node.id in (select node_id from reached)
        and (given.discom is null or given.discom = discom.code)
    group by given.seq
),
beside as (
    select
        given.*,
        spot.transformer_id,
        coalesce(spot.found, 0) as found,
        numbered.pattern,
        numbered.words as pattern_words,
        consumer.id as consumer_id,
        held.transformer_id in (select node_id from reached) as is_seen,
        case
            when held_node.code is distinct from given.transformer
                then 'transformer|' || coalesce(held_node.code, '')
            when consumer.name_en <> given.name_en then 'name_en|' || consumer.name_en
            when consumer.name_hi <> given.name_hi then 'name_hi|' || consumer.name_hi
            when consumer.mobile <> given.mobile
                then 'mobile|••••••' || right(consumer.mobile, 4)
            when consumer.language <> given.language then 'language|' || consumer.language
            when fact.id is null then 'from_day|' || coalesce(
                (
                    select min(first.from_day)::text from connections_connectionfact as first
                    where first.connection_id = held.id
                ),
                ''
            )
            when fact.category <> given.category then 'category|' || fact.category
            when fact.sanctioned_load_w <> given.load_w
                then 'load|' || trim_scale(fact.sanctioned_load_w / 1000.0) || ' kW'
            when fact.payment_mode <> given.mode then 'mode|' || fact.payment_mode
        end as difference
    from given
    left join spot on spot.seq = given.seq
    left join unnest(
        %(discoms)s::bigint[], %(patterns)s::text[], %(pattern_words)s::text[]
    ) as numbered (discom_id, pattern, words) on numbered.discom_id = spot.discom_id
    left join connections_consumer as consumer on consumer.consumer_number = given.number
    left join connections_connection as held on held.consumer_id = consumer.id
    left join grid_node as held_node on held_node.id = held.transformer_id
    left join connections_connectionfact as fact
        on fact.connection_id = held.id and fact.from_day = given.from_day
),
judged as (
    select
        beside.*,
        case
            when found = 0 then 'unknown_transformer'
            when found > 1 then 'which_discom'
            when number !~ ('^(' || pattern || ')$') then 'number_pattern'
            when consumer_id is not null and is_seen is not true then 'taken'
            when consumer_id is not null and difference is not null then 'held_different'
        end as wrong
    from beside
)
select
    seq,
    row,
    values,
    wrong,
    case
        when wrong in ('unknown_transformer', 'which_discom') then 'transformer'
        else 'number'
    end as field,
    case
        when wrong in ('unknown_transformer', 'which_discom') then transformer else number
    end as value,
    case wrong
        when 'number_pattern' then pattern_words
        when 'held_different' then difference
        else ''
    end as other,
    wrong is null and consumer_id is not null as is_unchanged,
    transformer_id as target_id
from judged
order by seq
