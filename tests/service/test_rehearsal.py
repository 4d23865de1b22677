"""What is rehearsed is what live traffic needs: nothing is compiled afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from broker.cli.policies import policy_text
from broker.core.errors import Refused
from broker.gateways.wire.feed import WireEncoder
from broker.service.rehearsal import rehearse

ENCODER = WireEncoder(exercise=True)
CHECK = """
import broker  # says where kernels are kept, before Numba is imported
from numba.core import event

class Compiled(event.Listener):
    def __init__(self):
        self.calls = []

    def on_start(self, event):
        self.calls.append((str(event.data["dispatcher"]), str(event.data["args"])))

    def on_end(self, event):
        pass

compiled = Compiled()
event.register("numba:compile", compiled)

import numpy as np

from broker.bench.traffic import fleet
from broker.cli.policies import policy_text
from broker.core.airspace import Airspace, Setup
from broker.bench.restrictions import draft
from broker.core.commands import CreateRestriction, OpenAudience, SubmitReports, Tick
from broker.core.names import Audience, Role, SystemName
from broker.gateways.wire.feed import WireEncoder
from broker.core.geodesy.ground import LONDON
from broker.gateways.wire.reports import decode_batch
from broker.service.feed.projection import Projection
from broker.service.rehearsal import rehearse
from keepclear.v1.tracks_pb2 import PublishTracksRequest

START_US = 1_760_000_000_000_000
rehearse(policy_text("default"), WireEncoder(exercise=True))
rehearsed = len(compiled.calls)
assert rehearsed > 0
airspace = Airspace(Setup(exercise=True, policy_toml=policy_text("default")))
projection = Projection(airspace, bytes(32), WireEncoder(exercise=True), "log.1")
airspace.apply([OpenAudience(Audience("met", Role.DESK), "Met")], START_US)
name = SystemName("met", "fleet")
rng = np.random.default_rng(1)
bench = SystemName("bench", "tracker")
creates = [CreateRestriction(bench, "", draft(rng, n, START_US)) for n in range(200)]
for outcome in airspace.apply(creates, START_US):
    assert outcome.effects, outcome.reply
for second in range(3):
    now_us = START_US + second * 1_000_000
    for batch in fleet(400, 50, 1, START_US):
        payload = batch.at(now_us) if second else batch.first.SerializeToString()
        decoded = decode_batch(PublishTracksRequest.FromString(payload), name, LONDON)
        [outcome] = airspace.apply([SubmitReports(decoded.batch, now_us)], now_us)
        projection.project(outcome.effects, now_us, frames_due=False)
    [outcome] = airspace.apply([Tick(audit=True)], now_us)
    projection.project(outcome.effects, now_us, frames_due=True)
assert any(alert.restriction_name for alert in airspace.alerting.active())
late = compiled.calls[rehearsed:]
assert not late, late
print("nothing compiled late")
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_live_traffic_compiles_nothing_that_was_not_rehearsed(tmp_path: Path) -> None:
    # REQ-START-001: a broker that says it serves answers its first positions at once.
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "nothing compiled late" in done.stdout


def test_a_bad_policy_is_refused() -> None:
    with pytest.raises(Refused):
        rehearse("version = 0", ENCODER)


@pytest.mark.parametrize("policy", ["default", "f3442-benchmark"])
def test_every_shipped_policy_can_be_rehearsed_without_compiled_kernels(policy: str) -> None:
    rehearse(policy_text(policy), ENCODER, backend="numpy")
