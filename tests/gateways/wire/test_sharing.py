"""Sharing settings: read whole or refused by name."""

from typing import Any

import pytest

from broker.core.commands import SetSharing
from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.sharing.settings import (
    AUTHORISED_BY_LENGTH_MAX,
    SUBJECT_LENGTH_MAX,
    SharingEntries,
    SharingLevel,
    SharingSetting,
    SharingSubject,
    SubjectKind,
)
from broker.gateways.wire.sharing import set_sharing, sharing_answer
from keepclear.v1 import sharing_pb2 as pb

MET = SystemName("met", "control")
SOUND: dict[str, Any] = {
    "agency": "lfb", "kind": pb.SHARING_SUBJECT_KIND_FLIGHT, "subject": " F-7 ",
    "level": pb.SHARING_LEVEL_COVERT, "until_us": 5, "authorised_by": " Inspector ",
}  # fmt: skip


def read(request_id: str = "r", **changes: Any) -> SetSharing:
    setting = pb.SharingSetting(**{**SOUND, **changes})
    return set_sharing(pb.SetSharingRequest(request_id=request_id, setting=setting), MET)


def test_a_setting_is_read() -> None:
    subject = SharingSubject("lfb", SubjectKind.FLIGHT, "F-7")
    assert read() == SetSharing(MET, "r", subject, SharingLevel.COVERT, 5, "Inspector")
    own = read(agency="", kind=pb.SHARING_SUBJECT_KIND_AIRCRAFT).subject
    assert own == SharingSubject("met", SubjectKind.AIRCRAFT, "F-7")


@pytest.mark.parametrize("length", [1, SUBJECT_LENGTH_MAX])
def test_the_shortest_and_longest_words_are_taken(length: int) -> None:
    longest = read(subject="x" * length, authorised_by="x" * AUTHORISED_BY_LENGTH_MAX, until_us=1)
    assert len(longest.subject.name) == length
    assert longest.until_us == 1


def test_without_a_level_a_setting_is_taken_away_and_needs_no_end() -> None:
    gone = read(level=pb.SHARING_LEVEL_UNSPECIFIED, until_us=0, authorised_by="")
    assert (gone.level, gone.until_us, gone.authorised_by) == (None, 0, "")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("setting.kind", {"kind": 0}),
        ("setting.kind", {"kind": 9}),
        ("setting.agency", {"agency": "Met Police"}),
        ("setting.subject", {"subject": "  "}),
        ("setting.subject", {"subject": "x" * (SUBJECT_LENGTH_MAX + 1)}),
        ("setting.subject", {"subject": "a\nb"}),
        ("setting.level", {"level": -1}),
        ("setting.level", {"level": max(SharingLevel) + 1}),
        ("setting.until_us", {"until_us": 0}),
        ("setting.until_us", {"until_us": -1}),
        ("setting.authorised_by", {"authorised_by": ""}),
        ("setting.authorised_by", {"authorised_by": "x" * (AUTHORISED_BY_LENGTH_MAX + 1)}),
        ("request_id", {"request_id": "x" * 65}),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(field: str, changes: dict[str, Any]) -> None:
    # REQ-INPUT-003: no level is guessed, and none without an end.
    with pytest.raises(Refused) as refused:
        read(**changes)
    assert [one.field for one in refused.value.refusals] == [field]


@pytest.mark.parametrize("level", SharingLevel)
def test_a_setting_is_told_as_it_was_given(level: SharingLevel) -> None:
    subject = SharingSubject("lfb", SubjectKind.FLIGHT, "F-7")
    setting = SharingSetting(subject, level, 5, "Inspector", MET, 3)
    told = sharing_answer("r", SharingEntries((setting,), 4)).sharing_set.setting
    expected = {**SOUND, "subject": "F-7", "authorised_by": "Inspector", "level": int(level)}
    whole = pb.SharingSetting(set_by=str(MET), changed_us=3, tracks_named=4, **expected)
    assert told == whole
