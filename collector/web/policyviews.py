"""The policy editor's pages: edit, see what would change, sign, and watch it go out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector.dispatch.entries import Draft, Limits, Stage
from collector.errors import DraftChanged, DraftInvalid
from collector.web import numbers, policysaid
from collector.web.dispatched import dispatch, who
from collector.web.policyforms import LimitsForm, PolicyForm, initial, seen, stated
from collector.web.policymeanwhile import put_over


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Show the places, and how each stands with its policy."""
    reader = who(request)
    context = {"sites": dispatch().sites(reader), "rollouts": dispatch().rollouts(reader)[:20]}
    return render(request, "web/policy/policies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """Show a place's policy, and keep what an officer has made of it."""
    site, reader = _site(request), who(request)
    draft = dispatch().draft(reader, site)
    now = initial(draft.document, draft.revision)
    if request.method != "POST":
        return _edited(request, site, PolicyForm(initial=now))
    form = PolicyForm(request.POST, initial=seen(request.POST.get("seen", "")))
    if not form.is_valid():
        return _edited(request, site, form, status=400)
    revision = form.cleaned_data["revision"]
    if revision == draft.revision and form.initial != seen(now["seen"]):
        return _behind(request, site, form, draft)  # what is in force has changed, and no draft
    try:
        dispatch().save(reader, site, revision, form.document(draft.document))
    except DraftInvalid as error:
        form.complain(*policysaid.complained(str(error)))
        return _edited(request, site, form, status=400)
    except DraftChanged as error:
        names, _colon, _fields = str(error).partition(": ")
        return _behind(request, site, form, dispatch().draft(reader, site), names)
    return redirect(f"{reverse('policy-review')}?{urlencode({'site': site})}")


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """Say a draft in words and replay yesterday; sign it when it is sent."""
    site, reader = _site(request), who(request)
    form = LimitsForm(request.POST or None, initial=stated(Limits()))
    if request.method == "POST" and form.is_valid():
        revision = numbers.number(request.POST.get("revision", ""), -1)
        signed = dispatch().sign(reader, site, revision, form.limits())
        return redirect("rollout", signed)
    found = dispatch().review(reader, site, Limits())
    complaint = ""
    if found.complaint:
        where, why = policysaid.complained(f"{found.complaint} - at {found.where}")
        (name,) = policysaid.named([policysaid.top_of(where)])
        complaint = f"{name}: {why}" if name else why
    context = {
        "site": site,
        "review": found,
        "form": form,
        "complaint": complaint,
        "sentences": policysaid.sentences(found.draft.document),
        "before": policysaid.sentences(found.in_force),
        "fields": policysaid.named(found.fields),
        "unknown": [policysaid.UNKNOWN[each] for each in found.replay.unknown],
    }
    return render(request, "web/policy/review.html", context)


@require_safe
def rollout(request: HttpRequest, number: int) -> HttpResponse:
    """Show how one goes out."""
    return render(request, "web/policy/rollout.html", _progress(request, number))


@require_safe
def rollout_now(request: HttpRequest, number: int) -> HttpResponse:
    """Return the part of that page that changes."""
    return render(request, "web/policy/progress.html", _progress(request, number))


@require_POST
def widen(request: HttpRequest, number: int) -> HttpResponse:
    """Go on now from the ring that the page has shown."""
    ring = numbers.number(request.POST.get("ring", ""), 0)
    dispatch().widen(who(request), number, ring)
    return redirect("rollout", number)


@require_POST
def back(request: HttpRequest, number: int) -> HttpResponse:
    """Put the rules before it back."""
    dispatch().take_back(who(request), number)
    return redirect("rollout", number)


def _progress(request: HttpRequest, number: int) -> dict[str, object]:
    found = dispatch().rollout(who(request), number)
    rings = [
        {"number": at, "gates": [(gate, gate in found.took) for gate in gates], "reached": reached}
        for at, gates in enumerate(found.rings, 1)
        for reached in [at <= found.rollout.ring]
        if gates
    ]
    return {
        "progress": found,
        "rollout": found.rollout,
        "rings": rings,
        "limits": stated(found.rollout.limits),
        "running": found.rollout.stage is Stage.RUNNING,
        "sentences": policysaid.sentences(found.words_of),
    }


def _site(request: HttpRequest) -> str:
    return request.GET.get("site", "")[:200]


def _edited(
    request: HttpRequest, site: str, form: PolicyForm, status: int = 200, **more: object
) -> HttpResponse:
    return render(
        request, "web/policy/edit.html", {"site": site, "form": form, **more}, status=status
    )


def _behind(
    request: HttpRequest, site: str, form: PolicyForm, draft: Draft, names: str = ""
) -> HttpResponse:
    """Show what the officer has sent over what lies there by now; nothing of it is saved yet."""
    onto, others = put_over(form, draft.document, draft.revision)
    meanwhile = {"by": names, "others": others}
    return _edited(request, site, onto, meanwhile=meanwhile, status=409)
