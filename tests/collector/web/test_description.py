"""The interface asked with whatever its description allows, and with what it does not.

Schemathesis reads the document that the server serves and asks every address of it, each with data
that fits and with data that does not, and holds each answer against the document.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from collector import tokens
from collector.tokens import Scope
from tests.collector.lists import on_disk
from tests.collector.web.conftest import NOW, set_up_gate

THOROUGH = "GATE_API_EXAMPLES" in os.environ
"""As `make nightly` sets it: many more, with dice of its own."""
EXAMPLES = int(os.environ.get("GATE_API_EXAMPLES", "25"))
"""For each address."""
CONFIG = {
    "checks": {
        # What is well formed may still be wrong: the 31st of February, a name of digits.
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", 404, 409, 422],
        },
    },
}


@pytest.fixture
def described(
    site: Path,
    journal: Callable[..., Any],
    tmp_path: Path,
    wall: Any,  # noqa: ANN401
) -> Iterator[Any]:
    """Return the schema, as the server describes itself, over a district with one gate."""
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # needs the settings

    assert wall.ms == NOW
    desk = on_disk(tmp_path)
    desk.now_ms = NOW
    path = Path(settings.GATE_TOKENS)
    every = tokens.add(path, "every", tuple(Scope), NOW, "truong")
    with set_up_gate(site, journal), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "GATE_ISSUING", lambda: desk.counter)
        patch.setattr(settings, "ALLOWED_HOSTS", ["localhost"])
        schema = schemathesis.openapi.from_wsgi(
            "/api/v1/openapi.json",
            get_wsgi_application(),
            config=SchemathesisConfig.from_dict(CONFIG),
        )
        yield schema, every
    path.unlink()
    desk.database.close()


@pytest.mark.timeout(3600 if THOROUGH else 300)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_server_does_what_it_says_of_itself(described: Any, mode: GenerationMode) -> None:  # noqa: ANN401
    (schema, token), asked = described, []
    for found in schema.get_all_operations():
        operation = found.ok()
        asked.append(operation.label)

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis.settings(
            max_examples=EXAMPLES,
            derandomize=not THOROUGH,
            database=None,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def ask(case: Any) -> None:  # noqa: ANN401
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"})

        try:
            ask()
        except hypothesis.errors.Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, operation.label  # nothing there to get wrong
    assert len(asked) == 6
