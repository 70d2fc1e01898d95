"""What holds for every answer and every log line, whoever asks (docs/reference/asvs.md)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.core.mail import BadHeaderError, EmailMessage
from django.db import connection
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from bijlighar.people.values import Role
from bijlighar.web import bundles
from bijlighar.web.desk.listing import listing
from bijlighar.web.entrance import Entrance
from bijlighar.web.security_headers import SecurityHeaders
from tests.cast import grid_of_cast
from tests.signing_in import add_staff, client_of

WEB = Path(bundles.__file__).parent
SCRIPTS = sorted((WEB / "static").rglob("*.js"))
COOKIES = ("SESSION", "CSRF", "LANGUAGE")


@pytest.fixture
def nobody() -> Client:
    """A browser in which nobody has signed in."""
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def clerk(committed_db: None) -> Client:
    """A help-desk clerk of one division, signed in."""
    ids = grid_of_cast()
    return client_of(add_staff("clerk", (Role.HELP_DESK_CLERK, ids["D1"])))


def settings_with(**environment: str) -> dict[str, object]:
    """The settings as a process of its own would read them."""
    script = (
        "import json; from django.conf import settings;"
        "print(json.dumps({n: getattr(settings, n) for n in dir(settings) if n.isupper()},"
        " default=str))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "bijlighar.project.settings",
            **environment,
        },
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def in_public() -> dict[str, object]:
    """The settings of an installation with an https address."""
    return settings_with(BIJLIGHAR_PUBLIC_URL="https://desk.example")


def through(middleware: type, response: HttpResponse, **asked: object) -> HttpResponse:
    """What becomes of a view's answer."""
    request = RequestFactory().get("/", **asked)
    return middleware(lambda _request: response)(request)


# Headers of every answer


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("<p>page</p>"),
        HttpResponse("a;b", content_type="text/csv"),
        JsonResponse({"rows": []}),
        StreamingHttpResponse([b"a"], content_type="application/octet-stream"),
        HttpResponse("<svg/>", content_type="image/svg+xml"),
    ],
    ids=["page", "csv", "json", "stream", "svg"],
)
def test_every_kind_of_answer_refuses_frames_objects_and_other_bases(response):
    policy = through(SecurityHeaders, response).headers["Content-Security-Policy"]
    for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy.split("; ")
    assert "unsafe" not in policy


def test_what_is_no_page_may_run_nothing():
    policy = through(SecurityHeaders, JsonResponse({})).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy


@pytest.mark.parametrize("address", ["/nowhere/", "/healthz", "/desk/", "/live/"])
def test_no_answer_is_guessed_at_embedded_or_indexed(nobody, address, db):
    headers = nobody.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Access-Control-Allow-Origin" not in headers


def test_every_body_says_its_type_and_its_alphabet(nobody, db):
    for address in ("/nowhere/", bundles.address_of("desk.css")):
        assert "charset=utf-8" in nobody.get(address).headers["Content-Type"]
    assert nobody.get("/healthz").headers["Content-Type"] == "application/json"


def test_what_somebody_sees_who_is_signed_in_stays_in_no_cache(clerk):
    for address in ("/desk/", "/nowhere/"):
        assert clerk.get(address).headers["Cache-Control"] == "private, no-store"


def test_what_a_machine_client_reads_stays_in_no_cache():
    answer = through(
        SecurityHeaders, JsonResponse({}), headers={"authorization": "Bearer x"}
    )
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_answer_that_begins_a_session_stays_in_no_cache(settings):
    response = HttpResponse("welcome")
    response.set_cookie(settings.SESSION_COOKIE_NAME, "fresh")
    answer = through(SecurityHeaders, response)
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_only_bundles_named_after_their_content_are_kept_for_others(nobody):
    headers = nobody.get(bundles.address_of("desk.js")).headers
    assert headers["Cache-Control"].startswith("public")
    assert (
        "no-cache" in through(SecurityHeaders, HttpResponse("x")).headers["Cache-Control"]
    )


def test_not_even_static_files_are_offered_to_other_origins(settings):
    assert settings.WHITENOISE_ALLOW_ALL_ORIGINS is False
    held = set(settings.INSTALLED_APPS + settings.MIDDLEWARE)
    assert not [name for name in held if "cors" in name]


# Methods and encryption


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_a_method_that_no_page_serves_is_refused(nobody, method):
    answer = nobody.generic(method, "/desk/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS"])
