-- The last things that happened in some areas, newest first: payments and charges (where
-- money may be seen), warnings, supply changes and commands that were given up. Of each
-- stream only the newest rows of the whole table are looked at: its sequence tells which.
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
        from payments_payment as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            stream.id > coalesce(pg_sequence_last_value('payments_payment_id_seq'), 0)
            - %(looked_at)s
            and connection.transformer_id in (select node_id from counted)
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
            sum(stream.total_paise)::bigint,
            count(distinct stream.connection_id)::text
        from charges_daycharge as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            stream.id > coalesce(pg_sequence_last_value('charges_daycharge_id_seq'), 0)
            - %(looked_at)s
            and connection.transformer_id in (select node_id from counted)
            and connection.transformer_id in (select node_id from reached)
        group by stream.charged_at
        order by max(stream.id) desc
        limit %(limit)s
    )
    union all
    (
        select stream.at, stream.id, 'warned', stream.connection_id, null,
            stream.percent::text
        from supply_lowbalancewarning as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            stream.id > coalesce(
                pg_sequence_last_value('supply_lowbalancewarning_id_seq'), 0
            ) - %(looked_at)s
            and stream.is_told
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
        from supply_supplychange as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            stream.id > coalesce(pg_sequence_last_value('supply_supplychange_id_seq'), 0)
            - %(looked_at)s
            and connection.transformer_id in (select node_id from reached)
        order by stream.id desc
        limit %(limit)s
    )
    union all
    (
        select stream.failed_at, stream.id, 'relay_failed', stream.connection_id, null,
            stream.last_error
        from headend_relaycommand as stream
        join connections_connection as connection on connection.id = stream.connection_id
        where
            stream.id > coalesce(pg_sequence_last_value('headend_relaycommand_id_seq'), 0)
            - %(looked_at)s
            and stream.failed_at is not null
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
