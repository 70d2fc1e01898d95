"""The desk's database role, and the audit trail's own function.

The role belongs to the whole server, so that another database of it may have made it. It
cannot sign in: a request of staff changes to it for one transaction (kernel.row_security).
"""

from django.db import migrations

from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import (
    AREAS_NOW,
    DESK,
    desk_never_sees,
    desk_writes,
    row_security,
)
from bijlighar.people._audit_sql import APPEND_AUDIT

MAKE_ROLE = f"""
do $$
begin
    create role {DESK} nologin noinherit;
exception when duplicate_object or unique_violation then null;
end
$$
"""
DESK_SEES = f"""
grant usage on schema public to {DESK};
grant select on all tables in schema public to {DESK};
grant usage on all sequences in schema public to {DESK};
alter default privileges in schema public grant select on tables to {DESK};
alter default privileges in schema public grant usage on sequences to {DESK};
"""
DESK_SEES_NOTHING = f"""
alter default privileges in schema public revoke select on tables from {DESK};
alter default privileges in schema public revoke usage on sequences from {DESK};
revoke all on all tables in schema public from {DESK};
revoke all on all sequences in schema public from {DESK};
revoke usage on schema public from {DESK};
"""
MEMBER = f"""
do $$
begin
    if not pg_has_role(current_user, '{DESK}', 'member') then
        grant {DESK} to current_user;
    end if;
exception
    when insufficient_privilege then
        raise exception
            'The role {DESK} was made by somebody else on this server: let a superuser'
            ' say "grant {DESK} to % with admin option", then migrate again.',
            current_user;
    when unique_violation or object_in_use then null;
end
$$
"""
SEEN = {
    "people_auditrecord": (
        "place_id in (select node_id from grid_reach"
        f" where area_id = any({AREAS_NOW}))"
        " or (place_id is null and exists (select 1 from grid_node"
        f" where grid_node.id = any({AREAS_NOW}) and kind = 'discom'))"
    ),
    "people_rolegrant": (
        f"area_id in (select node_id from grid_reach where area_id = any({AREAS_NOW}))"
    ),
}


class Migration(migrations.Migration):
    """Undone, the role stays: other databases of the server may use it."""

    dependencies = [
        ("people", "0001_first_tables"),
        ("grid", "0001_first_tables"),
    ]

    operations = [
        migrations.RunSQL(MAKE_ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(MEMBER, migrations.RunSQL.noop),
        migrations.RunSQL(DESK_SEES, DESK_SEES_NOTHING),
        migrations.RunSQL(APPEND_AUDIT, "drop function people_append_audit(text)"),
        *[
            migrations.RunSQL(done, undone)
            for done, undone in [
                *append_only(
                    app="people",
                    advice="what happened stays happened",
                    tables=["people_auditrecord", "people_signedhead"],
                ),
                *row_security(SEEN),
                *desk_writes("people_staff", "people_rolegrant"),
                *desk_never_sees("people_signin", "people_chain"),
            ]
        ],
    ]
