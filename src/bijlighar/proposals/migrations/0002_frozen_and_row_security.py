"""A proposal is frozen but for its one decision; the desk sees those of its areas only."""

from django.db import migrations

from bijlighar.kernel.row_security import PLACES_NOW, desk_writes, row_security

FROZEN = """
create function proposals_frozen() returns trigger language plpgsql as $$
declare
    decided constant text[] := array[
        'state', 'decided_by', 'decided_name', 'decided_at', 'decided_why', 'void_because'
    ];
begin
    if old.state <> 'open' then
        raise exception 'frozen: this proposal is decided, make a new one instead'
            using errcode = 'restrict_violation';
    end if;
    if to_jsonb(new) - decided is distinct from to_jsonb(old) - decided then
        raise exception 'frozen: a proposal is not changed, make a new one instead'
            using errcode = 'restrict_violation';
    end if;
    return new;
end
$$
"""
FREEZE = """
create trigger proposals_are_frozen before update on proposals_proposal
for each row execute function proposals_frozen()
"""
KEPT = """
create function proposals_kept() returns trigger language plpgsql as $$
begin
    raise exception 'kept: withdraw the proposal instead'
        using errcode = 'restrict_violation';
end
$$
"""
KEEP = """
create trigger proposals_are_kept before delete or truncate on proposals_proposal
for each statement execute function proposals_kept()
"""
STATEMENTS = [
    (FROZEN, "drop function proposals_frozen()"),
    (FREEZE, "drop trigger proposals_are_frozen on proposals_proposal"),
    (KEPT, "drop function proposals_kept()"),
    (KEEP, "drop trigger proposals_are_kept on proposals_proposal"),
    *row_security({"proposals_proposal": f"{{table}}.place_id in ({PLACES_NOW})"}),
    *desk_writes("proposals_proposal"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("proposals", "0001_first_tables"),
        ("grid", "0002_row_security"),
        ("people", "0002_desk_role_and_audit"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
