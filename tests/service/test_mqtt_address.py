"""Which strings are the address of an MQTT server."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.errors import Refused
from broker.service.mqtt_address import MQTT_PORT, MqttAddress


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://127.0.0.1", MqttAddress("127.0.0.1", MQTT_PORT)),
        ("mqtt://localhost:1884", MqttAddress("localhost", 1884)),
        ("mqtt://localhost:1884/", MqttAddress("localhost", 1884)),
        ("mqtt://[::1]:1884", MqttAddress("::1", 1884)),
    ],
)
def test_addresses(url: str, expected: MqttAddress) -> None:
    assert MqttAddress.parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:1883",
        "mqtt://",
        "mqtt://localhost/topic",
        "mqtt://localhost:0",
        "mqtt://localhost:65536",
        "mqtt://localhost:x",
        "mqtt://[::1",
        "mqtt://user:secret@localhost",
        "mqtts://user@localhost",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refused:
        MqttAddress.parse(url)
    assert refused.value.refusals[0].field == "mqtt"


@given(st.text() | st.text().map("mqtt://".__add__))
def test_any_string_is_an_address_or_refused(url: str) -> None:
    with suppress(Refused):
        assert MqttAddress.parse(url).port in range(1, 65536)


def test_an_address_with_tls_has_its_own_usual_port() -> None:
    assert MqttAddress.parse("mqtts://broker.example") == MqttAddress("broker.example", 8883, True)
    assert MqttAddress.parse("mqtts://broker.example:99").port == 99
