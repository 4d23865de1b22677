"""Alerts as one audience is shown them, and encoded once for all who read the same of one."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from broker.core.alerts import Acknowledgement
from broker.core.sharing.parties import ID_DIGITS
from broker.core.sharing.settings import AlertDetail
from broker.core.sharing.views import AlertView, PartyView
from broker.gateways.wire.enums import ALERT_KIND_TO_WIRE, LEVEL_TO_WIRE
from broker.gateways.wire.framing import length_delimited
from broker.service.feed.items import BlankAlert
from keepclear.v1 import alerts_pb2 as pb
from keepclear.v1 import feed_pb2

_BLANKS: Final = ("0" * ID_DIGITS, "1" * ID_DIGITS)


def alert_body(message: pb.Alert) -> bytes:
    """An `alert` body of a FeedMessage."""
    encoded = message.SerializeToString(deterministic=True)
    return length_delimited(feed_pb2.FeedMessage.ALERT_FIELD_NUMBER, encoded)


def blank_alert(view: AlertView) -> BlankAlert:
    """A body to be shown to several audiences, each with ids of its own.

    Encoded with two different ids of the usual length it differs just where ids stand.
    """
    message = encode_alert(view)
    sides = [*message.parties, *(party for one in message.members for party in one.parties)]
    bodies = []
    for digits in _BLANKS:
        for side in sides:
            side.track_id = digits
        bodies.append(alert_body(message))
    zeros, ones = (np.frombuffer(body, dtype=np.uint8) for body in bodies)
    places = np.flatnonzero(zeros != ones)[::ID_DIGITS].tolist()
    starts = [0, *(place + ID_DIGITS for place in places)]
    ends = [*places, len(bodies[0])]
    return BlankAlert(tuple(bodies[0][a:b] for a, b in zip(starts, ends, strict=True)))


def alert_with_ids(blank: BlankAlert, ids: Sequence[str]) -> bytes:
    """The body with one audience's ids, in the order of the view's sides."""
    before, *after = blank.between
    parts = [before]
    for one, rest in zip(ids, after, strict=True):
        parts += (one.encode(), rest)
    return b"".join(parts)


def encode_alert(view: AlertView) -> pb.Alert:
    """The contract's message for an alert view."""
    alert = view.alert
    geometry = alert.geometry
    message = pb.Alert(
        alert_id=alert.alert_id,
        revision=alert.revision,
        kind=ALERT_KIND_TO_WIRE[alert.kind],
        level=LEVEL_TO_WIRE[alert.level],
        highest_level=LEVEL_TO_WIRE[alert.highest_level],
        parties=[_party(party) for party in view.parties],
        restriction=alert.restriction_name,
        raised_us=alert.raised_us,
        changed_us=alert.changed_us,
        headline=view.headline,
        advice=view.advice,
        picture_age_s=round(geometry.picture_age_s, 2),
        rule=alert.rule_id,
        policy_version=alert.policy_version,
        capped_because=alert.capped_because,
        acknowledgements=[_acknowledgement(one) for one in alert.acknowledgements],
        incident_id=alert.incident_id,
        members=[_member(one) for one in view.members],
        member_count=alert.member_count,
        detail=int(view.detail),  # type: ignore[arg-type]
    )
    _set_known(message, view)
    return message


def _set_known(message: pb.Alert, view: AlertView) -> None:
    """The numbers that are known and that this view tells."""
    geometry = view.alert.geometry
    if view.detail is AlertDetail.EXISTENCE:
        return
    message.range_m = round(geometry.range_m, 1)
    message.bearing_deg = round(geometry.bearing_deg, 1)
    if view.detail is AlertDetail.SECTOR:
        return
    message.time_to_closest_s = round(geometry.time_to_closest_s, 1)
    message.closest_range_m = round(geometry.closest_range_m, 1)
    if geometry.relative_height_m is not None:
        message.relative_height_m = round(geometry.relative_height_m, 1)
    if geometry.relative_height_doubt_m is not None:
        message.relative_height_doubt_m = round(geometry.relative_height_doubt_m, 1)
    if geometry.time_to_loss_s is not None:
        message.time_to_loss_s = round(geometry.time_to_loss_s, 1)
    if geometry.time_to_exit_s is not None:
        message.time_to_exit_s = round(geometry.time_to_exit_s, 1)


def _member(view: AlertView) -> pb.AlertMember:
    alert, geometry = view.alert, view.alert.geometry
    message = pb.AlertMember(
        alert_id=alert.alert_id,
        kind=ALERT_KIND_TO_WIRE[alert.kind],
        level=LEVEL_TO_WIRE[alert.level],
        parties=[_party(party) for party in view.parties],
        restriction=alert.restriction_name,
        raised_us=alert.raised_us,
        headline=view.headline,
        advice=view.advice,
    )
    if view.detail is not AlertDetail.EXISTENCE:
        message.range_m = round(geometry.range_m, 1)
    if geometry.time_to_loss_s is not None:
        message.time_to_loss_s = round(geometry.time_to_loss_s, 1)
    return message


def _party(party: PartyView) -> pb.AlertParty:
    return pb.AlertParty(
        track_id=party.track_id,
        label=party.label,
        agency=party.agency,
        aircraft_class=int(party.aircraft_class),  # type: ignore[arg-type]
        duty_contact=party.duty_contact,
        talkgroup=party.talkgroup,
    )


def _acknowledgement(one: Acknowledgement) -> pb.Acknowledgement:
    return pb.Acknowledgement(
        system=str(one.system),
        acknowledged_by=one.acknowledged_by,
        acknowledged_us=one.acknowledged_us,
        revision=one.revision,
    )
