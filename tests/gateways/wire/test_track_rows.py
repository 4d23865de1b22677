"""The packed rows read as the messages they stand for."""

import numpy as np
import pytest

from broker.core.geodesy.ground import LONDON
from broker.core.names import SystemName
from broker.core.tracks.marks import Flag
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.reports import ReportBatch
from broker.gateways.wire.framing import length_delimited
from broker.gateways.wire.reports import decode_batch
from broker.gateways.wire.tracks import TrackEncoder, with_ids
from keepclear.v1 import common_pb2, feed_pb2, tracks_pb2

PUBLISHER = SystemName("met", "drones")
NOW_US = 1_700_000_000_000_000
OPTIONAL = {
    "altitude": {"altitude_m": 120.5, "altitude_datum": common_pb2.ALTITUDE_DATUM_HAE},
    "height": {"height_m": 0.0, "height_reference": common_pb2.HEIGHT_REFERENCE_TAKEOFF},
    "velocity": {"velocity_east_mps": -3.5, "velocity_north_mps": 0.0},
    "climb": {"vertical_speed_mps": 1.25},
    "accuracy": {"horizontal_accuracy_m": 4.0},
}


def decoded(reports: list[tracks_pb2.TrackReport]) -> ReportBatch:
    request = tracks_pb2.PublishTracksRequest(reports=reports)
    return decode_batch(request, PUBLISHER, LONDON).batch


def shown(reports: list[tracks_pb2.TrackReport], *, lost: bool = False) -> list[feed_pb2.TrackView]:
    register = TrackRegister(np.zeros((8, 8), dtype=np.int16))
    batch = decoded(reports)
    rows = np.arange(len(reports))
    slots, _ = register.assign(batch, rows)
    register.write(batch, rows, slots, NOW_US)
    return views(TrackEncoder(), register, slots, lost=lost)


def views(
    encoder: TrackEncoder, register: TrackRegister, slots: Slots, *, lost: bool = False
) -> list[feed_pb2.TrackView]:
    """The slots as one frame, each with its slot as its id."""
    flags = np.full(len(slots), lost)
    entries, ends = encoder.rows(register, slots.astype(np.int64), flags)
    ids = np.array([list(f"{slot:012x}".encode()) for slot in slots.tolist()], dtype=np.uint8)
    frame = with_ids(entries, ends, ids)
    starts = [0, *ends.tolist()[:-1]]
    for start, end, slot in zip(starts, ends.tolist(), slots.tolist(), strict=True):
        [alone] = feed_pb2.TrackFrame.FromString(frame[start:end]).tracks
        assert alone.track_id == f"{slot:012x}"
    return list(feed_pb2.TrackFrame.FromString(frame).tracks)


def report(place: int, *given: str, at_us: int = NOW_US) -> tracks_pb2.TrackReport:
    made = tracks_pb2.TrackReport(
        source_track_id=f"d{place}",
        time_of_validity_us=at_us,
        latitude_deg=51.5 + place / 1_000,
        longitude_deg=-0.1,
    )
    for name in given:
        for field, value in OPTIONAL[name].items():
            setattr(made, field, value)
    return made


def test_absent_stays_absent_and_zero_stays_zero_whatever_the_neighbours_give() -> None:
    kinds: list[tuple[str, ...]] = [
        (),
        ("altitude",),
        ("height",),
        ("velocity", "climb"),
        tuple(OPTIONAL),
    ]
    views = shown([report(place, *given) for place, given in enumerate(kinds)])
    for place, (view, given) in enumerate(zip(views, kinds, strict=True)):
        assert view.track_id == f"{place:012x}"
        assert view.label == f"d{place}"
        assert view.time_of_validity_us == NOW_US
        assert view.latitude_deg == 51.5 + place / 1_000
        assert view.publisher == "agencies/met/systems/drones"
        assert view.state == feed_pb2.TRACK_STATE_CURRENT
        for name, fields in OPTIONAL.items():
            for field, value in fields.items():
                if not field.endswith(("datum", "reference")):
                    assert view.HasField(field) == (name in given), (place, field)
                assert getattr(view, field) == (value if name in given else 0), (place, field)


