"""Remote ID over a real MQTT server, by a feed's table."""

import asyncio
import json

import paho.mqtt.publish
import pytest

from adapters.clock import RealClock
from adapters.registry import UnknownAdapter, build_feed
from tests.adapters.remote_id.test_decode import FORMS
from tests.conftest import StartMosquitto

pytestmark = pytest.mark.system


async def test_what_receivers_publish_arrives(mosquitto_broker: StartMosquitto) -> None:
    server = mosquitto_broker("allow_anonymous true\n")
    adapter = build_feed(
        "roof", {"kind": "remote_id", "address": f"mqtt://{server.host}:{server.port}"}, RealClock()
    )
    documents = adapter.source.documents()
    first = asyncio.ensure_future(anext(documents))
    payload = json.dumps(FORMS["sensor"])
    while not first.done():
        await asyncio.to_thread(
            paho.mqtt.publish.single,
            "sensor/one/upload",
            payload,
            hostname=server.host,
            port=server.port,
        )
        await asyncio.sleep(0.05)
    (report,) = adapter.decode(await first).reports
    await documents.aclose()
    assert report.latitude_deg == 51.5


def test_an_address_for_another_adapter_is_refused_without_its_password() -> None:
    # REQ-ADAPT-005: an address may hold a password, so it is not repeated.
    with pytest.raises(UnknownAdapter) as refused:
        build_feed("roof", {"kind": "sbs", "address": "mqtt://user:secret@host"}, RealClock())
    assert "secret" not in str(refused.value)
