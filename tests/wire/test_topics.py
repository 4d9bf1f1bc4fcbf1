"""The MQTT topics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import topics


@pytest.mark.parametrize("leaf", [*topics.FROM_GATE, *topics.TO_GATE])
def test_a_topic_is_split_again(leaf: str) -> None:
    assert topics.split(topics.topic("g1", leaf)) == ("g1", leaf)
    assert topics.of_every_gate(leaf) == f"gq/v1/+/{leaf}"


@pytest.mark.parametrize(
    "text", ["", "gq/v1/g1", "gq/v1/g1/scan/x", "gq/v2/g1/scan", "/gq/v1/scan"]
)
def test_any_other_topic_is_none_of_ours(text: str) -> None:
    assert topics.split(text) is None


@given(st.text())
def test_any_text_is_a_topic_or_none(text: str) -> None:
    found = topics.split(text)
    assert found is None or topics.topic(*found) == text
