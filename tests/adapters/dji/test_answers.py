"""What a dock is told of flight areas: nothing known, none, or a file."""

import json
from typing import Any

from adapters.dji.answers import CloudServer, answer
from adapters.dji.envelope import read
from adapters.dji.flight_areas import AreaFile, area_file
from tests.adapters.dji.messages import DOCK, envelope
from tests.adapters.dji.test_flight_areas import restriction

SERVER = CloudServer("1", "key", "licence", "ntp.example", "met", "Metropolitan Police", {})
URL = "https://docks.example/file.json"


def told(areas: AreaFile | None) -> dict[str, Any]:
    asked = json.dumps(envelope(None, method="flight_areas_get")).encode()
    reply = answer(read(f"thing/product/{DOCK}/requests", asked), SERVER, areas, URL)
    assert reply is not None
    data: dict[str, Any] = json.loads(reply.payload)["data"]
    return data


def test_while_nothing_is_known_the_dock_keeps_the_areas_that_it_has() -> None:
    # REQ-DJI-015: an empty list is the order to delete them.
    assert told(None) == {"result": 0}


def test_the_last_request_that_ends_takes_its_area_away() -> None:
    # REQ-DJI-015
    assert told(area_file([], "met")) == {"result": 0, "output": {"files": []}}


def test_a_file_is_named_with_its_place_size_and_digest() -> None:
    made = area_file([restriction()], "met")
    [file] = told(made)["output"]["files"]
    assert file == {
        "name": made.name, "url": URL, "checksum": made.sha256, "size": len(made.data)
    }  # fmt: skip
