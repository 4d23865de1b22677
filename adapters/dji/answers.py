"""Cloud-server mode: what a dock waits for, and our replies to it. Pure.

A dock that is bound to us asks for its configuration, whether it is bound, and, before every
take-off, for the custom flight areas; it wants its events and its topology confirmed. Those replies
are everything that ever flows towards it. A request that we have nothing for is answered with an
error at once, because a dock that gets no answer waits, and a waiting dock delays a launch.

Sources: DJI Cloud API dock 2, pages device, organization, config, custom flight area.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.dji.envelope import Channel, Message
from adapters.dji.flight_areas import AreaFile
from adapters.dji.settings import SERIAL

DEVICES_MAX: Final = 4
NOT_SERVED: Final = 314_000
"""Any code but 0 is an error; this one says that the method is not served here."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message towards a gateway."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class CloudServer:
    """What this server is to its docks. The licence of the app stands in a file of its own."""

    app_id: str
    app_key: str
    app_license: str
    ntp_host: str
    organization_id: str
    organization_name: str
    callsigns: Mapping[str, str]
    """By serial number."""


def answer(
    message: Message, server: CloudServer, areas: AreaFile | None, areas_url: str
) -> Reply | None:
    """The reply that the protocol asks for, or None where it asks for none."""
    match message.channel:
        case Channel.STATUS if message.method == "update_topo":
            topic = f"sys/product/{message.serial}/status_reply"
            return _reply(topic, message, {"result": 0})
        case Channel.EVENTS if message.needs_reply:
            topic = f"thing/product/{message.serial}/events_reply"
            return _reply(topic, message, {"result": 0})
        case Channel.REQUESTS if message.method:
            topic = f"thing/product/{message.serial}/requests_reply"
            return _reply(topic, message, _requested(message, server, areas, areas_url))
        case _:
            return None


def areas_changed(gateway: str, tid: str, now_ms: int) -> Reply:
    """Tells a dock that there is another flight area file to fetch."""
    body = {
        "tid": tid,
        "bid": tid,
        "timestamp": now_ms,
        "gateway": gateway,
        "method": "flight_areas_update",
        "data": None,
    }
    return Reply(f"thing/product/{gateway}/services", json.dumps(body).encode())


def _requested(
    message: Message, server: CloudServer, areas: AreaFile | None, areas_url: str
) -> dict[str, object]:
    match message.method:
        case "config":
            return {
                "app_id": server.app_id,
                "app_key": server.app_key,
                "app_license": server.app_license,
                "ntp_server_host": server.ntp_host,
            }
        case "airport_bind_status":
            bound = [_bound(serial, server) for serial in _serials(message.data, "devices")]
            return {"result": 0, "output": {"bind_status": bound}}
        case "airport_organization_get":
            return {"result": 0, "output": {"organization_name": server.organization_name}}
        case "airport_organization_bind":
            serials = _serials(message.data, "bind_devices")
            faults = [{"sn": serial, "err_code": 0} for serial in serials]
            return {"result": 0, "output": {"err_infos": faults}}
        case "flight_areas_get":
            return _areas_known(areas, areas_url)
        case _:
            return {"result": NOT_SERVED}


def _areas_known(areas: AreaFile | None, url: str) -> dict[str, object]:
    """What a dock is to have: while nothing is known it is told nothing, and keeps what it has.

    An empty list is an order: the dock then deletes the areas that it was given before.
    """
    if areas is None:
        return {"result": 0}
    file = {"name": areas.name, "url": url, "checksum": areas.sha256, "size": len(areas.data)}
    return {"result": 0, "output": {"files": [file] if areas.areas else []}}


def _bound(serial: str, server: CloudServer) -> dict[str, object]:
    return {
        "sn": serial,
        "is_device_bind_organization": True,
        "organization_id": server.organization_id,
        "organization_name": server.organization_name,
        "device_callsign": server.callsigns.get(serial, serial),
    }


def _serials(data: object, key: str) -> list[str]:
    listed = data.get(key) if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return []
    found = [one.get("sn") for one in listed[:DEVICES_MAX] if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str) and SERIAL.fullmatch(one)]


def _reply(topic: str, message: Message, data: dict[str, object]) -> Reply:
    body: dict[str, object] = {"tid": message.tid, "bid": message.bid, "data": data}
    if message.sent_us is not None:
        body["timestamp"] = message.sent_us // 1_000
    if message.method:
        body["method"] = message.method
    return Reply(topic, json.dumps(body).encode())
