-- What is to be said of staged meters, as judge_connections.
with given as (
    select
        seq, number as row, values,
        values[1] as serial, decode(values[2], 'hex') as title, values[3] as host,
        values[4]::int as port, values[5] as number, values[6]::date as installed_on,
        values[7]::bigint as register_wh, values[8] as vendor
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
        place.id as connection_id,
        meter.id as meter_id,
        now_there.serial as there_serial,
        now_there.id as there_id,
        (
            select min(fact.from_day) from connections_connectionfact as fact
            where fact.connection_id = place.id
        ) as starts_on,
        (
            select max(past.removed_on) from connections_installation as past
            where past.connection_id = place.id
        ) as freed_on,
        given.vendor is not null and not exists (
            select 1 from vendors_vendor as one where one.code = given.vendor
        ) as vendor_is_unknown,
        exists (
            select 1 from connections_meter as other
            where other.system_title = given.title and other.serial <> given.serial
        ) as title_is_taken,
        exists (
            select 1 from connections_meter as other
            where
                other.host = given.host
                and other.port = given.port
                and other.serial <> given.serial
        ) as address_is_taken,
        case
            when meter.system_title is distinct from given.title
                then 'title|' || coalesce(upper(encode(meter.system_title, 'hex')), '–')
            when meter.host is distinct from coalesce(given.host, '')
                then 'host|' || coalesce(nullif(meter.host, ''), '–')
            when meter.port is distinct from given.port
                then 'port|' || coalesce(meter.port::text, '–')
            when given.vendor is not null and behind.code is distinct from given.vendor
                then 'vendor|' || coalesce(behind.code, '–')
            when now_there.id is distinct from meter.id then 'number|' || coalesce(
                (
                    select elsewhere.consumer_number
                    from connections_installation as hung
                    join connections_connection as there on there.id = hung.connection_id
                    join connections_consumer as elsewhere on elsewhere.id = there.consumer_id
                    where
                        hung.meter_id = meter.id
                        and hung.removed_on is null
                        and there.transformer_id in (select node_id from reached)
                ),
                ''
            )
            when hangs.installed_on <> given.installed_on
                then 'installed_on|' || hangs.installed_on
            when hangs.initial_register_wh <> given.register_wh
                then 'register|' || trim_scale(hangs.initial_register_wh / 1000.0) || ' kWh'
        end as difference
    from given
    left join connections_consumer as consumer on consumer.consumer_number = given.number
    left join connections_connection as place
        on
            place.consumer_id = consumer.id
            and place.transformer_id in (select node_id from reached)
    left join connections_meter as meter on meter.serial = given.serial
    left join connections_installation as hangs
        on hangs.connection_id = place.id and hangs.removed_on is null
    left join connections_meter as now_there on now_there.id = hangs.meter_id
    left join vendors_wayin as way on way.meter_id = meter.id and way.ends_at is null
    left join vendors_vendor as behind on behind.id = way.vendor_id
),
judged as (
    select
        beside.*,
        case
            when connection_id is null then 'unknown_connection'
            when vendor_is_unknown then 'unknown_vendor'
            when meter_id is not null and difference = 'number|' then 'taken'
            when meter_id is not null and difference is not null then 'held_different'
            when meter_id is null and there_id is not null then 'has_meter'
            when title_is_taken or address_is_taken then 'taken'
            when installed_on < greatest(starts_on, freed_on) then 'before_connection'
        end as wrong
    from beside
)
select
    seq,
    row,
    values,
    wrong,
    case
        when wrong in ('unknown_connection', 'has_meter') then 'number'
        when wrong = 'before_connection' then 'installed_on'
        when wrong = 'unknown_vendor' then 'vendor'
        when wrong = 'taken' and meter_id is null and title_is_taken then 'title'
        when wrong = 'taken' and meter_id is null then 'host'
        else 'serial'
    end as field,
    case
        when wrong in ('unknown_connection', 'has_meter') then number
        when wrong = 'before_connection' then installed_on::text
        when wrong = 'unknown_vendor' then vendor
        when wrong = 'taken' and meter_id is null and title_is_taken then values[2]
        when wrong = 'taken' and meter_id is null then host || ':' || port
        else serial
    end as value,
    case wrong
        when 'has_meter' then there_serial
        when 'before_connection' then greatest(starts_on, freed_on)::text
        when 'held_different' then difference
        else ''
    end as other,
    wrong is null and meter_id is not null as is_unchanged,
    connection_id as target_id
from judged
order by seq
