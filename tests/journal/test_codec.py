"""Commands survive the log exactly, and the format of each kind is nailed down by its bytes."""

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.commands import Command, LoadPolicy, SubmitReports, Tick
from broker.core.errors import Refused
from broker.core.restrictions.shapes import (
    Circle,
    VerticalLimit,
    Volume,
)
from broker.core.tracks import reports
from broker.journal import report_codec
from broker.journal.codec import decode, encode, is_control
from broker.journal.errors import RecordUnreadable
from broker.journal.records import DataClass, RecordKind
from broker.journal.upcasters import CURRENT_VERSION
from tests.journal import samples

GOLDEN_TEXT = {
    RecordKind.OPEN_AUDIENCE: b'{"agency":"met","agency_name":"Metropolitan Police","role":"desk"}',
    RecordKind.LOAD_POLICY: b'{"toml_text":"version = \'pairs-1\'\\n"}',
    RecordKind.LOAD_SUPPLY_CHAIN: b'{"toml_text":"version = \'sites-1\'\\n"}',
    RecordKind.LOAD_GROUND: (
        b'{"area":[51.0,-1.0,52.0,0.5],"highest_amsl_m":295.0,"terrain_digest":"0123ab"}'
    ),
    RecordKind.WITHDRAW_RESTRICTION: (
        b'{"name_agency":"met","name_restriction":"bridge","request_id":"request-2",'
        b'"sender_agency":"met","sender_system":"drone-desk","version":1}'
    ),
    RecordKind.ACKNOWLEDGE_ALERT: (
        b'{"acknowledged_by":"PC 42","alert_id":"alert-3","request_id":"request-3",'
        b'"sender_agency":"met","sender_system":"drone-desk"}'
    ),
    RecordKind.REGISTER_AIRCRAFT: (
        '{"records":[{"agency":"met","aircraft":"met-07","aircraft_class":1,"country":"CN",'
        '"data_path":"own-server","expires_us":1700000000000001,"firmware":"10.01",'
        '"ground_application":"Pilot 2","icao_address":"43abcd","maker":"Écho","model":"M4TD",'
        '"purpose":"police","registration":"G-DRON","serials":["1581F0000000A1"]}],'
        '"request_id":"request-4","sender_agency":"met","sender_system":"drone-desk"}'
    ).encode(),
    RecordKind.REMOVE_AIRCRAFT: (
        b'{"name_agency":"met","name_aircraft":"met-07","request_id":"request-5",'
        b'"sender_agency":"met","sender_system":"drone-desk"}'
    ),
    RecordKind.SET_SHARING: (
        b'{"authorised_by":"Superintendent, duty","level":3,"request_id":"request-6",'
        b'"sender_agency":"met","sender_system":"drone-desk","subject_agency":"met",'
        b'"subject_kind":"flight","subject_name":"F-1","until_us":1700000000000001}'
    ),
    RecordKind.SET_SHARING_DEFAULT: b'{"agency":"met","level":2}',
    RecordKind.PUBLISHER_GONE: b'{"agency":"met","system":"drone-desk"}',
    RecordKind.TICK: b'{"audit":true,"part":"judging"}',
    RecordKind.CREATE_RESTRICTION: (
        '{"draft":{"agency":"met","applies_to":"drones","authorities":[],"conditions":"",'
        '"contact":"020 7946 0000","designation":"","entry_rule":"keep_clear",'
        '"exempt_agencies":["lfb"],"exemptions":[],"kind":"keep_clear_request","priority":0,'
        '"published":[],"reading":{"how":[],"quality":"exact"},'
        '"reason":"Incident on the bridge – keep clear","restriction":"bridge",'
        '"talkgroup":"","title":"Cordon","volumes":[{"ceiling":{"datum":"agl",'
        '"value_m":120.0},"circle":{"latitude_deg":51.5,"longitude_deg":-0.1,'
        '"radius_m":500.0},"floor":{"datum":"surface","value_m":0.0},"label":""},'
        '{"ceiling":{"datum":"amsl","value_m":304.8},"floor":{"datum":"surface",'
        '"value_m":0.0},"label":"","polygon":[{"arcs":[],"vertices":[[51.5,-0.1],[51.6,-0.1],'
        '[51.6,0.1]]}]}],"windows":[{"end_us":1700003600000000,"recurrences":[],'
        '"start_us":1700000000000000}]},"request_id":"request-1","sender_agency":"met",'
        '"sender_system":"drone-desk"}'
    ).encode(),
    RecordKind.IMPORT_RESTRICTIONS: (
        '{"drafts":[{"agency":"ais","applies_to":"drones",'
        '"authorities":[{"contact_name":"duty","email":"a@b.uk","name":"NSF","notice_s":3600,'
        '"purpose":"authorization","service":"ops","site_url":"https://b.uk",'
        '"talkgroup":"TG 2","telephone":"020"}],"conditions":"prior permission",'
        '"contact":"020 7946 0000","designation":"RA(T)","entry_rule":"ask",'
        '"exempt_agencies":["lfb"],"exemptions":[{"agencies":["met"],"agreement":"london-1",'
        '"beneficiary":"the services","conditions":"by agreement"}],"kind":"statutory",'
        '"priority":5,"published":[["region","7"]],"reading":{"how":["arc closed"],'
        '"quality":"approximated"},"reason":"Incident on the bridge – keep clear",'
        '"replaces":["ais","area-0"],"restriction":"area-1","source":{"format":"pib-xml",'
        '"issued_us":1700000000000000,"item_id":"A1/26","source_id":"pib","text":"the words",'
        '"url":"https://c.uk"},"talkgroup":"TG 1","title":"Cordon",'
        '"volumes":[{"ceiling":{"datum":"flight_level","published":{"text":"FL075",'
        '"unit":"flight_level","value":75.0},"value_m":2286.0},"floor":{"datum":"surface",'
        '"value_m":0.0},"label":"core","polygon":[{"arcs":[{"direction":"counterclockwise",'
        '"from_vertex":1,"latitude_deg":51.6,"longitude_deg":0.0}],"vertices":[[51.5,-0.1],'
        '[51.6,-0.1],[51.6,0.1]]},{"arcs":[{"direction":"clockwise","from_vertex":0,'
        '"latitude_deg":51.525,"longitude_deg":-0.08}],"vertices":[[51.52,-0.08],[51.53,'
        '-0.08]]}]}],"windows":[{"recurrences":[{"days":["saturday"],'
        '"end":{"event":"midnight","offset_s":7200},"start":{"event":"sunset",'
        '"offset_s":-1800},"time_zone":"Europe/London"}],"start_us":1700000000000000}]}],'
        '"listed_item_ids":["A1/26"],"request_id":"request-4","sender_agency":"ais",'
        '"sender_system":"importer","source_id":"pib","withdraw_unlisted":true}'
    ).encode(),
}
GOLDEN_NAME = b'"name_agency":"met","name_restriction":"bridge",'
GOLDEN_SENDER = b'"sender_agency":"met","sender_system":"drone-desk"'
GOLDEN_TEXT |= {
    RecordKind.SAVE_DRAFT: GOLDEN_TEXT[RecordKind.CREATE_RESTRICTION].replace(
        b'"request_id":"request-1"', b'"note":"seen from the bridge","request_id":"request-6"'
    ),
    RecordKind.DISCARD_DRAFT: (
        b"{" + GOLDEN_NAME + b'"request_id":"request-7",' + GOLDEN_SENDER + b"}"
    ),
    RecordKind.PUBLISH_DRAFT: (
        b'{"emergency":true,'
        + GOLDEN_NAME
        + b'"request_id":"request-8","revision":2,'
        + GOLDEN_SENDER
        + b"}"
    ),
    RecordKind.APPROVE_RESTRICTION: (
        b"{"
        + GOLDEN_NAME
        + b'"request_id":"request-9","revision":2,'
        + GOLDEN_SENDER
        + b',"version":0}'
    ),
    RecordKind.EXTEND_RESTRICTION: (
        b'{"end_us":1700000000000000,'
        + GOLDEN_NAME
        + b'"request_id":"request-10",'
        + GOLDEN_SENDER
        + b',"version":3}'
    ),
    RecordKind.ACKNOWLEDGE_RESTRICTION: (
        b'{"acknowledged_by":"PC 42",'
        + GOLDEN_NAME
        + b'"request_id":"request-11",'
        + GOLDEN_SENDER
        + b',"version":3}'
    ),
    RecordKind.NOTE_DELIVERY: (
        b'{"request_id":"",'
        + GOLDEN_SENDER
        + b',"stage":"received","versions":[["met","bridge",3]]}'
    ),
    RecordKind.LOAD_PUBLISHING_RULES: (
        b'{"approval_agencies":["met"],"emergency_duration_s_max":600,'
        b'"emergency_radius_m_max":500.0,"escalation_agency":"lfb","unacknowledged_after_s":60}'
    ),
}
GOLDEN_AGREED = (
    b'"name_agency":"met","name_agreement":"central",',
    b'"sender_agency":"met","sender_system":"drone-desk","signed_by":"PC 42"',
)
GOLDEN_TEXT |= {
    RecordKind.PROPOSE_AGREEMENT: (
        '{"request_id":"request-12","sender_agency":"met","sender_system":"drone-desk",'
        '"signed_by":"PC 42","terms":{"areas":[{"ceiling":{"datum":"unlimited","value_m":0.0},'
        '"circle":{"latitude_deg":51.5,"longitude_deg":-0.1,"radius_m":500.0},'
        '"floor":{"datum":"surface","value_m":0.0},"label":"core"},'
        '{"ceiling":{"datum":"amsl","value_m":304.8},"floor":{"datum":"agl","value_m":30.0},"label":"",'
        '"polygon":[{"arcs":[],"vertices":[[51.5,-0.1],[51.6,-0.1],[51.6,0.1]]}]}],'
        '"from_us":1700000000000000,"name_agency":"met","name_agreement":"central",'
        '"outage_script":"Land.","parties":[{"agency":"met","desk":"Air desk",'
        '"talkgroup":"OPS 1","telephone":"020 7946 0001"},{"agency":"lfb","desk":"Control",'
        '"talkgroup":"OPS 2","telephone":""}],"policy_version":"pairs-1",'
        '"shares":[{"level":1,"owner":"met","reader":"lfb"}],"title":"Écho",'
        '"until_us":1700000000000001}}'
    ).encode(),
    RecordKind.ACCEPT_AGREEMENT: (
        b"{"
        + GOLDEN_AGREED[0]
        + b'"request_id":"request-13",'
        + GOLDEN_AGREED[1]
        + b',"version":2}'
    ),
    RecordKind.END_AGREEMENT: (
        b"{"
        + GOLDEN_AGREED[0]
        + b'"reason":"staff","request_id":"request-14",'
        + GOLDEN_AGREED[1]
        + b',"version":0}'
    ),
    RecordKind.LOAD_AGREEMENT_RULES: b'{"public_agencies":["adsb"],"required":true}',
}
GOLDEN_REPORTS_DIGEST = "0ee3f0636adf53d2ea7808aa0d3c064d91197cb40b3dd61538a4d0aef72f1963"


