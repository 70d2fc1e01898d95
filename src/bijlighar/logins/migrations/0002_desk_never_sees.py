"""Codes, sign-ins and who sees whose connection are no business of any page of the desk."""

from django.db import migrations

from bijlighar.kernel.row_security import desk_never_sees

STATEMENTS = desk_never_sees(
    "logins_login",
    "logins_code",
    "logins_wrongtry",
    "logins_signin",
    "logins_membership",
    "logins_numberchange",
)


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("logins", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
