"""Makes the fixture log of a release: a few minutes of simulated emergency traffic, and its alerts.

Run once a release, from the repository: `python -m tests.system.make_old_log v0_1`. The log is kept
as it was written then; `test_old_log.py` replays it with the code of today.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from pathlib import Path

from broker.service.startup import LOG_FOLDER
from keepclear.v1 import tracks_pb2
from sim.london import London
from sim.profiles import TODAY
from tests.system.harness import GrpcFeeder, alerts_of, rig

FIXTURES = Path(__file__).parent / "fixtures"
START_US = 1_795_200_000_000_000
FOR_US = 45 * 1_000_000
STEP_US = 1_000_000
SEED = 7


async def fly(data_dir: Path) -> list[bytes]:
    """The police desk's alert messages; ADS-B is left out to keep the fixture small."""
    london = London(TODAY, SEED, START_US, busy_hour=True)
    async with rig(data_dir, START_US) as one:
        feeder = GrpcFeeder(one.grpc_port)
        for time_us in range(START_US + STEP_US, START_US + FOR_US + 1, STEP_US):
            emissions = london.advance(time_us)
            await one.run_to(time_us)
            for emission in emissions:
                is_radar = "surveillance" in emission.system
                if not is_radar or not isinstance(
                    emission.request, tracks_pb2.PublishTracksRequest
                ):
                    await feeder.send(emission.system, emission.request)
            await one.settle()
        await feeder.close()
    return one.shown.alerts["met"]


def summary(messages: list[bytes]) -> list[list[object]]:
    """What must stay the same for ever: which alerts, when, at which level."""
    return [
        [one.alert.alert_id, one.alert.revision, int(one.alert.level), one.header.sent_us]
        for one in alerts_of(messages)
    ]


def main(release: str) -> None:
    """Write `fixtures/<release>/`: the log's segments and the alerts they lead to."""
    folder = FIXTURES / release
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        messages = asyncio.run(fly(Path(temporary)))
        log = Path(temporary) / LOG_FOLDER
        for part in (*sorted(log.glob("*.sqlite")), log / "journal.mark"):
            shutil.copy(part, folder / part.name)
    text = json.dumps(summary(messages), indent=0)
    (folder / "alerts.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