@given(samples.commands)
def test_every_command_comes_back_exactly(command: Command) -> None:
    # REQ-DUR-001
    kind, _, payload = encode(command)
    back = decode(int(kind), CURRENT_VERSION[kind], payload)
    assert samples.same(back, command)
    assert encode(back)[2] == payload


def test_the_bytes_of_each_kind_are_those_of_this_version() -> None:
    """If this fails, logs already written would be misread: raise the version, add an upcaster."""
    seen = {}
    for command in samples.one_of_each():
        kind, _, payload = encode(command)
        seen[kind] = payload
    reports_payload = seen.pop(RecordKind.SUBMIT_REPORTS)
    assert seen == GOLDEN_TEXT
    assert hashlib.sha256(reports_payload).hexdigest() == GOLDEN_REPORTS_DIGEST
    assert set(RecordKind) == {*seen, RecordKind.SUBMIT_REPORTS}


def test_kinds_and_data_classes_keep_their_numbers() -> None:
    numbers = [*range(1, 11), 20, 21, 22, *range(30, 38), 40, 41, *range(50, 54)]
    assert [int(kind) for kind in RecordKind] == numbers
    assert [int(data_class) for data_class in DataClass] == [1, 2, 3, 4, 5]
    classes = [encode(command)[1].name for command in samples.one_of_each()]
    assert classes == [
        "CONTROL",
        "POLICY",
        "POSITION",
        "CONTROL",
        "CONTROL",
        "CONTROL",
        "CONTROL",
        "CONTROL",
        "CONTROL",
        "CONTROL",
        "PRESENCE",
        "CONTROL",
        "CLOCK",
        "POLICY",
        "POLICY",
        *["CONTROL"] * 12,
    ]


