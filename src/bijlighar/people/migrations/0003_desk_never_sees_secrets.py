"""Keys, codes, sessions and password hashes are no business of any page of the desk."""

from django.db import migrations

from bijlighar.kernel.row_security import DESK, desk_never_sees

SECRETS = (
    "django_session",
    "otp_totp_totpdevice",
    "otp_static_staticdevice",
    "otp_static_statictoken",
    "django_otp_webauthn_webauthncredential",
    "django_otp_webauthn_webauthnuserhandle",
    "django_otp_webauthn_webauthnattestation",
    "oauth2_provider_accesstoken",
    "oauth2_provider_refreshtoken",
    "oauth2_provider_application",
    "oauth2_provider_grant",
    "oauth2_provider_idtoken",
    "oauth2_provider_devicegrant",
)
SHOWN = (
    "id, login, name_en, name_hi, email, mobile, language, is_active, is_enrolled,"
    " created_at, disabled_at"
)
STATEMENTS = [
    *desk_never_sees(*SECRETS),
    (
        f"revoke all on people_staff from {DESK};"
        f" grant select ({SHOWN}), update ({SHOWN}) on people_staff to {DESK};"
        f" grant insert on people_staff to {DESK}",
        f"grant select, insert, update on people_staff to {DESK}",
    ),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("people", "0002_desk_role_and_audit"),
        ("sessions", "0001_initial"),
        ("otp_totp", "0001_initial"),
        ("otp_static", "0001_initial"),
        ("django_otp_webauthn", "0004_webauthnuserhandle"),
        ("oauth2_provider", "0013_alter_application_authorization_grant_type_device"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]
