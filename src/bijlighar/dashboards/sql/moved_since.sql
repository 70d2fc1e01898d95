-- One row: what was recharged and deducted since an instant where money may be seen, and
-- how many orders are on their way to meters of some areas.
with reached as materialized (
    select node_id from grid_reach where area_id = any(%(areas)s::bigint[])
),
counted as materialized (
    select node_id from grid_reach where area_id = any(%(money)s::bigint[])
)

select
    (
        select coalesce(sum(payment.amount_paise), 0)
        from payments_payment as payment
        join connections_connection as connection on connection.id = payment.connection_id
        where
            payment.credited_at >= %(since)s
            and connection.transformer_id in (select node_id from counted)
            and connection.transformer_id in (select node_id from reached)
    )::bigint as recharged_paise,
    (
        select coalesce(sum(charge.posted_paise), 0)
        from charges_daycharge as charge
        join connections_connection as connection on connection.id = charge.connection_id
        where
            charge.charged_at >= %(since)s
            and connection.transformer_id in (select node_id from counted)
            and connection.transformer_id in (select node_id from reached)
    )::bigint as charged_paise,
    (
        select count(*)
        from headend_relaycommand as command
        join connections_connection as connection on connection.id = command.connection_id
        where
            command.state in ('queued', 'sending')
            and connection.transformer_id in (select node_id from reached)
    ) as waiting_commands
