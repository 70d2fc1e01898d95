"""Django's settings, all from the environment; no secret has a default outside the demo."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from bijlighar.project.database import django_database

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent

IS_DEMO = os.environ.get("BIJLIGHAR_DEMO") == "1"
IS_TEST = "pytest" in sys.modules

_NOT_SECRET = "not-secret: demo and tests only"  # noqa: S105
SECRET_KEY = os.environ.get(
    "BIJLIGHAR_SECRET_KEY", _NOT_SECRET if IS_DEMO or IS_TEST else ""
)
if not SECRET_KEY:
    # Commands such as `makemigrations --check` need no key; the web server refuses later.
    SECRET_KEY = os.urandom(32).hex()

DEBUG = False
ALLOWED_HOSTS = os.environ.get("BIJLIGHAR_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("BIJLIGHAR_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "template_partials",
    "procrastinate.contrib.django",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_otp_webauthn",
    "axes",
    "oauth2_provider",
    "ninja",
    "bijlighar.people",
    "bijlighar.grid",
    "bijlighar.connections",
    "bijlighar.proposals",
    "bijlighar.logins",
    "bijlighar.readings",
    "bijlighar.vendors",
    "bijlighar.ledger",
    "bijlighar.headend",
    "bijlighar.charges",
    "bijlighar.bills",
    "bijlighar.budgets",
    "bijlighar.payments",
    "bijlighar.dues",
    "bijlighar.supply",
    "bijlighar.kyc",
    "bijlighar.notices",
    "bijlighar.complaints",
    "bijlighar.outages",
    "bijlighar.masters",
    "bijlighar.dashboards",
    "bijlighar.flow",
    "bijlighar.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "bijlighar.web.security_headers.SecurityHeaders",
    "bijlighar.web.entrance.Entrance",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bijlighar.web.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "bijlighar.web.aadhaar_guard.NoAadhaar",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "bijlighar.project.urls"
ASGI_APPLICATION = "bijlighar.project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "bijlighar.web.context.site",
            ],
        },
    }
]

DATABASES = {"default": django_database(keep_open_s=0 if IS_TEST else 600)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "hi"
LANGUAGES = [("hi", "हिन्दी"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
FORMAT_MODULE_PATH = ["bijlighar.project.formats"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Asia/Kolkata"
USE_TZ = True

# What people upload of themselves (kyc) is never written to a disk while it is received.
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("BIJLIGHAR_STATIC", PACKAGE / "static-collected"))
NODE_MODULES = Path(
    os.environ.get("BIJLIGHAR_NODE_MODULES", PACKAGE.parents[1] / "node_modules")
)
# The first that holds a file serves it: where set-up cut no fonts, npm's whole ones serve.
STATICFILES_DIRS = [
    (f"vendor/{name}", NODE_MODULES / folder)
    for name, folder in {
        "htmx": "htmx.org/dist",
        "htmx-ext-sse": "htmx-ext-sse",
        "leaflet": "leaflet/dist",
        "mukta/files": ".bijlighar-fonts",
        "mukta": "@fontsource/mukta",
    }.items()
    if (NODE_MODULES / folder).is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 24 * 60 * 60

AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        (
            "UserAttributeSimilarityValidator",
            {"user_attributes": ("login", "name_en", "name_hi", "email")},
        ),
    )
]

# Wrong tries are counted by login and address, kept a day, and answered by our own pages.
AXES_HANDLER = "bijlighar.people.lock_out.BacksOff"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 24
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "code", "again"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # its middleware, which answers in its own words
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "bijlighar.web.messages_cookie.MessagesCookie"
_PUBLIC = urlsplit(os.environ.get("BIJLIGHAR_PUBLIC_URL", "http://localhost:8000"))

# A public address with https:// makes everything of it: no cookie travels unencrypted,
# none is shared with another host, browsers remember for two years never to ask by http.
IS_HTTPS = _PUBLIC.scheme == "https"
_OF_THIS_HOST = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_OF_THIS_HOST}sessionid"
CSRF_COOKIE_NAME = f"{_OF_THIS_HOST}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_OF_THIS_HOST}django_language"
LOGIN_COOKIE_NAME = f"{_OF_THIS_HOST}home"
BROWSER_COOKIE_NAME = f"{_OF_THIS_HOST}browser"
PROVING_COOKIE_NAME = f"{_OF_THIS_HOST}proving"
CHALLENGE_COOKIE_NAME = f"{_OF_THIS_HOST}challenge"
MESSAGES_COOKIE_NAME = f"{_OF_THIS_HOST}messages"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
# Machines are refused instead of led on (web.entrance); supervisors ask from nearby.
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^gateways/", r"^healthz$"]

# A passkey belongs to a name, never to a bare address: on one machine that is localhost.
OTP_WEBAUTHN_RP_NAME = "Bijlighar"
OTP_WEBAUTHN_RP_ID = os.environ.get(
    "BIJLIGHAR_PASSKEY_NAME",
    "localhost" if _PUBLIC.hostname == "127.0.0.1" else _PUBLIC.hostname or "localhost",
)
OTP_WEBAUTHN_ALLOWED_ORIGINS = [
    f"{_PUBLIC.scheme}://{OTP_WEBAUTHN_RP_ID}"
    + (f":{_PUBLIC.port}" if _PUBLIC.port else "")
]
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
OTP_TOTP_ISSUER = "Bijlighar"

# Invitations go by mail only where a server for it is named; else they are handed over.
EMAIL_HOST = os.environ.get("BIJLIGHAR_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("BIJLIGHAR_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("BIJLIGHAR_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("BIJLIGHAR_SMTP_PASSWORD", "")
EMAIL_USE_TLS = True
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("BIJLIGHAR_MAIL_FROM", "")
EMAIL_BACKEND = (
    "django.core.mail.backends." + ("smtp" if EMAIL_HOST else "dummy") + ".EmailBackend"
)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Machine clients: one grant, short tokens, kept as hashes (web/api/oauth.py).
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "bijlighar.web.api.oauth.MachineClients",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 15 * 60,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "SCOPES": {},
}
# Requests to the API, counted in each web process's memory: a limit that needs no writing.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "api_limits": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "api_limits",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
API_LIMITS = {
    "client": "600/min",
    "staff": "300/min",
    "address": "60/min",
    "token": "30/min",
}

PROCRASTINATE_IMPORT_PATHS = ["bijlighar.flow.tasks", "bijlighar.dashboards.tasks"]

# How people are told: docs/reference/notices.md has every BIJLIGHAR_NOTICES_… setting.
NOTICES: dict[str, str] = {
    name.removeprefix("BIJLIGHAR_NOTICES_").lower(): value
    for name, value in os.environ.items()
    if name.startswith("BIJLIGHAR_NOTICES_")
}

# The pretend gateway and operator answer here in the demo; see payments/ and notices/.
BIJLIGHAR: dict[str, str] = {
    "public_url": os.environ.get("BIJLIGHAR_PUBLIC_URL", "http://127.0.0.1:8000"),
    "discom": os.environ.get("BIJLIGHAR_DISCOM", "UPPCL"),
    "gateway": os.environ.get("BIJLIGHAR_GATEWAY", "pretend"),
    "gateway_url": os.environ.get("BIJLIGHAR_GATEWAY_URL", "http://127.0.0.1:8001/gateway"),
    "gateway_key_id": os.environ.get("BIJLIGHAR_GATEWAY_KEY_ID", "bijlighar"),
    "gateway_key_secret": os.environ.get("BIJLIGHAR_GATEWAY_KEY_SECRET", ""),
    "gateway_webhook_secret": os.environ.get("BIJLIGHAR_GATEWAY_WEBHOOK_SECRET", ""),
    "sms_url": os.environ.get("BIJLIGHAR_SMS_URL", "http://127.0.0.1:8001/sms"),
    "sms_key": os.environ.get("BIJLIGHAR_SMS_KEY", ""),
    "sms_channel": os.environ.get("BIJLIGHAR_SMS_CHANNEL", "pretend_phone"),
    "root_key": os.environ.get("BIJLIGHAR_ROOT_KEY", ""),
    "audit_key": os.environ.get("BIJLIGHAR_AUDIT_KEY", ""),
    "audit_heads": os.environ.get("BIJLIGHAR_AUDIT_HEADS", ""),
    "reads": os.environ.get("BIJLIGHAR_READS", ""),
    "makes": os.environ.get("BIJLIGHAR_MAKES", ""),
    "levels": os.environ.get("BIJLIGHAR_LEVELS", ""),
    "supply_policy": os.environ.get("BIJLIGHAR_SUPPLY_POLICY", "up-2025-09"),
    "complaints_policy": os.environ.get("BIJLIGHAR_COMPLAINTS_POLICY", "up-2020-02"),
    "charging_policy": os.environ.get("BIJLIGHAR_CHARGING_POLICY", "standard-2026"),
    "kyc_policy": os.environ.get("BIJLIGHAR_KYC_POLICY", "up-2026"),
    # A folder of PEM certificates by which signed QR codes of identity letters are checked.
    "kyc_certificates": os.environ.get("BIJLIGHAR_KYC_CERTIFICATES", ""),
    # Where a postpaid bill is paid by UPI: discom@bank, or none.
    "upi_id": os.environ.get("BIJLIGHAR_UPI_ID", ""),
    "town_url": os.environ.get("BIJLIGHAR_TOWN_URL", ""),
    # Pictures of the ground below the map: https://tiles.example/{z}/{x}/{y}.png, or none.
    "tiles_url": os.environ.get("BIJLIGHAR_TILES", ""),
    "tiles_credit": os.environ.get("BIJLIGHAR_TILES_CREDIT", ""),
}
