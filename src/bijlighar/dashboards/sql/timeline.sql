-- What is known of one connection, newest first: one row a thing that happened. `at`, kind
-- and id order the rows; what follows the point (at, kind, id) is looked up, so that a page
-- begins where the one before ended. Each kind is cut before they are merged.
with asked as (
    select
        %(first)s::timestamptz as first,
        %(until)s::timestamptz as until
),
meters as (
    select
        installation.id,
        installation.meter_id,
        installation.installed_on,
        installation.removed_on,
        installation.initial_register_wh,
        meter.serial
    from connections_installation as installation
    join connections_meter as meter on meter.id = installation.meter_id
    where installation.connection_id = %(id)s
),
happened as (
    (
        select
            fact.from_day::timestamp at time zone 'Asia/Kolkata' as at,
            'fact' as kind,
            fact.id,
            fact.from_day as day,
            null::bigint as amount_paise,
            null::bigint as energy_wh,
            null::bigint as register_wh,
            fact.sanctioned_load_w as number,
            '' as what,
            fact.payment_mode as state,
            fact.category as text,
            '' as text_hi,
            '' as who,
            null::timestamptz as ends_at
        from connections_connectionfact as fact
        where fact.connection_id = %(id)s and 'fact' = any(%(kinds)s)
    )
    union all
    (
        select place.from_day::timestamp at time zone 'Asia/Kolkata', 'place', place.id,
            place.from_day, null, null, null, null, '', '',
            coalesce(named.name_en, ''), coalesce(named.name_hi, ''), '', null
        from connections_connectionplace as place
        left join lateral (
            select name_en, name_hi
            from grid_nodefact
            where
                grid_nodefact.node_id = place.transformer_id
                and grid_nodefact.from_day <= greatest(place.from_day, %(today)s)
            order by from_day desc
            limit 1
        ) as named on true
        where place.connection_id = %(id)s and 'place' = any(%(kinds)s)
    )
    union all
    (
        select protection.starts_at, 'protection', protection.id, null, null, null, null,
            null, protection.kind, '', protection.why, '', '', protection.ends_at
        from connections_protection as protection
        where protection.connection_id = %(id)s and 'protection' = any(%(kinds)s)
    )
    union all
    (
        select meters.installed_on::timestamp at time zone 'Asia/Kolkata', 'meter',
            meters.id * 2, meters.installed_on, null, null, meters.initial_register_wh,
            null, 'installed', '', meters.serial, '', '', null
        from meters
        where 'meter' = any(%(kinds)s)
    )
    union all
    (
        select meters.removed_on::timestamp at time zone 'Asia/Kolkata', 'meter',
            meters.id * 2 + 1, meters.removed_on, null, null, null, null, 'removed', '',
            meters.serial, '', '', null
        from meters
        where meters.removed_on is not null and 'meter' = any(%(kinds)s)
    )
    union all
    (
        select (reading.day + 1)::timestamp at time zone 'Asia/Kolkata', 'reading',
            reading.id, reading.day, null, null, reading.register_wh, null,
            reading.source, case when reading.in_force then 'in force' else 'doubted' end,
            meters.serial, '', '', null
        from meters
        join readings_registerreading as reading on reading.meter_id = meters.meter_id
        cross join asked
        where
            'reading' = any(%(kinds)s)
            and reading.day >= (asked.first at time zone 'Asia/Kolkata')::date - 1
            and reading.day <= (asked.until at time zone 'Asia/Kolkata')::date
            and reading.day >= meters.installed_on - 1
            and (meters.removed_on is null or reading.day < meters.removed_on)
        order by reading.day desc, reading.id desc
        limit %(limit)s * 2
    )
    union all
    (
        select note.at, 'event', note.id, null, null, null, null, note.code, note.source,
            '', meters.serial, '', '', null
        from meters
        join readings_metereventnote as note on note.meter_id = meters.meter_id
        cross join asked
        where
            'event' = any(%(kinds)s)
            and note.at >= asked.first
            and (note.at < asked.until
                or (note.at = asked.until and note.id < %(tie_event)s))
            -- What was pushed is told by the meter's own log too, a little earlier.
            and not exists (
                select from readings_metereventnote as logged
                where
                    note.source = 'push'
                    and logged.source = 'event_log'
                    and logged.meter_id = note.meter_id
                    and logged.code = note.code
                    and logged.at between
                        note.at - interval '15 minutes' and note.at + interval '1 minute'
            )
            and (note.at at time zone 'Asia/Kolkata')::date >= meters.installed_on
            and (meters.removed_on is null
                or (note.at at time zone 'Asia/Kolkata')::date <= meters.removed_on)
        order by note.at desc, note.id desc
        limit %(limit)s
    )
    union all
    (
        select charge.charged_at, 'charge', charge.id, charge.day, -charge.posted_paise,
            charge.energy_wh, charge.closing_register_wh, null, '',
            case
                when charge.version > 0 then 'corrected'
                when charge.is_estimated then 'estimated'
                else ''
            end, '', '', '', null
        from charges_daycharge as charge, asked
        where
            charge.connection_id = %(id)s
            and 'charge' = any(%(kinds)s)
            and charge.charged_at >= asked.first
            and (charge.charged_at < asked.until
                or (charge.charged_at = asked.until and charge.id < %(tie_charge)s))
        order by charge.charged_at desc, charge.id desc
        limit %(limit)s
    )
    union all
    (
        select payment.credited_at, 'recharge', payment.id, null, payment.amount_paise,
            null, null, null, payment.gateway, '', payment.gateway_payment_id, '', '', null
        from payments_payment as payment, asked
        where
            payment.connection_id = %(id)s
            and 'recharge' = any(%(kinds)s)
            and payment.credited_at >= asked.first
            and (payment.credited_at < asked.until
                or (payment.credited_at = asked.until and payment.id < %(tie_recharge)s))
        order by payment.credited_at desc, payment.id desc
        limit %(limit)s
    )
    union all
    (
        select entry.effective_at, 'opening', transfer.id, null,
            case when transfer.credit_account_id = wallet.account_id
                then transfer.amount_paise
                else -transfer.amount_paise
            end, null, null, null, '', '', '', '', '', null
        from ledger_wallet as wallet
        join ledger_entry as entry
            on entry.reason = 'opening' and entry.source = %(source)s
        join ledger_transfer as transfer on transfer.entry_id = entry.id
        where wallet.owner_id = %(id)s and 'opening' = any(%(kinds)s)
    )
    union all
    (
        select change.at, 'supply', change.id, null, change.balance_paise, null, null, null,
            change.event, change.state_after, change.because, '', change.policy, null
        from supply_supplychange as change, asked
        where
            change.connection_id = %(id)s
            and 'supply' = any(%(kinds)s)
            and change.at >= asked.first
            and (change.at < asked.until
                or (change.at = asked.until and change.id < %(tie_supply)s))
        order by change.at desc, change.id desc
        limit %(limit)s
    )
    union all
    (
        select command.requested_at, 'relay', command.id, null, null, null, null,
            command.attempts, command.wanted, command.state, command.last_error, '', '',
            coalesce(command.ended_at, command.failed_at)
        from headend_relaycommand as command, asked
        where
            command.connection_id = %(id)s
            and 'relay' = any(%(kinds)s)
            and command.requested_at >= asked.first
            and (command.requested_at < asked.until
                or (command.requested_at = asked.until and command.id < %(tie_relay)s))
        order by command.requested_at desc, command.id desc
        limit %(limit)s
    )
    union all
    (
        select notice.created_at, 'notice', notice.id, null, null, null, null,
            notice.attempts, notice.kind, notice.state, notice.text, notice.language, '',
            notice.sent_at
        from notices_notice as notice, asked
        where
            notice.connection_id = %(id)s
            and 'notice' = any(%(kinds)s)
            and notice.created_at >= asked.first
            and (notice.created_at < asked.until
                or (notice.created_at = asked.until and notice.id < %(tie_notice)s))
        order by notice.created_at desc, notice.id desc
        limit %(limit)s
    )
    union all
    (
        select proposal.made_at, 'proposal',
            ('x' || left(proposal.id::text, 8))::bit(32)::bigint, null, null, null, null,
            null, proposal.kind, proposal.state, proposal.why, proposal.id::text,
            proposal.made_name, proposal.decided_at
        from proposals_proposal as proposal
        where
            proposal.subject_kind = 'connection'
            and proposal.subject_id = %(source)s
            and 'proposal' = any(%(kinds)s)
    )
    union all
    (
        select record.at, 'audit', record.seq, null, null, null, null, record.seq,
            record.action, record.channel, record.why, '', record.actor_name, null
        from people_auditrecord as record, asked
        where
            record.object_kind = 'connection'
            and record.object_id = %(source)s
            and 'audit' = any(%(kinds)s)
            and record.at >= asked.first
            and (record.at < asked.until
                or (record.at = asked.until and record.seq < %(tie_audit)s))
        order by record.at desc, record.seq desc
        limit %(limit)s
    )
)

select happened.*
from happened, asked
where
    happened.at >= asked.first
    and (
        happened.at < asked.until
        or (happened.at = asked.until and (happened.kind, -happened.id) > (%(kind)s, -%(tie)s::bigint))
    )
order by happened.at desc, happened.kind, happened.id desc
limit %(limit)s
