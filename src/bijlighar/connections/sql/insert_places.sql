-- Takes connections without meters in: consumer, connection, place and facts of each.
-- Answers (consumer number, connection id).
with given as (
    select *
    from unnest(
        %(numbers)s::text[],
        %(names_en)s::text[],
        %(names_hi)s::text[],
        %(mobiles)s::text[],
        %(languages)s::text[],
        %(transformers)s::bigint[],
        %(days)s::date[],
        %(categories)s::text[],
        %(loads)s::bigint[],
        %(modes)s::text[]
    ) as one (
        number, name_en, name_hi, mobile, language, transformer_id, day, category, load_w,
        mode
    )
),
consumer as (
    insert into connections_consumer (consumer_number, name_en, name_hi, mobile, language)
    select number, name_en, name_hi, mobile, language from given
    returning id, consumer_number
),
opened as (
    insert into connections_connection (consumer_id, transformer_id)
    select consumer.id, given.transformer_id
    from given
    join consumer on consumer.consumer_number = given.number
    returning id, consumer_id
),
known as (
    select opened.id, given.*
    from opened
    join consumer on consumer.id = opened.consumer_id
    join given on given.number = consumer.consumer_number
),
placed as (
    insert into connections_connectionplace (connection_id, from_day, transformer_id)
    select id, day, transformer_id from known
),
fact as (
    insert into connections_connectionfact
        (connection_id, from_day, category, sanctioned_load_w, payment_mode, mode_since)
    select id, day, category, load_w, mode, day from known
)
select number, id from known
