"""One agency's fleet: messages in, position reports out. Pure but for what it remembers.

The same documents in the same order give the same reports, and whatever the bytes are, what comes
back is reports or a refusal with its reason.
"""

from typing import Final

from adapters.adsb.report import Reporter
from adapters.clock import MICROSECONDS
from adapters.dji import airsense
from adapters.dji.devices import Kind, kind_of_fields, kind_of_key
from adapters.dji.dock import LAUNCH_EVENTS, Presence, presence
from adapters.dji.envelope import Channel, Message, Unusable, read
from adapters.dji.fields import AIRCRAFT_FIELDS, DOCK_FIELDS, kept, position
from adapters.dji.intent import read_intent
from adapters.dji.merging import Device, Devices
from adapters.dji.report import (
    MODE_NOT_CONNECTED,
    aircraft_report,
    docked_report,
    withdrawn_when_down,
)
from adapters.dji.settings import SERIAL, DjiSettings
from adapters.model import Decoded, Document, Refusal
from keepclear.v1.tracks_pb2 import TrackReport

MAX_CLOCK_AHEAD_US: Final = 5 * MICROSECONDS  # the contract's limit for a time of validity
MAX_POSITION_AGE_US: Final = 60 * MICROSECONDS
OWN_WORDS_US: Final = 10 * MICROSECONDS
"""An aircraft that reported within this speaks for itself; after it, its dock speaks for it."""
GATEWAY_HOLDS_US: Final = 60 * MICROSECONDS
LASTING: Final = frozenset(
    {"firmware_version", "sub_device.device_sn", "sub_device.device_model_key"}
)
"""Sent on change only: what was said last still holds."""
CARRIED_CHANNELS: Final = frozenset({Channel.OSD, Channel.STATE, Channel.EVENTS, Channel.STATUS})