@pytest.mark.parametrize("at_us", [1, 127, 128, 2**40, NOW_US, 2**55])
def test_any_time_reads_back(at_us: int) -> None:
    assert shown([report(0, at_us=at_us)])[0].time_of_validity_us == at_us


def test_a_lost_track_says_so() -> None:
    assert shown([report(0)], lost=True)[0].state == feed_pb2.TRACK_STATE_LOST


def test_a_long_description_has_a_whole_length() -> None:
    made = report(0, "altitude")
    for name in ("registration", "callsign", "incident_id", "duty_contact", "talkgroup"):
        setattr(made.description, name, "x" * 80)
    (view,) = shown([made])
    assert (view.label, view.duty_contact) == ("x" * 80, "x" * 80)
    assert length_delimited(1, view.SerializeToString())


def test_a_new_description_is_shown_at_once() -> None:
    register = TrackRegister(np.zeros((8, 8), dtype=np.int16))
    encoder = TrackEncoder()
    labels = []
    for step, callsign in enumerate(("one", "two")):
        made = report(0, at_us=NOW_US + step)
        made.description.callsign = callsign
        batch = decoded([made])
        slots, _ = register.assign(batch, np.arange(1))
        register.write(batch, np.arange(1), slots, NOW_US)
        labels.append(views(encoder, register, slots)[0].label)
    assert labels == ["one", "two"]


def test_the_store_of_words_is_packed_again_when_it_is_full() -> None:
    register = TrackRegister(np.zeros((8, 8), dtype=np.int16))
    encoder = TrackEncoder()
    for step in range(40):
        made = [report(place, at_us=NOW_US + step) for place in range(60)]
        for place, one in enumerate(made):
            if place % 3 or step == 0:  # every third keeps its words from the start
                one.description.callsign = f"{place} in {step} " + "x" * 50
        batch = decoded(made)
        slots, _ = register.assign(batch, np.arange(60))
        register.write(batch, np.arange(60), slots, NOW_US)
        labels = [view.label.split(" x")[0] for view in views(encoder, register, slots)]
        assert labels == [f"{place} in {step if place % 3 else 0}" for place in range(60)]


def test_a_restored_register_is_not_taken_for_the_one_before() -> None:
    encoder = TrackEncoder()
    for callsign in ("one", "two"):
        register = TrackRegister(np.zeros((8, 8), dtype=np.int16))
        made = report(0)
        made.description.callsign = callsign
        batch = decoded([made])
        slots, _ = register.assign(batch, np.arange(1))
        register.write(batch, np.arange(1), slots, NOW_US)
        assert views(encoder, register, slots)[0].label == callsign


def test_marks_for_the_owner_alone_are_in_its_entries_only() -> None:
    # REQ-SUP-010
    register = TrackRegister(np.zeros((8, 8), dtype=np.int16))
    batch = decoded([report(0, *OPTIONAL), report(1)])
    slots, _ = register.assign(batch, np.arange(2))
    register.write(batch, np.arange(2), slots, NOW_US)
    own = Flag("own", "for the owner", False)
    register.marks.set_flags(0, (Flag("all", "for all", True), own))
    encoder = TrackEncoder()
    none_lost = np.zeros(2, dtype=np.bool_)
    for owner, wanted in (("", ["all"]), ("met", ["all", "own"]), ("lfb", ["all"])):
        entries, _ = encoder.rows(register, slots.astype(np.int64), none_lost, owner)
        first, second = feed_pb2.TrackFrame.FromString(entries.tobytes()).tracks
        assert [one.rule for one in first.flags] == wanted
        assert (first.latitude_deg, first.height_m) == (51.5, 0.0)
        assert list(second.flags) == []
