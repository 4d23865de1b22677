"""Which of several publishers is believed."""

import math
from dataclasses import replace

from broker.core.tracks.correlation.hearing import SETTLED_REPORTS, Hearing, SharedTrack
from broker.core.tracks.reports import AircraftDescription, ReportSource
from broker.core.units import SECOND_US

OWN = Hearing((0, "a"), ReportSource.TELEMETRY, AircraftDescription(), 0, 0.0, 0.0, 5.0, "first", 1)
RADIO = replace(OWN, handle=(1, "r"), source=ReportSource.REMOTE_ID, accuracy_m=20.0)


def track() -> SharedTrack:
    return SharedTrack([replace(OWN), replace(RADIO)], lead=OWN.handle)


def test_a_silent_lead_hands_over_and_one_that_speaks_does_not() -> None:
    shared = track()
    own, radio = shared.hearings
    radio.heard(2 * SECOND_US, 0.0, 0.0, 20.0, RADIO.source)
    assert not shared.takes_lead(radio)
    radio.heard(4 * SECOND_US, 0.0, 0.0, 20.0, RADIO.source)
    assert shared.takes_lead(radio)
    assert shared.lead == radio.handle
    own.heard(5 * SECOND_US, 0.0, 0.0, 5.0, OWN.source)
    assert not shared.takes_lead(own)  # better, but not settled again
    own.count = SETTLED_REPORTS
    assert shared.takes_lead(own)


def test_an_accuracy_that_is_not_stated_is_the_usual_one_of_the_source() -> None:
    assert replace(RADIO, accuracy_m=math.nan).stated_accuracy_m() == 30.0


def test_trust_is_own_telemetry_or_two_publishers_that_speak() -> None:
    # REQ-COR-002
    shared = track()
    assert shared.is_trusted(SECOND_US)
    own, radio = shared.hearings
    radio.time_us = 9 * SECOND_US
    assert not shared.is_trusted(10 * SECOND_US)
    own.time_us = 9 * SECOND_US
    assert shared.is_trusted(10 * SECOND_US)
    two_ids = SharedTrack([RADIO, replace(RADIO, handle=(1, "other"))], RADIO.handle)
    assert not two_ids.is_trusted(SECOND_US)
