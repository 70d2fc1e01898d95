"""Consumers' sign-in, connections, devices and number: the addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bijlighar.web.logins import (
    connection_views,
    demo_views,
    device_views,
    number_views,
    passkey_views,
    sign_in_views,
)

CONNECTION = "my/connections/<slug:consumer_number>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("my/sign-in/", sign_in_views.sign_in, name="my_sign_in"),
    path("my/sign-in/code/", sign_in_views.code, name="my_code"),
    path("my/code/again/", sign_in_views.again, name="my_code_again"),
    path("my/sign-out/", sign_in_views.sign_out, name="my_sign_out"),
    path("my/connections/", connection_views.listing, name="my_connections"),
    path("my/connections/add/", connection_views.add, name="my_add"),
    path("my/connections/add/code/", connection_views.add_code, name="my_add_code"),
    path(f"{CONNECTION}/", connection_views.manage, name="my_connection"),
    path(f"{CONNECTION}/leave/", connection_views.leave, name="my_leave"),
    path(
        f"{CONNECTION}/members/<int:membership_id>/revoke/",
        connection_views.revoke,
        name="my_revoke",
    ),
    path(f"{CONNECTION}/number/", number_views.change, name="my_number"),
    path("my/number/code/", number_views.code, name="my_number_code"),
    path("my/number/lost/", number_views.lost, name="my_number_lost"),
    path("my/number/cancel/", number_views.cancel, name="my_number_cancel"),
    path("my/devices/", device_views.listing, name="my_devices"),
    path(
        "my/devices/<int:sign_in_id>/revoke/", device_views.revoke, name="my_device_revoke"
    ),
    path("my/passkey/ask/", passkey_views.ask, name="my_passkey_ask"),
    path("my/passkey/", passkey_views.sign_in, name="my_passkey"),
    path("my/passkeys/ask/", passkey_views.ask_to_add, name="my_passkey_ask_to_add"),
    path("my/passkeys/add/", passkey_views.add, name="my_passkey_add"),
    path(
        "my/passkeys/<int:passkey_id>/remove/",
        passkey_views.remove,
        name="my_passkey_remove",
    ),
    path("demo/come-in/", demo_views.come_in, name="demo_come_in"),
    path("demo/phone/", demo_views.phone, name="demo_phone"),
]