def test_machines_may_neither_trace_nor_ask_for_other_origins(nobody, method):
    answer = nobody.generic(method, "/api/v1/", headers={"origin": "https://evil.example"})
    assert answer.status_code == 405
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("method", "mode", "dest"),
    [
        ("GET", "no-cors", "script"),
        ("GET", "no-cors", "image"),
        ("GET", "cors", "empty"),
        ("GET", "navigate", "iframe"),
        ("POST", "navigate", "document"),
    ],
)
def test_another_sites_page_neither_loads_nor_sends_anything(nobody, method, mode, dest):
    headers = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": mode,
        "sec-fetch-dest": dest,
    }
    assert nobody.generic(method, "/language/", headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-origin", "none"])
def test_a_link_may_be_followed_from_anywhere(nobody, site):
    headers = {
        "sec-fetch-site": site,
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    assert nobody.get(bundles.address_of("desk.css"), headers=headers).status_code == 200


def test_pages_lead_on_to_the_encrypted_address(nobody, settings, in_public):
    settings.SECURE_SSL_REDIRECT = in_public["SECURE_SSL_REDIRECT"]
    answer = Client(SERVER_NAME="localhost").get("/desk/")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        "https://localhost/desk/",
    )


@pytest.mark.parametrize("address", ["/api/v1/connections", "/gateways/pretend/webhook/"])
def test_a_machines_unencrypted_call_is_refused_and_not_led_on(settings, address):
    settings.IS_HTTPS = settings.SECURE_SSL_REDIRECT = True
    answer = Client(SERVER_NAME="localhost").post(address, {}, "application/json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_encrypted"


def test_a_machines_encrypted_call_comes_in(settings):
    settings.IS_HTTPS = True
    request = RequestFactory().get("/api/v1/connections", secure=True)
    answer = Entrance(lambda _request: JsonResponse({"in": True}))(request)
    assert answer.status_code == 200


def test_browsers_are_told_for_a_year_and_more_to_ask_encrypted_only(settings, in_public):
    assert int(str(in_public["SECURE_HSTS_SECONDS"])) >= 365 * 24 * 3600
    assert in_public["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    settings.SECURE_HSTS_SECONDS = in_public["SECURE_HSTS_SECONDS"]
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    told = Client(SERVER_NAME="localhost").get("/desk/", secure=True)
    assert told.headers["Strict-Transport-Security"].endswith("; includeSubDomains")


# Cookies


@pytest.mark.parametrize("of", COOKIES)
def test_in_public_a_cookie_is_this_hosts_alone_and_travels_encrypted(in_public, of):
    assert str(in_public[f"{of}_COOKIE_NAME"]).startswith("__Host-")
    assert in_public[f"{of}_COOKIE_SECURE"] is True
    assert in_public[f"{of}_COOKIE_PATH"] == "/"
    assert in_public[f"{of}_COOKIE_DOMAIN"] is None


def test_in_public_the_messages_cookie_is_this_hosts_alone_too(in_public):
    assert in_public["MESSAGES_COOKIE_NAME"] == "__Host-messages"
    assert in_public["MESSAGE_STORAGE"] == "bijlighar.web.messages_cookie.MessagesCookie"


@pytest.mark.parametrize("of", COOKIES)
def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(settings, of):
    assert getattr(settings, f"{of}_COOKIE_HTTPONLY") is True
    assert getattr(settings, f"{of}_COOKIE_SAMESITE") == "Lax"


def test_cookies_as_sent_are_small_and_marked(nobody):
    answer = nobody.post("/language/", {"language": "en", "next": "/"})
    (cookie,) = answer.cookies.values()
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.OutputString()) < 4096


# What is served at all


@pytest.mark.parametrize(
    "address",
    [
        "/.git/config",
        "/.git/",
        "/static/",
        "/static/web/",
        "/static/../project/settings.py",
        "/static/%2e%2e/project/settings.py",
        "/bundles/0000000000000000/..%2fsettings.py",
        "/pyproject.toml",
        "/.env",
        "/admin/",
    ],
)
def test_no_folder_source_or_setting_is_served(nobody, address):
    assert nobody.get(address).status_code == 404


def test_the_demo_switch_alone_shows_no_errors_inside(in_public):
    assert in_public["DEBUG"] is False
    assert settings_with(BIJLIGHAR_DEMO="1", DEBUG="1")["DEBUG"] is False


def test_outside_the_demo_no_secret_has_a_value_that_others_know(in_public):
    held = in_public["BIJLIGHAR"]
    assert isinstance(held, dict)
    secret = [name for name in held if name.endswith(("_key", "_secret"))]
    assert len(secret) >= 4
    assert {held[name] for name in secret} == {""}
    keys = {settings_with()["SECRET_KEY"], in_public["SECRET_KEY"]}
    assert len(keys) == 2
    assert all(len(str(key)) == 64 for key in keys)


def test_health_says_whether_it_lives_and_no_more(nobody, committed_db):
    assert set(nobody.get("/healthz").json()) == {"status", "now"}


def test_of_a_parameter_given_twice_the_last_counts_for_everybody():
    request = RequestFactory().get("/x/?sort=name&sort=-code&page=2&page=3&q=a&q=b")
    asked = listing(request, columns=("name", "code"), first="name", filters=("q",))
    assert (asked.sort, asked.page, asked.filters["q"]) == ("-code", 3, "b")


@pytest.mark.parametrize(
    "nonsense",
    ["'; drop table people_staff; --", "name desc", "-", "--name", "__class__", "\0"],
)
def test_nobody_sorts_by_what_is_no_column(nonsense):
    request = RequestFactory().get("/x/", {"sort": nonsense, "page": nonsense})
    asked = listing(request, columns=("name", "code"), first="name")
    assert (asked.sort, asked.page) == ("name", 1)


def test_a_filter_is_cut_before_it_is_used():
    request = RequestFactory().get("/x/", {"q": "ab\0" * 1000})
    asked = listing(request, columns=("name",), first="name", filters=("q",))
    assert len(asked.filters["q"]) == 80
    assert "\0" not in asked.filters["q"]


def test_a_session_key_cannot_be_guessed(db):
    made = {SessionStore()._get_new_session_key() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch("[a-z0-9]{32}", key) for key in made)  # 165 bits


def test_the_database_is_reached_as_encrypted_as_its_address_says():
    address = "postgresql://a:b@db.example/x?sslmode=verify-full&sslrootcert=/ca.pem"
    held = settings_with(DATABASE_URL=address)["DATABASES"]
    assert isinstance(held, dict)
    options = held["default"]["OPTIONS"]
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/ca.pem")
    assert "sslmode" not in settings_with()["DATABASES"]["default"]["OPTIONS"]


# Scripts


WEIGHED = {"offline.js": r"localStorage", "install.js": r"postMessage"}
"""What one script may do nevertheless: a home's dated figures for the hours without network
(decision 35), and the page's language told to the site's own worker."""


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_code_or_markup_of_text_or_keeps_anything(path):
    text = path.read_text()
    for dangerous in (
        r"\beval\(",
        r"new Function",
        r"\.innerHTML",
        r"outerHTML",
        r"insertAdjacentHTML",
        r"document\.write",
        r"localStorage",
        r"sessionStorage",
        r"indexedDB",
        r"postMessage",
        r"document\.cookie",
        r"__proto__",
    ):
        is_weighed = WEIGHED.get(path.name) == dangerous
        assert bool(re.search(dangerous, text)) == is_weighed, dangerous


def test_the_library_of_fragments_may_run_no_script_and_keep_no_page():
    (held,) = re.findall(
        r"name=\"htmx-config\" content='([^']+)'", (WEB / "templates/site.html").read_text()
    )
    told = json.loads(held)
    assert told["allowEval"] is False
    assert told["allowScriptTags"] is False
    assert told["historyEnabled"] is False


def test_nothing_is_fetched_from_other_hosts():
    for path in (*WEB.rglob("*.html"), *WEB.rglob("*.css"), *SCRIPTS):
        held = path.read_text()
        assert not re.search(r"""(src|href)=["'](https?:)?//""", held), path.name
        assert not re.search(r"url\([\"']?(https?:)?//", held), path.name


# What goes wrong


def test_an_error_shows_nothing_of_the_inside(nobody, settings):
    assert settings.DEBUG is False
    nobody.raise_request_exception = False
    settings.ROOT_URLCONF = "tests.web.small_addresses"
    told = nobody.get("/breaks/")
    assert told.status_code == 500
    shown = told.content.decode()
    assert "Something went wrong on our side" in shown
    assert "a secret of the inside" not in shown
    assert "Traceback" not in shown


@pytest.fixture
def small(clerk: Client, settings) -> Client:
    """The clerk, before addresses whose views do one thing each."""
    settings.ROOT_URLCONF = "tests.web.small_addresses"
    clerk.raise_request_exception = False
    return clerk


def language_of_the_clerk() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select language from people_staff where login = 'clerk'")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("how", "status"), [("breaks", 500), ("refused", 409), ("silently", 500)]
)
def test_what_fails_is_refused_or_leaves_no_record_changes_nothing(small, how, status):
    assert small.post(f"/changes/{how}/").status_code == status
    assert language_of_the_clerk() == "hi"


def test_what_succeeds_and_is_recorded_is_kept(small):
    assert small.post("/changes/told/").status_code == 200
    assert language_of_the_clerk() == "en"


# Accounts, passwords, letters


def test_in_a_new_installation_nobody_can_sign_in():
    """No migration makes an account; only the demo's commands hand out passwords."""
    source = WEB.parent
    assert not [
        path
        for path in source.glob("*/migrations/*.py")
        if re.search(r"insert into people_staff|create_user|set_password", path.read_text())
    ]
    callers = {
        path.relative_to(source).parts[0]
        for path in source.rglob("*.py")
        if "give_sign_in(" in path.read_text()
    }
    assert callers <= {"people", "run"}


def test_a_password_is_kept_with_argon2(settings, committed_db):
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    kept = make_password("bijli sabke ghar aaye")
    algorithm, kind, _, costs = kept.split("$")[:4]
    assert (algorithm, kind) == ("argon2", "argon2id")
    memory_kib = int(re.search(r"m=(\d+)", costs).group(1))
    assert memory_kib >= 100 * 1024


def test_a_mails_head_holds_one_line():
    letter = EmailMessage("You are invited", "…", None, ["a@b.example\nBcc: c@d.example"])
    with pytest.raises(BadHeaderError):
        letter.message()
