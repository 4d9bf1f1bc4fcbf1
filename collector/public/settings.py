"""Django's settings for the public page: no accounts, no sessions, no database."""

import os
import secrets
import socket
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from collector.config import Config, PublicConfig
from collector.web.middleware import quiet

STYLES = Path(__file__).parents[1] / "web/static/web"
"""What all pages of the district look like."""
LARGEST = 64 * 1024
"""Of what is sent to a page: all answers at their longest, with room."""


def configure(config: Config) -> None:
    """Set up Django for this configuration; a process does it once."""
    os.umask(0o077)
    settings.configure(**build(config))
    quiet()
    django.setup()


def build(config: Config) -> dict[str, Any]:
    """Return the settings."""
    public = config.public
    return {
        "DEBUG": False,
        "SECRET_KEY": secrets.token_hex(32),  # of this process: nothing signed outlives it
        "ALLOWED_HOSTS": [*public.names, *_own(public.host)],
        "ROOT_URLCONF": "collector.public.urls",
        "INSTALLED_APPS": ["django.contrib.staticfiles", "collector.public"],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "collector.web.middleware.headers",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "collector.web.middleware.language",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "collector.public.away.Away",
        ],
        "DATABASES": {},
        "LOGGING_CONFIG": None,  # collector.log has done it
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [("web", STYLES)],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "LANGUAGE_CODE": config.display.language,
        "LANGUAGES": [("vi", "Tiếng Việt"), ("en", "English")],
        "LANGUAGE_COOKIE_AGE": 365 * 24 * 3600,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "LANGUAGE_COOKIE_SECURE": public.secure,
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": "Asia/Ho_Chi_Minh",
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_REFERRER_POLICY": "same-origin",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": LARGEST,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 200,
        "FILE_UPLOAD_HANDLERS": [],  # nobody sends files here
        **(_tls(public) if public.secure else {}),
        # Ours: read by the views.
        "GATE_PROXY": public.proxied,
        "GATE_PRACTICE": config.web.practice,
    }


def _own(host: str) -> tuple[str, ...]:
    own = ("localhost", "127.0.0.1", "[::1]", socket.gethostname())
    return own if host in ("0.0.0.0", "::") else (host, *own)  # noqa: S104


def _tls(public: PublicConfig) -> dict[str, Any]:
    proxy = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}
    return {
        **(proxy if public.proxied else {}),
        "SECURE_HSTS_SECONDS": 30 * 24 * 3600,
    }
