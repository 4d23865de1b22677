import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broker.core.errors import Refused
from broker.core.names import Audience, Role
from broker.service.feed.tokens import (
    NUMBER_MAX,
    TOKEN_BYTES_MAX,
    ResumePoint,
    Tokens,
    decode_token,
)

identifiers = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)
points = st.builds(
    ResumePoint,
    st.from_regex(r"[0-9a-f]{12}\.[1-9][0-9]{0,9}", fullmatch=True),
    st.builds(Audience, identifiers, st.sampled_from(Role)),
    st.integers(0, NUMBER_MAX),
)


def token_of(point: ResumePoint) -> bytes:
    return Tokens(point.epoch, point.audience).at(point.number)


def forged(*fields: object) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(fields).encode())


@given(points)
def test_a_token_reads_back(point: ResumePoint) -> None:
    token = token_of(point)
    assert decode_token(token) == point
    assert len(token) <= TOKEN_BYTES_MAX


@given(st.binary(max_size=300))
@example(b"")
@example(b"\xff" * 300)
@example(base64.urlsafe_b64encode(b"[" * 150))
def test_any_bytes_decode_or_are_refused(token: bytes) -> None:
    # REQ-BAD-020: nothing a reader sends raises anything else.
    try:
        point = decode_token(token)
    except Refused as refused:
        fields = [one.field for one in refused.refusals]
    else:
        fields = ["resume_token"]
        assert token_of(point)
    assert fields == ["resume_token"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(json_values | st.lists(json_values, min_size=4, max_size=4))
def test_any_json_inside_decodes_or_is_refused(value: object) -> None:
    # REQ-BAD-020
    token = base64.urlsafe_b64encode(json.dumps(value).encode())
    try:
        point = decode_token(token)
    except Refused:
        return
    assert token_of(point)


@pytest.mark.parametrize(
    "token",
    [
        forged("e", "lfb", "desk", -1),
        forged("e", "lfb", "desk", NUMBER_MAX + 1),
        forged("e", "lfb", "desk", True),
        forged("e", "lfb", "desk", 1.0),
        forged("e", "lfb", "desk", "1"),
        forged("e", "lfb", "chief", 1),
        forged("e", "lfb", [], 1),
        forged("e", "LFB", "desk", 1),
        forged("e", 5, "desk", 1),
        forged(5, "lfb", "desk", 1),
        forged("e", "lfb", "desk"),
        forged("e", "lfb", "desk", 1, 1),
        forged("\ud800", "lfb", "desk", 1),
        forged("e", "\ud800", "desk", 1),
        forged("e" * 300, "lfb", "desk", 1),
    ],
)
def test_forged_tokens_are_refused(token: bytes) -> None:
    # What a token names is told back to its reader, so nothing odd may stand in it.
    with pytest.raises(Refused, match="was not given by this broker"):
        decode_token(token)
