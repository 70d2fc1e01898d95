-- The last things that happened, newest first: payments, charges, warnings, supply changes
-- and commands that were given up. Each stream is cut before they are merged.
with happened as (
    (
        select credited_at as at, id, 'recharged' as kind, connection_id,
            amount_paise, '' as detail
        from payments_payment
        where %(id)s::bigint is null or connection_id = %(id)s::bigint
        order by id desc
        limit %(limit)s
    )
    union all
    (
        -- A night's deductions are one line for the whole town, and one a home for a home.
        select
            charged_at,
            max(id),
            'charged',
            min(connection_id),
            sum(total_paise)::bigint,
            count(distinct connection_id)::text
        from charges_daycharge
        where
            id > (select coalesce(max(id), 0) - %(charges)s from charges_daycharge)
            and (%(id)s::bigint is null or connection_id = %(id)s::bigint)
        group by charged_at, case when %(id)s::bigint is null then 0 else id end
        order by max(id) desc
        limit %(limit)s
    )
    union all
    (
        select at, id, 'warned', connection_id, null, percent::text
        from supply_lowbalancewarning
        where is_told and (%(id)s::bigint is null or connection_id = %(id)s::bigint)
        order by id desc
        limit %(limit)s
    )
    union all
    (
        select
            at,
            id,
            case
                when event = 'disconnection asked' then 'disconnection_queued'
                when event = 'disconnection cancelled' then 'disconnection_cancelled'
                when event = 'reconnection asked' then 'reconnection_queued'
                when state_after = 'off' then 'disconnected'
                else 'reconnected'
            end,
            connection_id,
            null,
            ''
        from supply_supplychange
        where %(id)s::bigint is null or connection_id = %(id)s::bigint
        order by id desc
        limit %(limit)s
    )
    union all
    (
        select failed_at, id, 'relay_failed', connection_id, null, last_error
        from headend_relaycommand
        where
            failed_at is not null
            and (%(id)s::bigint is null or connection_id = %(id)s::bigint)
        order by id desc
        limit %(limit)s
    )
)

select
    happened.at,
    happened.kind,
    happened.connection_id,
    consumer.consumer_number,
    consumer.name_en,
    consumer.name_hi,
    happened.amount_paise,
    happened.detail
from happened
join connections_connection as connection on connection.id = happened.connection_id
join connections_consumer as consumer on consumer.id = connection.consumer_id
order by happened.at desc, happened.id desc
limit %(limit)s
