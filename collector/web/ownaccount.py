"""One's own account, its password, and the list of all accounts."""

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collector.web.asker import officer
from collector.web.models import Officer, RecoveryCode


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show who one is here, and what one's role reaches."""
    own = officer(request)
    context = {
        "own": own,
        "grants": own.granted().pairs(),
        "left": RecoveryCode.objects.filter(officer=own).count(),
        "changed": "changed" in request.GET,
    }
    return render(request, "web/account.html", context)


@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Take a new password; every other session of the account ends."""
    own, wrong = officer(request), {}
    if request.method == "POST":
        old, new, again = (request.POST.get(name, "") for name in ("old", "new", "again"))
        wrong = _wrong(own, old, new, again)
        if not wrong:
            own.set_password(new)
            own.must_change = False
            own.save(update_fields=["password", "must_change"])
            update_session_auth_hash(request, own)
            return redirect("/account?changed")
    return render(request, "web/password.html", {"wrong": wrong, "must": own.must_change})


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts; they are made and mended by `collector user`."""
    found = Officer.objects.filter(is_active=True).prefetch_related("grants").order_by("username")
    return render(request, "web/accounts.html", {"accounts": found})


def _wrong(own: Officer, old: str, new: str, again: str) -> dict[str, str]:
    """Say by field what is wrong with a change of password."""
    if not own.check_password(old):
        return {"old": _("The present password is not right.")}
    if new == old:
        return {"new": _("The new password is the present one.")}
    try:
        validate_password(new, own)
    except ValidationError as error:
        return {"new": " ".join(error.messages)}
    return {} if new == again else {"again": _("The two new passwords differ.")}
