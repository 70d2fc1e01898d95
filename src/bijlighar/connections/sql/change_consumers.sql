-- Changes what is new about consumers (null: it stays); answers their connections' ids.
with changed as (
    update connections_consumer as consumer
    set
        name_en = coalesce(given.name_en, consumer.name_en),
        name_hi = coalesce(given.name_hi, consumer.name_hi),
        mobile = coalesce(given.mobile, consumer.mobile),
        language = coalesce(given.language, consumer.language)
    from unnest(
        %(numbers)s::text[],
        %(names_en)s::text[],
        %(names_hi)s::text[],
        %(mobiles)s::text[],
        %(languages)s::text[]
    ) as given (number, name_en, name_hi, mobile, language)
    where consumer.consumer_number = given.number
    returning consumer.id
)
select connection.id
from changed
join connections_connection as connection on connection.consumer_id = changed.id
order by connection.id
