"""Admission against a slow model that takes one report at a time."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.admission import Admission, joined, occurrences
from broker.core.commands import SubmitReports
from broker.core.effects import TrackState
from broker.core.names import SystemName
from broker.core.outcomes import BatchReply
from broker.core.tracks import register as register_module
from broker.core.tracks.correlation.correlator import Correlator
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportBatch
from broker.core.tracks.validation import row_faults
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER, at, batch

CATEGORIES = np.zeros((6, 8), dtype=np.int16)


def submissions(*batches: ReportBatch) -> list[SubmitReports]:
    return [SubmitReports(one, NOW_US + place) for place, one in enumerate(batches)]


def admit(
    register: TrackRegister, *batches: ReportBatch
) -> tuple[list[list[int]], list[BatchReply]]:
    """Slots moved by wave, and the replies."""
    admission = Admission(Correlator(register), submissions(*batches), NOW_US, exercise=False)
    waves = [wave.slots.tolist() for wave in admission.waves()]
    return waves, admission.replies()


def fields_of(reply: BatchReply) -> list[str]:
    return [refusal.field for _, refusal in reply.refusals]


@pytest.fixture
def register() -> TrackRegister:
    return TrackRegister(CATEGORIES)


def test_one_bad_report_never_loses_its_batch(register: TrackRegister) -> None:
    # REQ-BAD-001
    bad = at(0, "b", latitude_deg=math.nan)
    waves, [reply] = admit(register, batch(at(0, "a"), bad, at(0, "c")))
    assert waves == [[0, 1]]
    assert reply.accepted_count == 2
    assert fields_of(reply) == ["reports[1].latitude_deg"]
    assert [row for row, _ in reply.refusals] == [1]
    assert register.slot_of(PUBLISHER, "b") is None


def test_refusals_name_the_place_in_their_own_request(register: TrackRegister) -> None:
    # REQ-BAD-001: batches of one publisher are joined, their refusals are not.
    bad = {"altitude_datum": 0}
    _, replies = admit(
        register,
        batch(at(0, "a"), at(0, "b", **bad)),
        batch(at(0, "x", **bad), publisher=OTHER),
        batch(),
        batch(at(0, "c", **bad), at(1, "a"), at(0, "d", **bad)),
    )
    assert [reply.accepted_count for reply in replies] == [1, 0, 0, 1]
    assert [fields_of(reply) for reply in replies] == [
        ["reports[1].altitude_datum"],
        ["reports[0].altitude_datum"],
        [],
        ["reports[0].altitude_datum", "reports[2].altitude_datum"],
    ]


def test_several_reports_of_one_track_come_in_waves(register: TrackRegister) -> None:
    waves, [first, second] = admit(
        register,
        batch(at(-2, "a"), at(-2, "b"), at(-1, "a")),
        batch(at(0, "a"), at(-1, "b")),
    )
    assert waves == [[0, 1], [0, 1], [0]]
    assert (first.accepted_count, second.accepted_count) == (3, 2)
    assert register.columns.report_count[:2].tolist() == [3, 2]


def test_a_wave_joins_publishers(register: TrackRegister) -> None:
    waves, _ = admit(
        register,
        batch(at(-1, "a"), at(0, "a")),
        batch(at(0, "x"), publisher=OTHER),
    )
    assert waves == [[0, 1], [0]]


def test_the_table_shows_each_wave_before_the_next(register: TrackRegister) -> None:
    one = batch(at(-1, latitude_deg=51.1), at(0, latitude_deg=51.2))
    admission = Admission(Correlator(register), submissions(one), NOW_US, exercise=False)
    seen = [float(register.columns.latitude_deg[0]) for _ in admission.waves()]
    assert seen == [51.1, 51.2]


def test_duplicates_and_backwards_times_are_refused(register: TrackRegister) -> None:
    # REQ-BAD-003
    waves, [reply] = admit(register, batch(at(0), at(0), at(-1), at(1)))
    assert waves == [[0], [], [], [0]]
    assert reply.accepted_count == 2
    assert fields_of(reply) == [
        "reports[1].time_of_validity_us",
        "reports[2].time_of_validity_us",
    ]
    assert "duplicate" in reply.refusals[0][1].reason


def test_a_full_picture_is_a_refusal_not_a_loss(
    register: TrackRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_module, "TRACKS_MAX", 1)
    waves, [reply] = admit(register, batch(at(0, "a"), at(0, "b"), at(1, "a")))
    assert waves == [[0], [0]]
    assert fields_of(reply) == ["reports[1].source_track_id"]


def test_a_description_in_any_wave_reaches_its_track(register: TrackRegister) -> None:
    described = AircraftDescription(AircraftClass.HELICOPTER, callsign="HEMS 60")
    admit(register, batch(at(-1, "a")), batch(at(-1, "b"), at(0, "a", description=described)))
    assert register.descriptions[0] == described
    assert register.columns.aircraft_class[0] == AircraftClass.HELICOPTER


def test_coming_back_from_stale_is_told_with_its_wave(register: TrackRegister) -> None:
    admit(register, batch(at(-20)))
    limits_s = np.full(6, 10.0)
    register.advance(NOW_US, limits_s, limits_s * 10)
    one = submissions(batch(at(-1), at(0)))
    changes = [
        wave.state_changes
        for wave in Admission(Correlator(register), one, NOW_US, exercise=False).waves()
    ]
    assert [[change.state for change in wave] for wave in changes] == [[TrackState.CURRENT], []]


def test_joined_keeps_rows_in_order() -> None:
    described = AircraftDescription(callsign="X")
    one = joined([batch(at(0, "a")), batch(), batch(at(1, "b", description=described))])
    assert one.source_track_ids == ("a", "b")
    assert one.time_of_validity_us.tolist() == [NOW_US, NOW_US + SECOND_US]
    assert one.descriptions == {1: described}
    assert one.altitude_datum.dtype == np.int8


@given(st.lists(st.integers(0, 4), max_size=20))
def test_occurrences_count_the_equals_before(values: list[int]) -> None:
    expected = [values[:place].count(value) for place, value in enumerate(values)]
    assert occurrences(np.array(values, dtype=np.int32)).tolist() == expected


@dataclass
class OneAtATime:
    """The obvious reading of the contract: each report on its own, in its publisher's order."""

    latest: dict[tuple[SystemName, str], tuple[int, float]] = field(default_factory=dict)

    def take(self, one: ReportBatch) -> tuple[int, list[str]]:
        accepted, refused = 0, []
        fit, faults = row_faults(one, NOW_US, exercise=False)
        unfit = {row: name for row, name, _ in faults}
        for row, track in enumerate(one.source_track_ids):
            key = (one.publisher, track)
            time_us = int(one.time_of_validity_us[row])
            if not fit[row]:
                refused.append(f"reports[{row}].{unfit[row]}")
            elif time_us <= self.latest.get(key, (0, 0.0))[0]:
                refused.append(f"reports[{row}].time_of_validity_us")
            else:
                self.latest[key] = (time_us, float(one.latitude_deg[row]))
                accepted += 1
        return accepted, refused


