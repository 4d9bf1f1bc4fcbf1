"""The addresses of the pages."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from collector.web import install, views

urlpatterns = [
    path("", views.home, name="home"),
    path("board", views.board, name="board"),
    path("login", views.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("install/", install.gates, name="install"),
    path("install/new", install.new, name="install-new"),
    path("install/<str:number>", install.gate, name="install-gate"),
    path("install/<str:number>/progress", install.progress, name="install-progress"),
    path("language", set_language, name="language"),
]
