"""The addresses of the pages. Who may open one by its name stands in `access`."""

from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter
from django.urls.converters import IntConverter
from django.views.i18n import set_language

from collector.web import (
    commandviews,
    districtviews,
    install,
    interfaceviews,
    ownaccount,
    ownplace,
    passinterface,
    placesviews,
    policyviews,
    signin,
    views,
)
from collector.web.casework import (
    approving,
    auditing,
    cases,
    holding,
    leaving,
    opening,
    people,
    tasks,
    tracing,
    worklist,
)
from collector.web.numbers import DIGITS
from collector.web.passes import lists, teams


class Number(IntConverter):
    """The number of a row; what is longer than any has is no address of ours."""

    regex = f"[0-9]{{1,{DIGITS}}}"


register_converter(Number, "number")
CASE = "cases/<number:number>"
handler400 = "collector.web.complaints.unreadable"
handler500 = "collector.web.complaints.fault"

urlpatterns = [
    path("", views.home, name="home"),
    path("district", districtviews.district, name="district"),
    path("district/places", placesviews.places, name="district-places"),
    path("district/parts", districtviews.parts, name="district-parts"),
    path("api/v1/records", interfaceviews.records, name="api-records"),
    path("api/v1/gates", interfaceviews.gates, name="api-gates"),
    path("api/v1/openapi.json", interfaceviews.openapi, name="api-openapi"),
    path("api/v1/passes", passinterface.passes, name="api-passes"),
    path("api/v1/passes/withdraw", passinterface.withdraw, name="api-passes-withdraw"),
    path(
        "api/v1/passes/withdraw-group",
        passinterface.withdraw_group,
        name="api-passes-withdraw-group",
    ),
    path("metrics", interfaceviews.metrics, name="metrics"),
    path("gates/<str:gate>", districtviews.gate, name="gate"),
    path("gates/<str:gate>/orders", commandviews.orders, name="gate-orders"),
    path("gates/<str:gate>/command", commandviews.command, name="gate-command"),
    path("policies", policyviews.policies, name="policies"),
    path("policies/edit", policyviews.policy, name="policy"),
    path("policies/review", policyviews.review, name="policy-review"),
    path("policies/rollouts/<number:number>", policyviews.rollout, name="rollout"),
    path("policies/rollouts/<number:number>/now", policyviews.rollout_now, name="rollout-now"),
    path("policies/rollouts/<number:number>/widen", policyviews.widen, name="rollout-widen"),
    path("policies/rollouts/<number:number>/back", policyviews.back, name="rollout-back"),
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
    path("own", ownplace.mine, name="own"),
    path("passes", teams.home, name="passes"),
    path("passes/new", lists.new, name="passes-new"),
    path("passes/work/<str:name>", lists.worked, name="passes-work"),
    path("passes/work/<str:name>/progress", lists.progress, name="passes-progress"),
    path("passes/work/<str:name>/cards", lists.cards, name="passes-cards"),
    path("passes/team", teams.team, name="passes-team"),
    path("passes/withdraw", teams.withdraw, name="passes-withdraw"),
    path("passes/again", teams.again, name="passes-again"),
    path("language", set_language, name="language"),
    path("account", ownaccount.account, name="account"),
    path("account/password", ownaccount.password, name="password"),
    path("accounts", ownaccount.accounts, name="accounts"),
    path("cases", cases.cases, name="cases"),
    path("cases/new", opening.new, name="case-new"),
    path(CASE, cases.one, name="case"),
    path(f"{CASE}/change", opening.change, name="case-change"),
    path(f"{CASE}/close", cases.close, name="case-close"),
    path(f"{CASE}/find", cases.find, name="find"),
    path(f"{CASE}/index/<number:person>/add", cases.add, name="index-add"),
    path(f"{CASE}/index/<number:person>/remove", cases.remove, name="index-remove"),
    path(f"{CASE}/places", tracing.places, name="places"),
    path(f"{CASE}/contacts", tracing.contacts, name="contacts"),
    path(f"{CASE}/contacts/enlist", tracing.enlist, name="enlist"),
    path(f"{CASE}/contacts/refer", tracing.refer, name="refer"),
    path(f"{CASE}/take-up", tracing.take_up, name="take-up"),
    path(f"{CASE}/graph", people.graph, name="graph"),
    path(f"{CASE}/timeline/<number:person>", people.timeline, name="timeline"),
    path(f"{CASE}/list", worklist.worklist, name="worklist"),
    path(f"{CASE}/list/<number:person>", worklist.contact, name="contact"),
    path(f"{CASE}/list/<number:person>/call", worklist.call, name="call"),
    path(f"{CASE}/list/<number:person>/alike", people.alike, name="alike"),
    path(f"{CASE}/pair", people.pair, name="pair"),
    path(f"{CASE}/pair/merge", people.merge, name="merge"),
    path(f"{CASE}/pair/<number:merged>/undo", people.unmerge, name="unmerge"),
    path(f"{CASE}/holds", holding.holds, name="holds"),
    path(f"{CASE}/holds/<number:hold>/approve", holding.approve, name="hold-approve"),
    path(f"{CASE}/holds/<number:hold>/open", holding.opened, name="hold-open"),
    path(f"{CASE}/holds/<number:hold>/release", holding.release, name="hold-release"),
    path(f"{CASE}/approvals", approving.approvals, name="approvals"),
    path(f"{CASE}/approvals/ask", approving.ask, name="ask"),
    path(f"{CASE}/approvals/<number:asked>", approving.approve, name="approve"),
    path(f"{CASE}/export", leaving.export, name="export"),
    path(f"{CASE}/handover", leaving.hand_over, name="handover"),
    path(f"{CASE}/handover/<number:given>/received", leaving.received, name="received"),
    path("tasks", tasks.tasks, name="tasks"),
    path("tasks/<number:number>", tasks.change, name="task"),
    path("audit", auditing.audit, name="audit"),
    path("audit/orders", commandviews.audited, name="audit-orders"),
    path("audit/verify", auditing.verify, name="verify"),
    path("vault", auditing.custody, name="vault"),
]
