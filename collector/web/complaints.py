"""What is wrong, said on a page in the reader's language: errors of collector and vault."""

import sys
from typing import NamedTuple

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language
from django.views.defaults import server_error

from collector import i18n
from collector.database import sqlite
from collector.errors import CollectorError, LedgerFull
from collector.web.middleware import Next, spoken, unlogged

STATUS = {
    "case-unknown": 404,
    "person-unknown": 404,
    "task-unknown": 404,
    "task-changed": 409,
    "contact-unknown": 404,
    "handover-unknown": 404,
    "referral-refused": 409,
    "referral-taken": 409,
    "not-allowed": 403,
    "not-of-case": 403,
    "question-too-wide": 400,
    "case-closed": 403,
    "approval-needed": 403,
    "approval-refused": 403,
    "contact-changed": 409,
    "contact-busy": 409,
    "case-invalid": 400,
    "merge-refused": 409,
    "hold-refused": 409,
    "site-unknown": 404,
    "rollout-over": 409,
    "rollout-running": 409,
    "rollout-wider": 409,
    "draft-changed": 409,
    "draft-invalid": 400,
    "command-open": 409,
    "command-refused": 409,
    "document-refused": 409,
    "signing-key-unfit": 503,
    "dispatch-away": 503,
    "dispatch-refused": 503,
    "dispatch-unset": 503,
    "vault-locked": 503,
    "vault-away": 503,
    "desk-missing": 503,
    "database-away": 503,
    "ledger-full": 503,
    "ledger-busy": 503,
    "store-unusable": 503,
    "state-unwritable": 503,
    "vault-unusable": 503,
    "desk-away": 503,
    "desk-unset": 503,
    "desk-refused": 503,
    "pass-unknown": 404,
    "passes-many": 429,
    "list-refused": 409,
    "order-invalid": 400,
    "way-closed": 503,
    "work-full": 503,
}


class Complaint(NamedTuple):
    """An error, as its reader is told of it."""

    code: str
    says: str
    remedy: str
    detail: str = ""


def complaint(error: CollectorError | None) -> Complaint | None:
    """Return an error in the reader's words."""
    if error is None:
        return None
    said = i18n.speaking(get_language() or "vi")
    detail = str(error)
    # Person rows and numbers of cases are nothing that helps whoever reads this.
    detail = "" if detail.strip("-").isdigit() else said(detail)
    return Complaint(error.code, said(error.says), said(error.remedy), detail)


def fault(request: HttpRequest) -> HttpResponse:
    """Say that the disk of the accounts is full, or else that the server has failed.

    The page stands alone: who asks is among what cannot be looked up now. `collector doctor` says
    it too.
    """
    if not is_full(sys.exc_info()[1]):
        return server_error(request)
    with translation.override(spoken(request)):
        html = render_to_string("full.html", {"wrong": complaint(LedgerFull())})
    return unlogged(HttpResponse(html, status=STATUS[LedgerFull.code]))


def unreadable(_request: HttpRequest, **_: object) -> HttpResponse:
    """Say that what was sent cannot be read.

    Django's own page for that reads it once more, to know who asks, and is lost.
    """
    return HttpResponseBadRequest(render_to_string("400.html"))


def is_full(error: BaseException | None) -> bool:
    """Say whether it is the disk of the accounts that is full."""
    return isinstance(error, DatabaseError) and sqlite.is_full(error.__cause__)


class Complaints:
    """Turns an error that a page did not handle itself into a page that says it."""

    def __init__(self, following: Next) -> None:
        """Take what comes after."""
        self._following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._following(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say what is wrong, if it is one of ours."""
        if not isinstance(error, CollectorError):
            return None
        status = STATUS.get(error.code, 500)
        wrong = {"wrong": complaint(error)}
        return unlogged(render(request, "web/wrong.html", wrong, status=status))
