"""How Django knows this folder."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "collector.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
