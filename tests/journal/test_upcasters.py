"""Old records are read; records from the future are refused, not guessed at."""

import json
from dataclasses import replace

import pytest

from broker.core.agreements.commands import ProposeAgreement
from broker.core.agreements.model import FROM_SURFACE, UNLIMITED
from broker.core.commands import Tick, TickPart
from broker.journal.codec import decode, encode
from broker.journal.errors import RecordUnreadable
from broker.journal.records import RecordKind
from broker.journal.upcasters import CURRENT_VERSION, STEPS, upcast
from tests.journal import samples


def test_a_tick_of_version_0_is_read_as_an_ordinary_tick() -> None:
    # REQ-DUR-006
    assert decode(RecordKind.TICK, 0, b"") == Tick(audit=False)


def test_a_tick_of_version_1_was_never_divided() -> None:
    # REQ-DUR-006
    assert decode(RecordKind.TICK, 1, b'{"audit":true}') == Tick(True, TickPart.WHOLE)


def test_areas_agreed_on_before_they_had_heights_are_of_every_height() -> None:
    # REQ-DUR-006
    [command] = [one for one in samples.agreements() if isinstance(one, ProposeAgreement)]
    current = json.loads(encode(command)[2])
    for area in current["terms"]["areas"]:
        del area["floor"], area["ceiling"]
    back = decode(RecordKind.PROPOSE_AGREEMENT, 1, json.dumps(current).encode())
    every_height = [
        replace(one, floor=FROM_SURFACE, ceiling=UNLIMITED) for one in command.terms.areas
    ]
    assert back == replace(command, terms=replace(command.terms, areas=tuple(every_height)))


def test_steps_are_taken_one_after_the_other() -> None:
    def add_floor(payload: bytes) -> bytes:
        return json.dumps(json.loads(payload) | {"floor": 0}).encode()

    def rename_top(payload: bytes) -> bytes:
        old = json.loads(payload)
        return json.dumps({"ceiling": old["top"], "floor": old["floor"]}).encode()

    kind = RecordKind.CREATE_RESTRICTION
    made_up = {(kind, 1): add_floor, (kind, 2): rename_top}
    payload = upcast(kind, 1, b'{"top": 120}', {kind: 3}, made_up)
    assert json.loads(payload) == {"ceiling": 120, "floor": 0}
    assert upcast(kind, 3, b"as it is", {kind: 3}, made_up) == b"as it is"


@pytest.mark.parametrize("kind", list(RecordKind))
def test_a_newer_version_is_refused(kind: RecordKind) -> None:
    with pytest.raises(RecordUnreadable, match="newer release"):
        decode(kind, CURRENT_VERSION[kind] + 1, b"{}")


def test_a_version_without_a_way_up_is_refused() -> None:
    with pytest.raises(RecordUnreadable, match="no way"):
        upcast(RecordKind.LOAD_POLICY, 0, b"")


def test_every_kind_has_a_version_and_every_step_leads_to_a_known_one() -> None:
    assert set(CURRENT_VERSION) == set(RecordKind)
    assert all(version < CURRENT_VERSION[kind] for kind, version in STEPS)
