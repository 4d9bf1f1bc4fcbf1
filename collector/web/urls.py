"""The addresses of the pages. Who may open one by its name stands in `access`."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from collector.web import districtviews, interfaceviews, ownaccount, signin, views

urlpatterns = [
    path("", views.home, name="home"),
    path("district", districtviews.district, name="district"),
    path("district/parts", districtviews.parts, name="district-parts"),
    path("api/v1/records", interfaceviews.records, name="api-records"),
    path("api/v1/gates", interfaceviews.gates, name="api-gates"),
    path("api/v1/openapi.json", interfaceviews.openapi, name="api-openapi"),
    path("metrics", interfaceviews.metrics, name="metrics"),
    path("gates/<str:gate>", districtviews.gate, name="gate"),
    path("gates", views.gates, name="gates"),
    path("board", views.board, name="board"),
    path("login", signin.Login.as_view(), name="login"),
    path("login/code", signin.second, name="second"),
    path("login/setup", signin.setup, name="setup"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("language", set_language, name="language"),
    path("account", ownaccount.account, name="account"),
    path("account/password", ownaccount.password, name="password"),
    path("accounts", ownaccount.accounts, name="accounts"),
]
