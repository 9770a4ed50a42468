"""Django's settings module, made from our table.

Imported by Django only; everything else asks :mod:`graticule.config.load`.
"""

from __future__ import annotations

from typing import Any

from graticule.config.database import database
from graticule.config.load import load
from graticule.config.secret import secret_key

GRATICULE = load()

_home = GRATICULE["home"]
_prefix = GRATICULE["url_prefix"].strip("/")
_root = f"/{_prefix}/" if _prefix else "/"

SECRET_KEY = GRATICULE["secret_key"] or secret_key(_home)
DEBUG = GRATICULE["debug"]
_local = GRATICULE["host"] in {"127.0.0.1", "::1", "localhost"}
# A page of somebody else that points its name at this machine is refused.
_here = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = list(GRATICULE["allowed_hosts"]) or (_here if _local else ["*"])
CSRF_TRUSTED_ORIGINS = list(GRATICULE["trusted_origins"])
FORCE_SCRIPT_NAME = _root.rstrip("/") or None
if GRATICULE["behind_proxy"]:
    USE_X_FORWARDED_HOST = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "graticule.catalog",
    "graticule.jobs.apps.JobsConfig",
    "graticule.viewer",
    # Behind the viewer, whose templates dress it; its tables are our door's.
    "django.contrib.admin.apps.SimpleAdminConfig",
]
MIDDLEWARE = [
    "graticule.web.turns.turns_middleware",
    "graticule.web.headers.headers_middleware",
    "graticule.web.cors.cors_middleware",
    "graticule.web.middleware.EdgeMiddleware",
    "graticule.web.share.holding.share_middleware",
    "graticule.web.gzip.gzip_middleware",
    # Redirects to the final slash, checks the host, sets Content-Length.
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "graticule.web.principal.principal_middleware",
]
ROOT_URLCONF = "graticule.web.urls"
WSGI_APPLICATION = "graticule.web.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "graticule.web.uws.tray.tray",
            ],
        },
    }
]

DATABASES = {
    "default": database(
        GRATICULE["database_url"], _home, GRATICULE["database_connections"]
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "catalog.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "start"

SESSION_ENGINE = "graticule.catalog.sessions"
SESSION_COOKIE_AGE = int(GRATICULE["session_age"].total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_PATH = _root
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Served over HTTPS only: then cookies never travel without it.
_origins = GRATICULE["trusted_origins"]
SESSION_COOKIE_SECURE = bool(_origins) and all(
    origin.startswith("https://") for origin in _origins
)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_PATH = _root
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "graticule.web.errors.csrf_failure"

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = f"{_root}static/"
STATIC_ROOT = None
# Long lists of ids and settings come in queries and forms.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = GRATICULE["max_form_bytes"]

# The admin is given its person and its messages by our own door.
SILENCED_SYSTEM_CHECKS = [
    *("admin.E402", "admin.E403", "admin.E404", "admin.E406"),
    *("admin.E408", "admin.E409", "admin.E410", "admin.W411"),
]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "graticule": {"level": GRATICULE["log_level"]},
        # Says at length what the reader reports in one sentence.
        "tifffile": {"level": "CRITICAL"},
        # Errors have had their line from graticule.web.errors.
        "django.request": {"level": "CRITICAL"},
    },
}
