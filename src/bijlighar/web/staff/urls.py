"""Signing in, one's own account, and staff: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.staff import (
    account_views,
    closing_views,
    grant_views,
    inviting_views,
    joining_views,
    list_views,
    person_views,
    sign_in_views,
)

PERSON = "desk/staff/<int:staff_id>"
FACTOR = "account/factors/<str:kind>/<int:factor_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in_views.sign_in, name="sign_in"),
    path("sign-in/second/", sign_in_views.second, name="sign_in_second"),
    path(
        "sign-in/passkey/options/",
        sign_in_views.passkey_options,
        name="sign_in_passkey_options",
    ),
    path("sign-in/passkey/", sign_in_views.passkey, name="sign_in_passkey"),
    path("sign-out/", sign_in_views.sign_out, name="sign_out"),
    path("sign-in/invited/", joining_views.invited, name="invited"),
    path("sign-in/invited/factor/", joining_views.join_factor, name="join_factor"),
    path(
        "sign-in/invited/passkey/options/",
        joining_views.join_passkey_options,
        name="join_passkey_options",
    ),
    path("sign-in/invited/passkey/", joining_views.join_passkey, name="join_passkey"),
    path("account/", account_views.account, name="account"),
    path("account/language/", account_views.account_language, name="account_language"),
    path("account/password/", account_views.account_password, name="account_password"),
    path("account/codes/", account_views.account_totp, name="account_totp"),
    path("account/passkey/", account_views.account_passkey, name="account_passkey"),
    path(
        "account/passkey/options/",
        account_views.account_passkey_options,
        name="account_passkey_options",
    ),
    path(
        f"{FACTOR}/remove/",
        account_views.account_factor_remove,
        name="account_factor_remove",
    ),
    path(
        "account/sign-out-elsewhere/",
        account_views.account_sign_out_elsewhere,
        name="account_sign_out_elsewhere",
    ),
    path("desk/staff/", list_views.staff_list, name="staff_list"),
    path("desk/staff/new/", inviting_views.staff_add, name="staff_add"),
    path(f"{PERSON}/", person_views.staff_person, name="staff_person"),
    path(f"{PERSON}/roles/new/", grant_views.staff_grant, name="staff_grant"),
    path(
        f"{PERSON}/roles/<int:grant_id>/end/",
        grant_views.staff_grant_end,
        name="staff_grant_end",
    ),
    path(f"{PERSON}/close/", closing_views.staff_close, name="staff_close"),
    path(f"{PERSON}/reopen/", closing_views.staff_reopen, name="staff_reopen"),
    path(f"{PERSON}/sign-out/", closing_views.staff_sign_out, name="staff_sign_out"),
    path(f"{PERSON}/code/", inviting_views.staff_invite, name="staff_invite"),
    path(f"{PERSON}/recovery/", closing_views.staff_recover, name="staff_recover"),
]
