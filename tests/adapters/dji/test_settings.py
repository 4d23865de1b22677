"""One TOML table for a fleet: what it may say, and what it may not."""

import tomllib

import pytest

from adapters.clock import RealClock
from adapters.dji.settings import DjiSettings, HeightDatum
from adapters.registry import UnknownAdapter, build, build_feed

TOML = """
kind = "dji"
address = "mqtts://dji.met.example:8884"
username = "keepclear-read"
password_file = "/etc/keepclear/dji.password"
height_datum = "hae"
talkgroup = "MET AIR 1"

[aircraft.1581F0000000A1]
callsign = "MET 07"
icao_address = "43abcd"
"""
BASE = 'kind = "dji"\naddress = "mqtt://host"\n'


def test_a_fleet_is_one_table() -> None:
    read = DjiSettings.model_validate(tomllib.loads(TOML))
    assert read.uses_tls
    assert read.host_and_port() == ("dji.met.example", 8884)
    assert read.height_datum is HeightDatum.HAE
    assert read.aircraft["1581F0000000A1"].callsign == "MET 07"
    adapter = build_feed("fleet", tomllib.loads(TOML), RealClock())
    assert adapter.name == "fleet dji.met.example:8884"


def test_an_address_alone_is_a_fleet_with_nothing_checked() -> None:
    assert build("dji=mqtt://broker.example", RealClock()).name == "dji broker.example:1883"
    read = DjiSettings(kind="dji", address="mqtts://broker.example")
    assert read.host_and_port() == ("broker.example", 8883)
    assert read.height_datum is HeightDatum.UNCHECKED
    assert DjiSettings(kind="dji", address="recorded.jsonl").host_and_port() is None


@pytest.mark.parametrize(
    "text",
    [
        'kind = "dji"',
        'kind = "dji"\naddress = "http://host"',
        'kind = "dji"\naddress = "mqtt://"',
        'kind = "dji"\naddress = "mqtt://user:secret@host"',
        'kind = "dji"\naddress = "mqtt://host:99999"',
        f'{BASE}password = "secret"',
        f'{BASE}height_datum = "msl"',
        f"{BASE}fix_age_s = -1",
        f'{BASE}[aircraft."a/b"]',
        f'{BASE}[aircraft.1581F1]\nicao_address = "xyz"',
        f"{BASE}camera = true",
    ],
)
def test_what_is_no_fleet_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(UnknownAdapter) as refused:
        build_feed("fleet", tomllib.loads(text), RealClock())
    assert "secret" not in str(refused.value)
