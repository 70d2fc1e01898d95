-- Adds the words by which some connections are found: numbers from the tables themselves,
-- names as the phrases given beside each connection's id.
insert into connections_searchword (connection_id, transformer_id, word)
select connection.id, connection.transformer_id, kept.word
from connections_connection as connection
join connections_consumer as consumer on consumer.id = connection.consumer_id
cross join lateral (
    select 'c:' || consumer.consumer_number as word
    union all
    select 'd:' || reverse(consumer.consumer_number)
    union all
    select 'm:' || regexp_replace(consumer.mobile, '^\+(91)?', '')
    union all
    select 'o:' || reverse(regexp_replace(consumer.mobile, '^\+(91)?', ''))
    union all
    select 's:' || regexp_replace(upper(meter.serial), '[^0-9A-Z]', '', 'g')
    from connections_installation as installation
    join connections_meter as meter on meter.id = installation.meter_id
    where installation.connection_id = connection.id and installation.removed_on is null
) as kept
where connection.id = any(%(ids)s::bigint[])
union all
select connection.id, connection.transformer_id, 'n:' || named.phrase
from unnest(%(named)s::bigint[], %(phrases)s::text[]) as named (connection_id, phrase)
join connections_connection as connection on connection.id = named.connection_id