class Fleet:
    """Decodes the messages of one agency's MQTT server."""

    def __init__(self, settings: DjiSettings) -> None:
        self._settings = settings
        self.devices = Devices()
        self._heard = Reporter(book=settings.book)

    def decode(self, document: Document) -> Decoded:
        """One message (the adapter's decoder)."""
        unread: list[Refusal] = []
        try:
            message = _carried(read(document.topic, document.data))
            sent_us = _sent_us(message, document.received_us, unread)
            reports = self._reports(message, sent_us, unread)
        except Unusable as unusable:
            field, reason = unusable.args
            return Decoded((), (Refusal(field, reason),), tuple(unread), records=1)
        return Decoded(reports, (), tuple(unread), records=1)

    def _reports(
        self, message: Message, sent_us: int, unread: list[Refusal]
    ) -> tuple[TrackReport, ...]:
        if message.channel is Channel.EVENTS and message.method == airsense.METHOD:
            aircraft, unusable = airsense.heard_aircraft(message.data, sent_us)
            unread += unusable
            return tuple(self._heard.report(one) for one in aircraft)
        if message.channel is Channel.EVENTS:
            self._event(message, sent_us)
            return ()
        if not isinstance(message.data, dict):
            raise Unusable("data", "not an object")
        if message.channel is Channel.STATUS:
            self._topology(message, message.data)
            return ()
        device = self._device(message, message.data, sent_us)
        allowed = DOCK_FIELDS if device.kind is Kind.DOCK else AIRCRAFT_FIELDS
        read_now = kept(message.data, allowed)
        unread += (Refusal(f"data.{path}", f"{path}: no value") for path in read_now.unread)
        device.take(read_now, sent_us)
        if device.kind is Kind.DOCK:
            return self._dock(device, sent_us)
        if "latitude" not in read_now.values or "longitude" not in read_now.values:
            return ()  # a partial message: it was merged, and the next position carries it
        return self._aircraft(device, sent_us)

    def _device(self, message: Message, data: dict[str, object], sent_us: int) -> Device:
        """The device that speaks, if it is one whose words are used."""
        own = data.get("sn")
        if isinstance(own, str) and own and own != message.serial:
            raise Unusable("data.sn", "another serial number than the topic's")
        known = self.devices.find(message.serial)
        kind = known.kind if known is not None else Kind.UNKNOWN
        if kind is Kind.UNKNOWN:
            kind = kind_of_fields(data)
        if kind not in (Kind.AIRCRAFT, Kind.DOCK):
            raise Unusable("data", f"not an aircraft or dock: {kind}")
        if kind is Kind.AIRCRAFT and self._settings.only_listed:
            self._refuse_unlisted(message.serial)
        device = self.devices.heard(message.serial)
        device.kind = kind
        if kind is Kind.AIRCRAFT and message.gateway and message.gateway != message.serial:
            held = device.gateway and sent_us - device.last_us <= GATEWAY_HOLDS_US
            if held and device.gateway != message.gateway:
                raise Unusable("gateway", "a second gateway publishes for this device")
            device.gateway = message.gateway
        return device

    def _refuse_unlisted(self, serial: str) -> None:
        listed = serial in self._settings.aircraft
        if not listed and self._settings.book.by_serial(serial) is None:
            raise Unusable("topic", "not a listed aircraft")

    def _aircraft(self, device: Device, sent_us: int) -> tuple[TrackReport, ...]:
        values = device.recent(sent_us, LASTING)
        if values.get("mode_code") == MODE_NOT_CONNECTED:
            raise Unusable("data.mode_code", "not connected: its values are old")
        if position(values) is None:
            raise Unusable("data.latitude", "0,0 is no fix")
        receivers = ("position_state.gps_number", "position_state.rtk_number")
        if all(values.get(path) == 0 for path in receivers):
            raise Unusable("data.position_state", "no satellites: no fix")
        device.intent = withdrawn_when_down(device.intent, values)
        at = self._presence(device.gateway, sent_us)
        made = aircraft_report(device, values, sent_us, at, self._settings)
        return () if made is None else (made,)

    def _dock(self, dock: Device, sent_us: int) -> tuple[TrackReport, ...]:
        """The aircraft that a dock names, while it does not speak for itself."""
        values = dock.recent(sent_us, LASTING)
        serial = values.get("sub_device.device_sn")
        if not isinstance(serial, str) or SERIAL.fullmatch(serial) is None:
            return ()
        aircraft = self.devices.find(serial) or self.devices.heard(serial)
        if not aircraft.gateway or values.get("drone_in_dock") == 1:
            aircraft.gateway = dock.serial
        model_key = values.get("sub_device.device_model_key")
        if isinstance(model_key, str):
            aircraft.model_key = model_key
            aircraft.kind = kind_of_key(model_key)
        if aircraft.kind is not Kind.AIRCRAFT:
            return ()
        if self._settings.only_listed:
            self._refuse_unlisted(serial)
        at = self._presence(dock.serial, sent_us)
        place = position(values)
        speaks = aircraft.fix is not None and sent_us - aircraft.fix[2] <= OWN_WORDS_US
        if speaks or place is None or at not in (Presence.IN_DOCK, Presence.LAUNCHING):
            return ()
        if values.get("home_position_is_valid") == 0:
            raise Unusable("data.home_position_is_valid", "the dock does not know where it is")
        return (docked_report(aircraft, place, sent_us, at, self._settings),)

    def _presence(self, dock_serial: str, now_us: int) -> Presence:
        dock = self.devices.find(dock_serial) if dock_serial else None
        if dock is None or dock.kind is not Kind.DOCK:
            return Presence.UNKNOWN
        event_us = dock.launch_event_us
        age_us = None if event_us is None else now_us - event_us
        return presence(dock.recent(now_us, LASTING), age_us)

    def _event(self, message: Message, sent_us: int) -> None:
        """A stated path, or a word that a launch is near; other events are not carried."""
        data = message.data
        if isinstance(data, dict) and isinstance(data.get("output"), dict):
            data = data["output"]
        intent = read_intent(message.method, data, sent_us)
        launches = message.method in LAUNCH_EVENTS
        if intent is None and not launches:
            raise Unusable("method", "carries nothing that is used")
        gateway = self.devices.find(message.serial)
        if gateway is None:
            raise Unusable("topic", "a gateway that has not been heard yet")
        if launches:
            gateway.launch_event_us = sent_us
        serial = gateway.values.get("sub_device.device_sn")
        aircraft = self.devices.find(serial) if isinstance(serial, str) else gateway
        if aircraft is not None and intent is not None:
            aircraft.intent = intent if intent.points else None

    def _topology(self, message: Message, data: dict[str, object]) -> None:
        """Which devices a gateway carries, with their models."""
        if message.method != "update_topo":
            raise Unusable("method", "carries nothing that is used")
        gateway = self.devices.heard(message.serial)
        gateway.kind = kind_of_key(f"{data.get('domain')}-0-0")
        children = data.get("sub_devices")
        for child in children[:8] if isinstance(children, list) else ():
            serial = child.get("sn") if isinstance(child, dict) else None
            if not isinstance(serial, str) or SERIAL.fullmatch(serial) is None:
                continue
            device = self.devices.heard(serial)
            device.gateway = message.serial
            model_key = f"{child.get('domain')}-{child.get('type')}-{child.get('sub_type')}"
            device.model_key = model_key if len(model_key) <= 20 else ""
            device.kind = kind_of_key(device.model_key)


def _carried(message: Message) -> Message:
    if message.channel not in CARRIED_CHANNELS:
        raise Unusable("topic", "carries nothing that is used")
    return message


def _sent_us(message: Message, received_us: int, unread: list[Refusal]) -> int:
    """When the message was sent: its own word, unless a clock is plainly wrong."""
    if message.sent_us is None:
        unread.append(Refusal("timestamp", "timestamp: no usable time"))
        return received_us
    if message.sent_us > received_us + MAX_CLOCK_AHEAD_US:
        # It was sent before it came, so the clock is wrong and not the position: losing sight of
        # a flying aircraft over that would be worse than taking the time it came.
        unread.append(Refusal("timestamp", "timestamp: the device's clock is ahead"))
        return received_us
    if received_us - message.sent_us > MAX_POSITION_AGE_US:
        raise Unusable("timestamp", "sent too long ago")
    return message.sent_us
