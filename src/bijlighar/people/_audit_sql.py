"""The audit trail's database function: whoever writes, the chain is made by the database.

It runs with its owner's rights, so that the desk's own role can add to the trail but can
neither insert a row of its own making nor change the chain's head.
"""

from __future__ import annotations

APPEND_AUDIT = """
create function people_append_audit(payload text) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    told jsonb := payload::jsonb;
    head people_chain%rowtype;
    made bytea;
begin
    insert into people_chain (id, seq, hash) values (1, 0, sha256('Bijlighar'::bytea))
    on conflict do nothing;
    select * into head from people_chain where id = 1 for update;
    made := sha256(
        head.hash || int8send(head.seq + 1) || convert_to(payload, 'UTF8')
    );
    insert into people_auditrecord (
        seq, payload, previous_hash, hash, at, actor_kind, actor_id, actor_name, channel,
        address, request_id, action, object_kind, object_id, place_id, why
    ) values (
        head.seq + 1, payload, head.hash, made, (told->>'at')::timestamptz,
        told->'actor'->>'kind', (told->'actor'->>'id')::bigint, told->'actor'->>'name',
        told->>'channel', told->>'address', told->>'request_id', told->>'action',
        told->>'object_kind', told->>'object_id', (told->>'place_id')::bigint,
        told->>'why'
    );
    update people_chain set seq = head.seq + 1, hash = made where id = 1;
    return head.seq + 1;
end
$$
"""
