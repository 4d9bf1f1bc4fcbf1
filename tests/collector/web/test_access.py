"""Every address as every role: what opens, and that nothing else does."""

from collections.abc import Iterator
from typing import Any

import pytest

from collector.cases.roles import RIGHTS, Role
from collector.web import access, sessions
from tests.collector.web.conftest import NOW

pytestmark = pytest.mark.usefixtures("officers", "vault")
WHO = [None, *Role]
NUMBERS = ("number", "person", "merged", "asked", "given", "hold")
FILLED = {"gate": "g1", "name": "x", **dict.fromkeys(NUMBERS, 1)}


def inside(role: Role | None) -> Any:  # noqa: ANN401  # Django's client needs the settings
    """Return a browser that is logged in, past the second step and the change of password."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from collector.web.models import Officer  # noqa: PLC0415

    name = role or "nobody"
    Officer.objects.filter(username=name).update(must_change=False)
    browser = Client(headers={"user-agent": "Tester"}, raise_request_exception=False)
    browser.force_login(get_user_model()._default_manager.get(username=name))
    session = browser.session
    session.update(sessions.began(NOW, sessions.browser("Tester", "127.0.0.1")))
    session.save()
    return browser


def pages() -> Iterator[tuple[str, str]]:
    from django.urls import reverse  # noqa: PLC0415

    from collector.web.urls import urlpatterns  # noqa: PLC0415

    for pattern in urlpatterns:
        names = pattern.pattern.converters
        assert pattern.name
        yield pattern.name, reverse(pattern.name, kwargs={each: FILLED[each] for each in names})


def test_every_address_is_in_the_table_and_every_entry_has_an_address() -> None:
    named = [name for name, _ in pages()]
    assert sorted(named) == sorted([*access.PUBLIC, *access.PROGRAMS, *access.PAGES])


def test_every_role_has_a_line() -> None:
    assert sorted(RIGHTS) == sorted(Role)


@pytest.mark.parametrize("role", WHO)
def test_a_role_opens_what_the_table_says_and_nothing_else(role: Role | None) -> None:
    browser = inside(role)
    refused, expected = set(), set()
    for name, address in pages():
        if name in access.PUBLIC | access.PROGRAMS:
            continue
        for ask in (browser.get, browser.post):
            if ask(address).status_code == 403:
                refused.add(name)
        needed = access.PAGES[name]
        if needed is not None and needed not in access.rights(role):
            expected.add(name)
    assert refused == expected


def test_nothing_opens_without_logging_in() -> None:
    from django.test import Client  # noqa: PLC0415

    for name, address in pages():
        if name not in access.PUBLIC | access.PROGRAMS:
            for ask in (Client().get, Client().post):
                answer = ask(address)
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/login"), name


def test_a_page_that_was_forgotten_in_the_table_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = inside(Role.DISTRICT)
    monkeypatch.setattr(access, "PAGES", {"home": None})
    assert browser.get("/gates").status_code == 403


@pytest.mark.parametrize("role", WHO)
def test_the_navigation_leads_only_where_the_role_may_go(role: Role | None) -> None:
    browser = inside(role)
    first = browser.get("/", follow=True)
    assert first.status_code == 200
    import re  # noqa: PLC0415

    nav = first.content.decode().partition("<nav")[2].partition("</nav>")[0]
    ways = re.findall(r'href="([^"]+)"', nav)
    assert ways
    assert all(browser.get(way).status_code == 200 for way in ways)


def test_there_is_no_admin_and_nobody_is_a_superuser() -> None:
    from django.conf import settings  # noqa: PLC0415

    from collector.web.models import Officer  # noqa: PLC0415

    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    assert not Officer.objects.filter(is_superuser=True).exists()
    assert inside(Role.OPERATOR).get("/admin/").status_code == 404
