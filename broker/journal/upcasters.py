"""Old records made current: one small step for each version that was ever written.

A step takes the payload of (kind, version) and returns that of version + 1, so each is written
once, when the version changes, and never touched again.
"""

from collections.abc import Callable, Mapping
from typing import Final

from broker.journal.canonical import Fields, to_bytes
from broker.journal.errors import RecordUnreadable
from broker.journal.records import RecordKind

Step = Callable[[bytes], bytes]

CURRENT_VERSION: Final[Mapping[RecordKind, int]] = {
    RecordKind.OPEN_AUDIENCE: 1,
    RecordKind.LOAD_POLICY: 1,
    RecordKind.SUBMIT_REPORTS: 1,
    RecordKind.CREATE_RESTRICTION: 1,
    RecordKind.WITHDRAW_RESTRICTION: 1,
    RecordKind.ACKNOWLEDGE_ALERT: 1,
    RecordKind.TICK: 2,
    RecordKind.PUBLISHER_GONE: 1,
    RecordKind.IMPORT_RESTRICTIONS: 1,
    RecordKind.LOAD_GROUND: 1,
    RecordKind.REGISTER_AIRCRAFT: 1,
    RecordKind.REMOVE_AIRCRAFT: 1,
    RecordKind.LOAD_SUPPLY_CHAIN: 1,
    RecordKind.SAVE_DRAFT: 1,
    RecordKind.DISCARD_DRAFT: 1,
    RecordKind.PUBLISH_DRAFT: 1,
    RecordKind.APPROVE_RESTRICTION: 1,
    RecordKind.EXTEND_RESTRICTION: 1,
    RecordKind.ACKNOWLEDGE_RESTRICTION: 1,
    RecordKind.NOTE_DELIVERY: 1,
    RecordKind.LOAD_PUBLISHING_RULES: 1,
    RecordKind.SET_SHARING: 1,
    RecordKind.SET_SHARING_DEFAULT: 1,
    RecordKind.PROPOSE_AGREEMENT: 2,
    RecordKind.ACCEPT_AGREEMENT: 1,
    RecordKind.END_AGREEMENT: 1,
    RecordKind.LOAD_AGREEMENT_RULES: 1,
}


def _tick_0_to_1(_payload: bytes) -> bytes:
    """Version 0 was empty: every tick was an ordinary one."""
    return b'{"audit":false}'


def _tick_1_to_2(payload: bytes) -> bytes:
    """Version 1 was never divided."""
    return to_bytes({"audit": Fields.parse(payload).truth("audit"), "part": "whole"})


def _propose_agreement_1_to_2(payload: bytes) -> bytes:
    """Version 1 had areas of every height."""
    fields = Fields.parse(payload)
    terms = fields.inner("terms")
    heights = {
        "floor": {"value_m": 0.0, "datum": "surface"},
        "ceiling": {"value_m": 0.0, "datum": "unlimited"},
    }
    areas = [_as_they_are(Fields(area)) | heights for area in terms.items("areas")]
    terms_now = _as_they_are(terms) | {"areas": areas}
    return to_bytes(_as_they_are(fields) | {"terms": terms_now})


def _as_they_are(fields: Fields) -> dict[str, object]:
    return {name: fields.value(name) for name in fields.names()}


STEPS: Final[Mapping[tuple[RecordKind, int], Step]] = {
    (RecordKind.TICK, 0): _tick_0_to_1,
    (RecordKind.TICK, 1): _tick_1_to_2,
    (RecordKind.PROPOSE_AGREEMENT, 1): _propose_agreement_1_to_2,
}


def upcast(
    kind: RecordKind,
    version: int,
    payload: bytes,
    current: Mapping[RecordKind, int] = CURRENT_VERSION,
    steps: Mapping[tuple[RecordKind, int], Step] = STEPS,
) -> bytes:
    """Return the payload in the current version of its kind.

    Raises RecordUnreadable for a version newer than this release knows, or with no way up.
    """
    if version > current[kind]:
        raise RecordUnreadable(
            f"{kind.name} version {version} was written by a newer release "
            f"(this one reads up to {current[kind]})"
        )
    for at in range(version, current[kind]):
        step = steps.get((kind, at))
        if step is None:
            raise RecordUnreadable(f"{kind.name} version {at} has no way to version {at + 1}")
        payload = step(payload)
    return payload
