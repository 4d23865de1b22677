from pathlib import Path

import pytest
from pydantic import ValidationError

from broker.core.geodesy.ground import LONDON_GROUND, AreaGround, DegreeBox
from broker.core.names import Role
from broker.service.settings import AGENCIES_MAX, GRPC_PORT, Settings, load_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.upper().startswith("KEEPCLEAR_"):
            monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    path = folder / "keepclear.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults_serve_this_machine_only() -> None:
    settings = load_settings(None)
    assert (settings.space, settings.host, settings.grpc_port) == ("live", "127.0.0.1", GRPC_PORT)
    assert settings.agencies == {}


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        space = "exercise"
        mqtt = "mqtt://127.0.0.1:1884"
        data_dir = "/var/lib/keepclear"
        [agencies.met-police]
        name = "Metropolitan Police"
        roles = ["desk", "observer"]
        json_over_mqtt = true
        [agencies.lfb]
        name = "London Fire Brigade"
        """,
    )
    settings = load_settings(path)
    assert (settings.space, settings.data_dir) == ("exercise", Path("/var/lib/keepclear"))
    police, fire = settings.agencies["met-police"], settings.agencies["lfb"]
    assert police.roles == (Role.DESK, Role.OBSERVER)
    assert police.json_over_mqtt
    assert (fire.name, fire.roles, fire.json_over_mqtt) == (
        "London Fire Brigade",
        (Role.DESK,),
        False,
    )


def test_options_go_before_the_environment_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "grpc_port = 1111\nmetrics_port = 1111\nmqtt_port = 1111\n")
    monkeypatch.setenv("KEEPCLEAR_GRPC_PORT", "2222")
    monkeypatch.setenv("KEEPCLEAR_METRICS_PORT", "2222")
    settings = load_settings(path, grpc_port=3333, metrics_port=None, space=None)
    ports = (settings.grpc_port, settings.metrics_port, settings.mqtt_port)
    assert ports == (3333, 2222, 1111)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("grcp_port = 5", "grcp_port"),
        ("[agencies.lfb]\nname = 'F'\nrole = ['desk']", "role"),
        ("[agencies.lfb]\nroles = ['desk']", "name"),
        ("[agencies.lfb]\nname = ''", "name"),
        ("[agencies.lfb]\nname = 'F'\nroles = ['chief']", "roles"),
        ("[agencies.LFB]\nname = 'F'", "agencies.LFB"),
        ("[agencies.'a/b']\nname = 'F'", "agencies.a/b"),
        ("space = 'test'", "space"),
        ("grpc_port = 65536", "grpc_port"),
        ("metrics_port = -1", "metrics_port"),
    ],
)
def test_a_mistake_is_refused_by_name(tmp_path: Path, text: str, word: str) -> None:
    # REQ-CFG-001
    with pytest.raises(ValidationError, match=word):
        load_settings(written(tmp_path, text))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", ""])
def test_only_loopback_is_served_while_identities_are_claimed(host: str) -> None:
    # REQ-TRUST-003
    with pytest.raises(ValidationError, match="loopback"):
        load_settings(None, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_is_served(host: str) -> None:
    assert load_settings(None, host=host).host == host


def test_the_environment_cannot_open_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    # REQ-TRUST-003
    monkeypatch.setenv("KEEPCLEAR_HOST", "0.0.0.0")
    with pytest.raises(ValidationError, match="loopback"):
        load_settings(None)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"mqtt": "mqtt://192.168.1.2"}, "another machine"),
        ({"mqtt": "mqtt://broker.example:1883"}, "another machine"),
        ({"mqtt": "mqtt://127.0.0.1.example"}, "another machine"),
        ({"mqtt": "mqtt://[::"}, "not an address"),
        ({"mqtt": "localhost:1883"}, "must read mqtt://"),
        ({"mqtt": "http://localhost"}, "must read mqtt://"),
        ({"mqtt": "MQTT://192.168.1.2"}, "another machine"),
        ({"mqtt": " mqtt://192.168.1.2"}, "another machine"),
        ({"mqtt": "MQTTS://broker.example"}, "identity_dir"),
        ({"mqtt": "MQTT://127.0.0.1", "identity_dir": "ids"}, "mqtts"),
        ({"mqtt": "mqtts://broker.example"}, "identity_dir"),
        ({"mqtt": "mqtt://127.0.0.1", "identity_dir": "ids"}, "mqtts"),
        ({"limits": {"reports_per_s": 0}}, "reports_per_s"),
    ],
)
def test_nothing_leaves_this_machine_in_the_clear(options: dict[str, object], word: str) -> None:
    # REQ-TRUST-003
    with pytest.raises(ValidationError, match=word):
        load_settings(None, **options)


def test_identities_open_the_broker(tmp_path: Path) -> None:
    settings = load_settings(
        None, host="0.0.0.0", mqtt="mqtts://broker.example", identity_dir=tmp_path
    )
    assert settings.identity_dir == tmp_path
    assert load_settings(None, mqtt="mqtt://localhost:1884").mqtt == "mqtt://localhost:1884"


def test_the_number_of_agencies_is_limited() -> None:
    names = {f"a{place}": {"name": "A"} for place in range(AGENCIES_MAX + 1)}
    with pytest.raises(ValidationError, match="agencies"):
        load_settings(None, agencies=names)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().space = "exercise"


def test_the_ground_of_london_is_known_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    # REQ-RES-017
    assert Settings().ground.bounds == LONDON_GROUND
    config = tmp_path / "hills.toml"
    config.write_text("[ground]\nhighest_amsl_m = 345\narea = [53.2, -2.3, 53.9, -1.1]\n")
    bounds = load_settings(config).ground.bounds
    assert bounds == AreaGround(0.0, 345.0, DegreeBox(53.2, -2.3, 53.9, -1.1))
    config.write_text("[ground]\nterrain = 'peaks.asc'\n")
    ground = load_settings(config).ground
    assert ground.bounds is None
    assert ground.terrain == Path("peaks.asc")


@pytest.mark.parametrize(
    ("ground", "word"),
    [
        ({"highest_amsl_m": 345}, "go together"),
        ({"area": (53.2, -2.3, 53.9, -1.1)}, "go together"),
        ({"highest_amsl_m": 34_500, "area": (53.2, -2.3, 53.9, -1.1)}, "must lie between"),
        ({"highest_amsl_m": 345, "area": (53.9, -2.3, 53.2, -1.1)}, "south, west"),
        ({"lowest_amsl_m": 0}, "goes with an area"),
        ({"lowest_amsl_m": 400, "highest_amsl_m": 345, "area": (53.2, -2.3, 53.9, -1.1)}, "above"),
    ],
)
def test_ground_that_bounds_nothing_is_refused(ground: dict[str, object], word: str) -> None:
    # REQ-RES-017
    with pytest.raises(ValidationError, match=word):
        load_settings(None, ground=ground)