reports = st.builds(
    at,
    st.integers(-70, 7),
    st.sampled_from(["a", "b", "c"]),
    latitude_deg=st.sampled_from([51.0, 51.1, 51.2, math.nan, 91.0]),
)
micro_batches = st.lists(
    st.lists(
        st.builds(
            lambda rows, publisher: batch(*rows, publisher=publisher),
            st.lists(reports, max_size=6),
            st.sampled_from([PUBLISHER, OTHER]),
        ),
        min_size=1,
        max_size=4,
    ),
    max_size=3,
)


@given(micro_batches)
def test_admission_is_the_same_as_one_report_at_a_time(runs: list[list[ReportBatch]]) -> None:
    # REQ-BAD-001, REQ-BAD-003
    register, model = TrackRegister(CATEGORIES), OneAtATime()
    for batches in runs:
        waves, replies = admit(register, *batches)
        expected = [model.take(one) for one in batches]
        assert [(reply.accepted_count, fields_of(reply)) for reply in replies] == expected
        assert sum(map(len, waves)) == sum(accepted for accepted, _ in expected)
        assert all(len(set(wave)) == len(wave) for wave in waves)
    known: dict[Any, tuple[int, float]] = {}
    for (publisher, track), latest in model.latest.items():
        slot = register.slot_of(publisher, track)
        assert slot is not None
        columns = register.columns
        known[publisher, track] = (
            int(columns.time_of_validity_us[slot]),
            float(columns.latitude_deg[slot]),
        )
        assert known[publisher, track] == latest
    assert register.live_count == len(known)
