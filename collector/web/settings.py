"""Django's settings, built from the collector's configuration; there is no settings file."""

import os
import socket
from collections.abc import Callable
from functools import cache
from typing import Any

import django
from django.conf import settings

from collector.config import Config, WebConfig
from collector.database import sqlite
from collector.errors import LedgerFull, StateUnwritable
from collector.issuing import client
from collector.issuing.ports import Issuing
from collector.web.casework.connection import desk_of
from collector.web.dispatched import dispatch_of
from collector.web.middleware import quiet
from collector.web.secret import secret
from collector.web.sessions import WHOLE_MS

SESSION_S = WHOLE_MS // 1000
PROXY = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}
"""Only a proxy may say by what browsers come."""


def configure(config: Config) -> None:
    """Set up Django for this configuration; a process does it once."""
    # Whatever this process makes is for its own user only: password hashes and sessions.
    os.umask(0o077)
    settings.configure(**build(config, secret(config.web.state)))
    quiet()
    django.setup()


def migrate() -> None:
    """Bring the file of accounts and sessions up to date."""
    from django.core.management import call_command  # noqa: PLC0415  # needs the settings
    from django.db import DatabaseError, connections  # noqa: PLC0415  # the same

    try:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("clearsessions")
    except DatabaseError as error:
        msg = f"web.state: {connections['default'].settings_dict['NAME']}: {error}"
        if sqlite.is_full(error.__cause__):
            raise LedgerFull(msg) from error
        raise StateUnwritable(msg) from error
    finally:
        # A server that forks must not share them.
        connections.close_all()


def build(config: Config, key: str) -> dict[str, Any]:
    """Return the settings."""
    web = config.web
    return {
        "DEBUG": False,
        "SECRET_KEY": key,
        "ALLOWED_HOSTS": [*_hosts(config)],
        "ROOT_URLCONF": "collector.web.urls",
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
            "django_htmx",
            "collector.web",
        ],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "collector.web.middleware.headers",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "collector.web.middleware.language",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "collector.web.guard.guard",
            "collector.web.complaints.Complaints",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        "DATABASES": {"default": _database(config)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "LOGGING_CONFIG": None,  # collector.log has done it
        **_templates(),
        **_language(config),
        **_accounts(),
        **_security(web),
        # Ours: read by the views.
        "GATE_LEDGER": config.ledger,
        "GATE_ROSTER": str(config.roster.path),
        "GATE_FIGURES": str(web.state / "figures.db"),
        "GATE_TOKENS": str(config.tokens),
        "GATE_OPENED": str(config.opened),
        "GATE_BELIEVED": str(config.believed),
        "GATE_PROXY": web.proxied,
        "GATE_DEMONSTRATION": web.demonstration,
        "GATE_PRACTICE": web.practice,
        "GATE_DESK": desk_of(config),
        "GATE_ISSUING": _issuing(config),
        "GATE_DISPATCH": dispatch_of(config),
        "GATE_COUNTER": str(config.counter or ""),
    }


def _issuing(config: Config) -> Callable[[], Issuing] | None:
    path = config.officers_desk
    return None if path is None else cache(lambda: client.issuing(path))


def _hosts(config: Config) -> tuple[str, ...]:
    own = ("localhost", "127.0.0.1", "[::1]", socket.gethostname())
    host = () if config.web.host in ("0.0.0.0", "::") else (config.web.host,)  # noqa: S104
    return tuple(dict.fromkeys((*config.web.names, *host, *own)))


def _database(config: Config) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(config.web.state / "accounts.db"),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 5,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
        },
    }


def _templates() -> dict[str, Any]:
    return {
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "collector.web.frame.around",
                    ],
                },
            }
        ],
        "STATIC_URL": "/static/",
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
    }


def _language(config: Config) -> dict[str, Any]:
    return {
        "LANGUAGE_CODE": config.display.language,
        "NUMBER_GROUPING": 3,  # Vietnamese has no own in Django
        "LANGUAGES": [("vi", "Tiếng Việt"), ("en", "English")],
        "LANGUAGE_COOKIE_AGE": 365 * 24 * 3600,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": "Asia/Ho_Chi_Minh",
    }


def _accounts() -> dict[str, Any]:
    validators = "django.contrib.auth.password_validation"
    return {
        "AUTH_USER_MODEL": "web.Officer",
        "LOGIN_URL": "login",
        "LOGIN_REDIRECT_URL": "home",
        "LOGOUT_REDIRECT_URL": "login",
        "SESSION_COOKIE_AGE": SESSION_S,
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"{validators}.UserAttributeSimilarityValidator"},
            {
                "NAME": "collector.web.passwordlength.MinimumLength",
                "OPTIONS": {"min_length": 10},
            },
            {"NAME": f"{validators}.CommonPasswordValidator"},
            {"NAME": f"{validators}.NumericPasswordValidator"},
        ],
    }


def _security(web: WebConfig) -> dict[str, Any]:
    https = web.secure
    shared = {
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_SECURE": https,
        "LANGUAGE_COOKIE_SECURE": https,
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_REFERRER_POLICY": "same-origin",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 64 * 1024,
        # A list of people is in memory, and in no file; what is too large for it is not taken.
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.MemoryFileUploadHandler"],
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 400,  # a list of contacts is worked in rows
    }
    if not https:
        return shared
    return {
        **shared,
        **(PROXY if web.proxied else {}),
        "SECURE_HSTS_SECONDS": 30 * 24 * 3600,
        "CSRF_TRUSTED_ORIGINS": [f"https://{host}" for host in web.names],
    }
