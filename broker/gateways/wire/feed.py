"""The feed's encoder: headers and bodies of FeedMessage, as bytes that can be joined."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

from broker.core.effects import FeedStateChanged
from broker.core.names import Audience
from broker.core.restrictions.model import (
    Restriction,
)
from broker.core.sharing.keep_clear import KeepClearVolume
from broker.core.sharing.views import AlertView
from broker.core.tracks.register import TrackRegister
from broker.gateways.wire.alerts import alert_body, alert_with_ids, blank_alert, encode_alert
from broker.gateways.wire.framing import length_delimited, varint
from broker.gateways.wire.headers import Headers, covers_from
from broker.gateways.wire.signed import SignedRestrictions
from broker.gateways.wire.tracks import TrackEncoder, with_ids, withheld_rows
from broker.gateways.wire.volumes_kept import encode_volume
from broker.service.feed.items import BlankAlert, Bytes, Slots64
from broker.service.signing import Signer
from keepclear.v1 import common_pb2, feed_pb2

_MESSAGE = feed_pb2.FeedMessage
_MESSAGE_COUNT_TAG: Final = varint(feed_pb2.SnapshotEnd.MESSAGE_COUNT_FIELD_NUMBER << 3)


class WireEncoder:
    """Encodes the feed of one space. Implements `broker.service.feed.items.Encoder`."""

    def __init__(self, *, exercise: bool, signer: Signer | None = None) -> None:
        self._space = common_pb2.SPACE_EXERCISE if exercise else common_pb2.SPACE_LIVE
        self._tracks = TrackEncoder()
        self._restrictions = SignedRestrictions(signer)
        self._masked = TrackEncoder(masked=True)

    def headers(self, audience: Audience, epoch: str, *, snapshot: bool) -> Headers:
        """What makes the header fields of an audience's messages."""
        return Headers(epoch, audience, self._space, snapshot=snapshot)

    def covers_from(self, number: int) -> bytes:
        """A header with only covers_from: appended to a message, it replaces that one field."""
        return covers_from(number)

    def superseded(self, position_count: int) -> bytes:
        """A heartbeat with only this: appended to a heartbeat, it adds that one field."""
        body = feed_pb2.Heartbeat(superseded_position_count=position_count)
        return length_delimited(_MESSAGE.HEARTBEAT_FIELD_NUMBER, _bytes(body))

    def track_rows(
        self, tracks: TrackRegister, slots: Slots64, lost: NDArray[np.bool_], owner: str = ""
    ) -> tuple[Bytes, Slots64]:
        """The slots' frame entries with blank ids, and where each ends."""
        return self._tracks.rows(tracks, slots, lost, owner)

    def masked_rows(
        self, tracks: TrackRegister, slots: Slots64, lost: NDArray[np.bool_], owner: str = ""
    ) -> tuple[Bytes, Slots64]:
        """The same as others are shown masked tracks: no identity, no purpose."""
        return self._masked.rows(tracks, slots, lost, owner)

    def withheld_rows(self, ids: Sequence[str]) -> tuple[Bytes, Slots64]:
        """Entries, ids written in, of tracks that are no longer shown under these ids."""
        return withheld_rows(ids)

    def volume(self, volume_id: str, volume: KeepClearVolume) -> bytes:
        """A `volume` body."""
        message = encode_volume(volume_id, volume)
        return length_delimited(_MESSAGE.VOLUME_FIELD_NUMBER, _bytes(message))

    def with_ids(self, entries: Bytes, ends: Slots64, ids: Bytes) -> bytes:
        """Whole entries, with an audience's ids written in."""
        return with_ids(entries, ends, ids)

    def frame(self, entries: bytes) -> bytes:
        """A `tracks` body from whole entries."""
        return length_delimited(_MESSAGE.TRACKS_FIELD_NUMBER, entries)

    def alert(self, view: AlertView) -> bytes:
        """An `alert` body."""
        return alert_body(encode_alert(view))

    def blank_alert(self, view: AlertView) -> BlankAlert:
        """The same without ids, for several audiences."""
        return blank_alert(view)

    def alert_with_ids(self, blank: BlankAlert, ids: Sequence[str]) -> bytes:
        """An `alert` body with one audience's ids, in the order of the view's sides."""
        return alert_with_ids(blank, ids)

    def restriction(self, restriction: Restriction) -> bytes:
        """A `restriction` body."""
        message = self._restrictions.message(restriction)
        return length_delimited(_MESSAGE.RESTRICTION_FIELD_NUMBER, _bytes(message))

    def coverage(self, change: FeedStateChanged) -> bytes:
        """A `coverage` body."""
        message = feed_pb2.Coverage(
            publisher=str(change.publisher),
            silent=change.silent,
            last_report_us=change.last_report_us,
        )
        return length_delimited(_MESSAGE.COVERAGE_FIELD_NUMBER, _bytes(message))

    def notice(self, code: str, text: str, subject: str = "") -> bytes:
        """A `notice` body."""
        message = feed_pb2.Notice(code=code, text=text, subject=subject)
        return length_delimited(_MESSAGE.NOTICE_FIELD_NUMBER, _bytes(message))

    def heartbeat(
        self, picture_age_s: float | None, track_count: int, silent_publisher_count: int
    ) -> bytes:
        """A `heartbeat` body."""
        message = feed_pb2.Heartbeat(
            track_count=track_count, silent_publisher_count=silent_publisher_count
        )
        if picture_age_s is not None:
            message.picture_age_s = round(picture_age_s, 3)
        return length_delimited(_MESSAGE.HEARTBEAT_FIELD_NUMBER, _bytes(message))

    def snapshot_begin(self, reason: str) -> bytes:
        """A `snapshot_begin` body."""
        message = feed_pb2.SnapshotBegin(reason=reason)
        return length_delimited(_MESSAGE.SNAPSHOT_BEGIN_FIELD_NUMBER, _bytes(message))

    def snapshot_end(self, message_count: int) -> bytes:
        """A `snapshot_end` body; appended to one, it replaces the count: 0 is written too."""
        count = _MESSAGE_COUNT_TAG + varint(message_count)
        return length_delimited(_MESSAGE.SNAPSHOT_END_FIELD_NUMBER, count)


def _bytes(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)
