"""Whatever the bytes are, a decoder gives rows or a refusal, and nothing else."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.geozones import sources
from adapters.geozones.limits_of_input import NESTING
from adapters.geozones.report import Decoded, Outcome, Unreadable
from tests.adapters.geozones import documents

FORMATS = sorted(sources.DECODERS)
pytestmark = pytest.mark.req("REQ-IMP-001")


def read(data: bytes, format_name: str | None) -> Decoded | None:
    """Rows, or None for a refusal; anything else that is raised fails the test."""
    try:
        decoded = sources.decode(data, format_name)
    except Unreadable:
        return None
    for item in decoded.items:
        assert item.source_id
        assert (item.zone is None) == (item.outcome is Outcome.REFUSED)
        assert (item.outcome is Outcome.REFUSED) == (item.refusal is not None)
        if item.outcome is Outcome.APPROXIMATED:
            assert item.coarser
        if item.zone is not None:
            assert item.zone.volumes
            assert item.zone.windows
    return decoded


@pytest.mark.parametrize("format_name", [*FORMATS, None])
@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=400))
def test_random_bytes(format_name: str | None, data: bytes) -> None:
    read(data, format_name)


@st.composite
def damaged(draw: st.DrawFn, original: bytes) -> bytes:
    """The document with a few bytes changed, cut out, doubled or moved."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 40))
        match draw(st.integers(0, 3)):
            case 0:
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=3))
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case _:
                data[at:at] = draw(
                    st.sampled_from(
                        [b"-", b"9" * 12, b"null", b"1e999", b"[", b"{", b"NaN", b"<a>"]
                    )
                )
    return bytes(data)


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_documents(format_name: str, data: st.DataObject) -> None:
    broken = data.draw(damaged(documents.ALL[format_name]))
    read(broken, format_name)
    read(broken, None)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def _paths(value: object, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner: list[tuple[object, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [at, *(path for key, v in inner for path in _paths(v, (*at, key)))]


@pytest.mark.parametrize("format_name", ["ed-269", "ed-318", "geojson"])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_in_json(format_name: str, data: st.DataObject) -> None:
    document = json.loads(documents.ALL[format_name])
    path = data.draw(st.sampled_from(_paths(document)[1:]))
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = data.draw(_VALUES)
    read(json.dumps(document).encode(), format_name)


@pytest.mark.parametrize(
    ("format_name", "data"),
    [
        ("geojson", b"[" * 100_000),
        ("ed-318", b'{"a":' * 100_000),
        ("pib", b"<a>" * (NESTING + 1)),
        ("pib", b"<a>" * 100_000),
        ("yaxim", b"[" * 5_000),
        ("yaxim", b"a: &a [1]\nb: [*a, *a]\ngeometry: 1\n"),
        ("yaxim", b"- " * 2_000 + b"x"),
        (
            "pib",
            b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><Pib><Notam>&y;</Notam></Pib>',
        ),
        ("aixm-5.1", b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a>&b;</a>'),
        ("ed-269", b'{"features": [' + b"1" * 5_000 + b"]}"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_bombs_are_refused(format_name: str, data: bytes) -> None:
    decoded = read(data, format_name)
    assert decoded is None or all(i.outcome is Outcome.REFUSED for i in decoded.items)


@pytest.mark.parametrize("format_name", FORMATS)
def test_undamaged_documents_are_read_and_recognised(format_name: str) -> None:
    decoded = read(documents.ALL[format_name], None)
    assert decoded is not None
    assert decoded.format == format_name
    assert all(item.zone is not None for item in decoded.items)