def test_only_positions_clock_and_presence_may_wait_for_the_disk() -> None:
    waiting = [command for command in samples.one_of_each() if not is_control(command)]
    assert [type(command).__name__ for command in waiting] == [
        "SubmitReports",
        "PublisherGone",
        "Tick",
    ]


def test_no_column_of_the_core_is_forgotten() -> None:
    assert set(report_codec.FLOAT_COLUMNS) == set(reports.FLOAT_COLUMNS)
    assert set(report_codec.CODE_COLUMNS) == set(reports.CODE_COLUMNS)
    assert reports.INT_COLUMNS == ("time_of_validity_us",)


def test_decoded_columns_can_be_written_to() -> None:
    kind, _, payload = encode(SubmitReports(samples.report_batch(4), 1))
    back = decode(kind, 1, payload)
    assert isinstance(back, SubmitReports)
    for name in samples.ALL_COLUMNS:
        column = getattr(back.batch, name)
        assert column.flags.writeable
        assert column.flags.c_contiguous


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    command = samples.one_of_each()[3]
    bad = samples.draft().volumes[0]
    bad = Volume(Circle(value, 0.0, 1.0), VerticalLimit(0.0, bad.floor.datum), bad.ceiling)
    draft = samples.draft()
    object.__setattr__(draft, "volumes", (bad,))
    object.__setattr__(command, "draft", draft)
    with pytest.raises(Refused, match="not finite"):
        encode(command)


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(Refused, match="Unicode"):
        encode(LoadPolicy("\ud800"))


