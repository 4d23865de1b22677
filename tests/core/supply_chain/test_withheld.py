"""What refused reports said: kept as it was, up to a limit, until it stands somewhere else."""

import pytest

from broker.core.names import SystemName
from broker.core.plain import settled
from broker.core.supply_chain import withheld
from broker.core.supply_chain.withheld import Withheld
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
)

MET, LFB = SystemName("met", "drones"), SystemName("lfb", "drones")
WORDS = AircraftDescription(
    AircraftClass.DRONE,
    callsign="MET 7",
    serial_number="SERIAL-7",
    incident_id="CAD-1",
    allotted_band=HeightBand(25.0, 45.0, HeightReference.TAKEOFF),
)


def test_the_oldest_publishers_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withheld, "WITHHELD_MAX", 3)
    known = Withheld()
    for _ in range(5):  # what was taken back, or said again, takes no room
        known.keep(MET, "t0", WORDS)
        known.forget(MET, "t0")
        known.forget(MET, "none")
    for publisher, own_id in ((MET, "t1"), (LFB, "f1"), (MET, "t2"), (MET, "t2")):
        known.keep(publisher, own_id, WORDS)
    assert [known.recall(MET, one) for one in ("t1", "t2")] == [WORDS, WORDS]
    known.keep(LFB, "f2", WORDS)
    assert known.recall(MET, "t1") is None
    assert [known.recall(LFB, one) for one in ("f1", "f2")] == [WORDS, WORDS]
    known.keep(LFB, "f3", WORDS)
    assert not known.any_of(MET)


def test_a_snapshot_holds_the_words_and_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withheld, "WITHHELD_MAX", 2)
    known, again = Withheld(), Withheld()
    known.keep(MET, "t1", WORDS)
    known.keep(LFB, "f1", AircraftDescription(AircraftClass.UNKNOWN_DRONE))
    again.restore(settled(known.state()))
    assert again.state() == known.state()
    assert again.recall(MET, "t1") == WORDS
    again.keep(LFB, "f2", WORDS)
    assert not again.any_of(MET)
