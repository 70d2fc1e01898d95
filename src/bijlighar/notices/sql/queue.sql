-- Keeps notices to be sent, each source once; the ids of those that are new, in the order
-- of the rows. One statement with one parameter: a row by row INSERT of five hundred spends
-- four fifths of its time on placeholders.
insert into notices_notice (
    kind, source, connection_id, mobile, language, sender, template_id, text, parameters,
    secret, urgency, is_always_told, state, created_at, due_at, expires_at,
    channel, given_up, attempts, last_error
)
select
    kind, source, connection_id, mobile, language, sender, template_id, text, parameters,
    decode(secret, 'hex'), urgency, is_always_told, 'queued', %(now)s, due_at, expires_at,
    '', '', 0, ''
from rows from (
    json_to_recordset(%(rows)s::json) as (
        kind text,
        source text,
        connection_id bigint,
        mobile text,
        language text,
        sender text,
        template_id text,
        text text,
        parameters jsonb,
        secret text,
        urgency smallint,
        is_always_told boolean,
        due_at timestamptz,
        expires_at timestamptz
    )
) with ordinality
order by ordinality
on conflict (source) do nothing
returning id
