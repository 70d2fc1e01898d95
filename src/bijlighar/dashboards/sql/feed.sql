-- The last things that happened in some areas, newest first: payments and charges (where
-- money may be seen), warnings, supply changes and commands that were given up. Of each
-- stream only the newest rows of the whole table are looked at.
with reached as materialized (
    select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
),
counted as materialized (
    select node_id from grid_reach where area_id = any(%(money)s::bigint[])
),
happened as (
    (
        select stream.credited_at as at, stream.id, 'recharged' as kind,
            stream.connection_id, stream.amount_paise, '' as detail
        from (
            select * from payments_payment order by id desc limit %(looked_at)s
        ) as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            connection.transformer_id in (select node_id from counted)
            and connection.transformer_id in (select node_id from reached)
        order by stream.id desc
        limit %(limit)s
    )
    union all
    (
        -- A night's deductions are one line.
        select
            stream.charged_at,
            max(stream.id),
            'charged',
            min(stream.connection_id),
            sum(stream.posted_paise)::bigint,
            count(distinct stream.connection_id)::text
        from (
            select * from charges_daycharge order by id desc limit %(looked_at)s
        ) as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            connection.transformer_id in (select node_id from counted)
            and connection.transformer_id in (select node_id from reached)
        group by stream.charged_at
        order by max(stream.id) desc
        limit %(limit)s
    )
    union all
    (
        select stream.at, stream.id, 'warned', stream.connection_id, null,
            stream.percent::text
        from (
            select * from supply_lowbalancewarning order by id desc limit %(looked_at)s
        ) as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            stream.is_told
            and connection.transformer_id in (select node_id from counted)
            and connection.transformer_id in (select node_id from reached)
        order by stream.id desc
        limit %(limit)s
    )
    union all
    (
        select
            stream.at,
            stream.id,
            case
                when stream.event = 'disconnection asked' then 'disconnection_queued'
                when stream.event = 'disconnection cancelled' then 'disconnection_cancelled'
                when stream.event = 'reconnection asked' then 'reconnection_queued'
                when stream.state_after = 'off' then 'disconnected'
                else 'reconnected'
            end,
            stream.connection_id,
            null,
            ''
        from (
            select * from supply_supplychange order by id desc limit %(looked_at)s
        ) as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            connection.transformer_id in (select node_id from reached)
        order by stream.id desc
        limit %(limit)s
    )
    union all
    (
        select stream.failed_at, stream.id, 'relay_failed', stream.connection_id, null,
            stream.last_error
        from (
            select * from headend_relaycommand order by id desc limit %(looked_at)s
        ) as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            stream.failed_at is not null
            and connection.transformer_id in (select node_id from reached)
        order by stream.id desc
        limit %(limit)s
    )
)

select
    happened.at,
    happened.kind,
    happened.connection_id,
    happened.amount_paise,
    happened.detail
from happened
order by happened.at desc, happened.id desc
limit %(limit)s
