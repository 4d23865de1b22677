"""`keepclear restrictions import` and `emergency` against a running broker, seen over MQTT too."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker.cli.main import app
from broker.cli.replay import Shown as ReplayShown
from broker.cli.replay import replay_log
from broker.core.names import Audience
from broker.service.settings import PublishingSettings
from broker.service.signing import KEY_FILE
from broker.service.startup import LOG_FOLDER
from keepclear.client import Client
from keepclear.client.signatures import RestrictionVerifier
from keepclear.v1 import access_pb2, feed_pb2, restrictions_pb2, volumes_pb2
from keepclear.v1.common_pb2 import AIRCRAFT_CLASS_DRONE
from tests.adapters.geozones import documents
from tests.conftest import StartMosquitto
from tests.patience import PATIENCE_S
from tests.system.live import Live, live
from tests.system.mqtt_client import MqttClient

pytestmark = pytest.mark.system

CAA, LFB = "agencies/met/systems/importer", "agencies/lfb/systems/desk"
DUTY = "agencies/met/systems/duty"
ROOT = "keepclear-exercise/v1/out/lfb/desk/restrictions"
MOSQUITTO = "allow_anonymous true\nset_tcp_nodelay true\n"
RULES = PublishingSettings(approval=("met",))


Done = subprocess.CompletedProcess[str]


def notam(number: int, kind: str = "N", refers: str = "", **items: str) -> bytes:
    """One that is in force now, and until tomorrow."""
    now = datetime.now(UTC)
    start, end = (f"{now + timedelta(days=days):%y%m%d%H%M}" for days in (-1, 1))
    return documents.notam(f"J{number:04d}/26", kind, refers, start=start, end=end, **items)


async def command(address: str, *arguments: str, system: str = CAA) -> Done:
    """`keepclear restrictions ...`, in a process of its own."""
    where = ["--target", address, "--system", system]
    run = "from broker.cli.main import run; run()"
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", run, "restrictions", *arguments, *where],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


async def rows(one: Live, file: Path, *more: str, exit_code: int = 0) -> list[dict[str, object]]:
    done = await command(one.address, "import", str(file), "--source", "pond", "--json", *more)
    assert done.returncode == exit_code, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def of_items(printed: list[dict[str, object]]) -> dict[object, object]:
    """What the broker made of each item."""
    return {row["item"]: row.get("broker", row.get("reason")) for row in printed if "item" in row}


class Partner:
    """What an MQTT subscriber holds: versions by item, as retained messages leave them."""

    def __init__(self, mqtt: MqttClient) -> None:
        self._mqtt = mqtt
        self.versions: dict[str, int] = {}

    async def until(self, expected: Mapping[str, int]) -> None:
        """Return when exactly these versions are retained."""
        while self.versions != expected:
            topic, payload = await self._mqtt.next(ROOT)
            leaf = topic.removeprefix(f"{ROOT}/met/")
            told = feed_pb2.FeedMessage.FromString(payload).restriction
            over = {restrictions_pb2.RESTRICTION_STATE_WITHDRAWN}
            if not payload or told.state in over:
                self.versions.pop(leaf, None)
            else:
                self.versions[leaf] = told.version


async def test_a_source_is_mirrored_refreshed_and_withdrawn_for_every_partner(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-IMP-006
    port = mosquitto_broker(MOSQUITTO).port
    file = tmp_path / "notams.txt"
    file.write_bytes(
        notam(1) + notam(2, text="SEE THE CHART") + notam(3, subject="MXLC") + notam(1)
    )
    async with (
        live(tmp_path / "data", port) as one,
        Client(one.address, LFB) as lfb,
        MqttClient.connected(port) as mqtt,
    ):
        await mqtt.subscribe(f"{ROOT}/#", 1)
        partner = Partner(mqtt)

        printed = await rows(one, file, "--dry-run")
        assert [row["outcome"] for row in printed if "item" in row] == [
            *("accepted", "approximated", "refused", "refused")
        ]
        assert await lfb.list_restrictions() == [], "a dry run changes nothing"

        printed = await rows(one, file, "--complete")
        assert [row.get("broker") for row in printed if "item" in row][:2] == ["created"] * 2
        assert "repeats an item" in str(printed[3]["reason"])
        await partner.until({"pond-j0001-26": 1, "pond-j0002-26": 1})

        assert set(of_items((await rows(one, file))[:2]).values()) == {"unchanged"}
        larger = notam(1, text="WI 1.8NM RADIUS OF 513000N 0001000E")
        file.write_bytes(larger + notam(4))
        printed = await rows(one, file, "--complete")
        assert of_items(printed) == {"J0001/26": "changed", "J0004/26": "created"}
        assert printed[-1] == {"withdrawn": ["agencies/met/restrictions/pond-j0002-26"]}
        await partner.until({"pond-j0001-26": 2, "pond-j0004-26": 1})

        # Single NOTAMs are a part: they end only what they name.
        file.write_bytes(notam(5, "R", "J0001/26"))
        printed = await rows(one, file)
        assert printed[-1] == {"withdrawn": ["agencies/met/restrictions/pond-j0001-26"]}
        await partner.until({"pond-j0004-26": 1, "pond-j0005-26": 1})
        file.write_bytes(notam(6, "C", "J0005/26"))
        printed = await rows(one, file)
        assert printed[-1] == {"withdrawn": ["agencies/met/restrictions/pond-j0005-26"]}
        await partner.until({"pond-j0004-26": 1})
        assert [own.source.item_id for own in await lfb.list_restrictions()] == ["J0004/26"]


async def test_what_cannot_be_read_withdraws_nothing_and_is_said(tmp_path: Path) -> None:
    # REQ-IMP-006
    file, broken = tmp_path / "notams.txt", tmp_path / "broken.txt"
    file.write_bytes(notam(1))
    broken.write_bytes(b"Dear all")
    async with live(tmp_path / "data") as one, Client(one.address, LFB) as lfb:
        await rows(one, file, "--complete")
        [row] = await rows(one, broken, "--complete", exit_code=1)
        assert "none of the formats" in str(row["refused_file"])
        file.write_bytes(notam(3, subject="MXLC"))
        await rows(one, file, "--complete")
        assert len(await lfb.list_restrictions()) == 1, "a source of which nothing is read"
        # The broker knows what the importer does not: the name belongs to another source.
        file.write_bytes(notam(1))
        other = await command(one.address, "import", str(file), "--source", "pond-j0001", "--json")
        assert other.returncode == 0
        taken = await command(one.address, "import", str(file), "--source", "Pond")
        assert taken.returncode == 2
    assert (await command("127.0.0.1:1", "import", str(file))).returncode == 3


async def test_a_wide_area_is_answered_unread_and_read_in_the_list(tmp_path: Path) -> None:
    # REQ-RES-043
    file = tmp_path / "notams.txt"
    text = "WI 80NM RADIUS OF 513000N 0001000E"
    file.write_bytes(notam(1, text=text, disc="5130N00010E080"))
    async with live(tmp_path / "data") as one, Client(one.address, LFB) as lfb:
        await rows(one, file)
        now_us = time.time_ns() // 1_000
        question = access_pb2.EntryQuestion(
            start_us=now_us, end_us=now_us + 60_000_000, aircraft_class=AIRCRAFT_CLASS_DRONE
        )
        where = volumes_pb2.LatLng(latitude_deg=51.0, longitude_deg=0.2)
        question.point.CopyFrom(access_pb2.EntryPoint(position=where))
        [answer] = (await lfb.ask_entry([question])).answers
        assert answer.verdict == access_pb2.ENTRY_VERDICT_UNREAD
        assert "80NM RADIUS" in answer.findings[0].source_text
        listed = (await command(one.address, "list")).stdout
        assert "from       published: QRTCA J0001/26 of pond (notam)" in listed
        assert "UNREAD     ask a person" in listed


async def test_an_emergency_is_live_at_once_small_and_looked_at_afterwards(
    tmp_path: Path,
) -> None:
    # REQ-PUB-003
    data = tmp_path / "data"
    call = ["--reason", "casualty being lifted", "--contact", "TG 4"]
    async with live(data, publishing=RULES) as one, Client(one.address, LFB) as lfb:
        made = await command(one.address, "emergency", "lift", "--at", "51.5,-0.1", *call)
        assert made.returncode == 0, made.stderr
        assert "emergency, not yet approved by a second person" in made.stdout
        assert "circle 500 m round" in made.stdout
        [seen] = await lfb.list_restrictions()
        assert seen.state == restrictions_pb2.RESTRICTION_STATE_ACTIVE
        [window] = seen.windows
        assert window.end_us - window.start_us == 30 * 60_000_000
        RestrictionVerifier(await lfb.publishing.signing_key(), exercise=True).check(seen)
        large = await command(one.address, "emergency", "large", "--at", "51.5,-0.1,5000", *call)
        assert large.returncode == 1
        assert "a larger one is approved first" in " ".join(large.stderr.split())
        assert "There are no drafts" in (await command(one.address, "drafts")).stdout
        assert (await command(one.address, "approve", "lift", system=DUTY)).returncode == 0
        assert f"approved by {DUTY}" in (await command(one.address, "list")).stdout

    # REQ-PUB-012: a replay signs as the broker did; without the key it says that it does not.
    class Told:
        def __init__(self) -> None:
            self.signatures: list[str] = []

        def take(self, _audience: Audience, message: bytes) -> None:
            told = feed_pb2.FeedMessage.FromString(message)
            if told.HasField("restriction"):
                self.signatures.append(told.restriction.signature)

    told = Told()
    assert replay_log(data / LOG_FOLDER, told).key_id
    assert seen.signature in told.signatures
    (data / KEY_FILE).rename(data / "elsewhere.pem")
    assert replay_log(data / LOG_FOLDER, ReplayShown("")).key_id == ""
    done = CliRunner().invoke(app, ["replay", str(data)])
    assert "restrictions are unsigned" in done.stderr
