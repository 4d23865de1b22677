"""What a broker uses when nobody is connected, beside a bare gRPC server that does nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from broker.bench import rig

AGENCIES: Final = ("met", "lfb", "las", "npas", "laa", "surveillance")
Result = dict[str, object]


@dataclass(frozen=True, slots=True)
class IdleBench:
    """Sizes of a run."""

    settle_s: float = 5.0
    measured_s: float = 20.0


SHORT: Final = IdleBench(settle_s=4.0, measured_s=10.0)


def run(bench: IdleBench, progress: Callable[[str], None]) -> dict[str, list[Result]]:
    """Processor time as a share of one core, and resident memory."""
    progress(f"idle: {bench.measured_s:g} s")
    with (
        rig.mqtt_server() as server,
        rig.broker(AGENCIES, server.port) as broker,
        rig.relay() as relay,
    ):
        pids = {"ours": broker.process.pid, "relay": relay.process.pid}
        time.sleep(bench.settle_s)
        before_s = {name: rig.processor_s(pid) for name, pid in pids.items()}
        time.sleep(bench.measured_s)
        entry: Result = {"audiences": len(AGENCIES)}
        for name, pid in pids.items():
            used_s = rig.processor_s(pid) - before_s[name]
            entry[f"{name}_processor_percent"] = round(100.0 * used_s / bench.measured_s, 2)
            entry[f"{name}_resident_mb"] = round(rig.resident_mb(pid), 1)
    return {"results": [entry]}
