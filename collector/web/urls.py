"""The addresses of the pages. Who may open one by its name stands in `access`."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from collector.web import districtviews, install, interfaceviews, ownaccount, signin, views
from collector.web.casework import (
    approving,
    auditing,
    cases,
    leaving,
    opening,
    people,
    tasks,
    tracing,
    worklist,
)

CASE = "cases/<int:number>"

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
    path("install/", install.gates, name="install"),
    path("install/new", install.new, name="install-new"),
    path("install/<str:number>", install.gate, name="install-gate"),
    path("install/<str:number>/progress", install.progress, name="install-progress"),
    path("language", set_language, name="language"),
    path("account", ownaccount.account, name="account"),
    path("account/password", ownaccount.password, name="password"),
    path("accounts", ownaccount.accounts, name="accounts"),
    path("cases", cases.cases, name="cases"),
    path("cases/new", opening.new, name="case-new"),
    path(CASE, cases.one, name="case"),
    path(f"{CASE}/close", cases.close, name="case-close"),
    path(f"{CASE}/find", cases.find, name="find"),
    path(f"{CASE}/index/<int:person>/add", cases.add, name="index-add"),
    path(f"{CASE}/index/<int:person>/remove", cases.remove, name="index-remove"),
    path(f"{CASE}/places", tracing.places, name="places"),
    path(f"{CASE}/contacts", tracing.contacts, name="contacts"),
    path(f"{CASE}/contacts/enlist", tracing.enlist, name="enlist"),
    path(f"{CASE}/graph", people.graph, name="graph"),
    path(f"{CASE}/timeline/<int:person>", people.timeline, name="timeline"),
    path(f"{CASE}/list", worklist.worklist, name="worklist"),
    path(f"{CASE}/list/<int:person>", worklist.contact, name="contact"),
    path(f"{CASE}/list/<int:person>/call", worklist.call, name="call"),
    path(f"{CASE}/pair", people.pair, name="pair"),
    path(f"{CASE}/pair/merge", people.merge, name="merge"),
    path(f"{CASE}/pair/<int:merged>/undo", people.unmerge, name="unmerge"),
    path(f"{CASE}/approvals", approving.approvals, name="approvals"),
    path(f"{CASE}/approvals/ask", approving.ask, name="ask"),
    path(f"{CASE}/approvals/<int:asked>", approving.approve, name="approve"),
    path(f"{CASE}/export", leaving.export, name="export"),
    path(f"{CASE}/handover", leaving.hand_over, name="handover"),
    path(f"{CASE}/handover/<int:given>/received", leaving.received, name="received"),
    path("tasks", tasks.tasks, name="tasks"),
    path("tasks/<int:number>", tasks.change, name="task"),
    path("audit", auditing.audit, name="audit"),
    path("audit/verify", auditing.verify, name="verify"),
    path("vault", auditing.custody, name="vault"),
]