@given(st.sampled_from(RecordKind), st.binary(max_size=200))
def test_any_bytes_either_decode_or_are_unreadable(kind: RecordKind, payload: bytes) -> None:
    with suppress(RecordUnreadable):
        decode(int(kind), CURRENT_VERSION[kind], payload)


@given(st.sampled_from(samples.one_of_each()), st.data())
def test_cut_and_altered_payloads_never_escape_as_other_errors(
    command: Command, data: st.DataObject
) -> None:
    kind, _, payload = encode(command)
    altered = bytearray(payload)
    altered[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    cut = altered[: data.draw(st.integers(0, len(payload)))]
    for damaged in (bytes(altered), bytes(cut)):
        with suppress(RecordUnreadable):
            decode(int(kind), CURRENT_VERSION[kind], damaged)


def test_an_unknown_kind_is_unreadable() -> None:
    with pytest.raises(RecordUnreadable, match="newer release"):
        decode(99, 1, b"{}")


def test_wrong_types_are_named() -> None:
    with pytest.raises(RecordUnreadable, match="audit"):
        decode(RecordKind.TICK, 1, b'{"audit":1}')
    with pytest.raises(RecordUnreadable, match="missing"):
        decode(RecordKind.TICK, 1, b"{}")
    with pytest.raises(RecordUnreadable, match="object"):
        decode(RecordKind.TICK, 1, b"[]")
    assert decode(RecordKind.TICK, 1, b'{"audit":false}') == Tick(audit=False)
