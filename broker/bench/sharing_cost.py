"""What identities and sharing cost: latency and throughput with them, beside the same without.

Three brokers run side by side and are driven in turns by the same load:

- off: a view for each agency of the load and no more, plain text, claimed names, nothing hidden;
- views: the same with views for 20 agencies;
- all: 20 agencies, mutual TLS with a certificate for each system, limits counted, every aircraft
  of the busy fleet masked to the others and some of them covert.

Beside the times stands the processor time that each broker took for the same load: on a machine
that has other work it says more than they do.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from broker.bench import latency, rig, throughput
from broker.bench.doors import Entrance
from broker.bench.links import grpc_links
from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole
from broker.service.identity.authority import now_utc
from broker.service.identity.enrolment import Wanted, certify, create_folder, enrol, request_files
from broker.service.identity.files import CertificateFolder, IdentityFolder
from keepclear.client.build import now_us
from keepclear.client.tls import channel_credentials
from keepclear.v1 import sharing_pb2, sharing_pb2_grpc

AGENCIES: Final = 20
COVERT: Final = 20
"""Covert flights at once, beside a fleet that is masked."""
COVERT_FOR_US: Final = 3_600_000_000
AUTHORITY: Final = "authority"
ROLES: Final = frozenset(
    {AccessRole.PUBLISHER, AccessRole.DESK, AccessRole.APPROVER, AccessRole.AIRSPACE_MANAGER}
)
LIMITS_TOML: Final = "[limits]\nreports_per_s = 1e9\nrequests_per_s = 1e9\nbytes_per_s = 1e12\n"
"""Counted as ever, and never reached."""
LATENCY_SYSTEMS: Final = (
    ("fleet", "probe0"), ("north", "probe1"), ("south", "probe1"), ("reader", "desk"),
)  # fmt: skip
FIRST_TURN: Final = latency.LatencyBench(warm_up_s=1.0, measured_s=1.0)
Result = dict[str, object]


@dataclass(frozen=True, slots=True)
class SharingCostBench:
    """Sizes of a run."""

    rates: tuple[int, ...] = (1_000, 5_000)
    tracks: int = 10_000
    turns: int = 3
    warm_up_s: float = 3.0
    measured_s: float = 8.0


SHORT: Final = SharingCostBench(turns=2, warm_up_s=1.5, measured_s=4.0)


@dataclass(frozen=True, slots=True)
class Driven:
    """A broker that is driven in turns."""

    entrance: Entrance
    pid: int

    @property
    def processor_s(self) -> float:
        """Processor time it has taken so far."""
        return rig.processor_s(self.pid)


@contextmanager
def _plain(agencies: Sequence[str], core: int | None) -> Iterator[Driven]:
    with rig.mqtt_server() as server, rig.broker(agencies, server.port, core) as child:
        yield Driven(Entrance(child.target), child.process.pid)


@contextmanager
def _with_all(
    agencies: Sequence[str], systems: Sequence[tuple[str, str]], core: int | None
) -> Iterator[Driven]:
    """The first system's agency hides its fleet."""
    hiding = systems[0][0]
    with rig.folder() as place:
        identities = place / "identities"
        certificates = place / "partners"
        _enrol(identities, certificates, [*systems, (hiding, AUTHORITY)])
        masked = f'[agencies.{hiding}]\nname = "Agency {hiding}"\nsharing = "masked"\n'
        others = [one for one in agencies if one != hiding]
        text = LIMITS_TOML + masked + rig.agencies_toml(others)
        options = ["--identities", str(identities), "--mqtt-port", str(rig.free_port())]
        credentials = channel_credentials(certificates / f"{hiding}-{AUTHORITY}")
        with rig.serving(text, options, core, credentials) as child:
            entrance = Entrance(child.target, certificates)
            asyncio.run(_hide(entrance, hiding))
            yield Driven(entrance, child.process.pid)


def _enrol(identities: Path, certificates: Path, systems: Sequence[tuple[str, str]]) -> None:
    """An identity folder, and a folder with a certificate for each system."""
    folder, now = IdentityFolder(identities), now_utc()
    create_folder(folder, [rig.HOST], now)
    for agency, name in systems:
        system = SystemName(agency, name)
        enrol(folder, Wanted(system, ROLES))
        mine = CertificateFolder(certificates / f"{agency}-{name}")
        request_files(mine, system)
        mine.certificate.write_bytes(certify(folder, system, mine.request.read_bytes(), now))
        mine.trusted.write_bytes(folder.trusted.read_bytes())


async def _hide(entrance: Entrance, agency: str) -> None:
    """Make some of the fleet's aircraft covert."""
    async with entrance.doors() as doors:
        stub: Any = sharing_pb2_grpc.SharingServiceStub(doors.channel(agency, AUTHORITY))
        for place in range(COVERT):
            setting = sharing_pb2.SharingSetting(
                agency=agency,
                kind=sharing_pb2.SHARING_SUBJECT_KIND_AIRCRAFT,
                subject=f"t{place}",
                level=sharing_pb2.SHARING_LEVEL_COVERT,
                until_us=now_us() + COVERT_FOR_US,
                authorised_by="bench",
            )
            request = sharing_pb2.SetSharingRequest(request_id=f"hide-{place}", setting=setting)
            await stub.SetSharing(request, timeout=rig.STOP_LIMIT_S)


@contextmanager
def _three(
    few: Sequence[str],
    many: Sequence[str],
    systems: Sequence[tuple[str, str]],
    core: int | None = None,
) -> Iterator[dict[str, Driven]]:
    """The three brokers, by what they have."""
    with ExitStack() as stack:
        yield {
            "off": stack.enter_context(_plain(few, core)),
            "views": stack.enter_context(_plain(many, core)),
            "all": stack.enter_context(_with_all(many, systems, core)),
        }


def _latencies(bench: SharingCostBench, progress: Callable[[str], None]) -> list[Result]:
    """One entry for each rate, with the same three brokers."""
    few = latency.AGENCIES
    many = [*few, *(f"more{place}" for place in range(AGENCIES - len(few)))]
    probes = latency.Probes()
    results = []
    with _three(few, many, LATENCY_SYSTEMS) as brokers:
        for driven in brokers.values():  # a first turn is not counted
            with suppress(rig.BenchFailed):
                _latency_turn(driven, bench.rates[0], FIRST_TURN, probes)
        for reports_per_s in bench.rates:
            progress(f"sharing cost: latency at {reports_per_s:,} reports/s")
            results.append(_latency(brokers, reports_per_s, bench, probes))
    return results


def _latency_turn(
    driven: Driven, reports_per_s: int, sizes: latency.LatencyBench, probes: latency.Probes
) -> list[float]:
    links = partial(grpc_links, driven.entrance, ours=True)
    return asyncio.run(latency.turn(links, reports_per_s, sizes, probes))


def _latency(
    brokers: dict[str, Driven], reports_per_s: int, bench: SharingCostBench, probes: latency.Probes
) -> Result:
    sizes = latency.LatencyBench(warm_up_s=bench.warm_up_s, measured_s=bench.measured_s)
    times_s: dict[str, list[float]] = {name: [] for name in brokers}
    took_s = dict.fromkeys(brokers, 0.0)
    for _ in range(bench.turns):
        for name, driven in brokers.items():
            before_s = driven.processor_s
            times_s[name] += _latency_turn(driven, reports_per_s, sizes, probes)
            took_s[name] += driven.processor_s - before_s
    p99_ms = {name: rig.percentile_ms(each, 99) or 0.0 for name, each in times_s.items()}
    return {
        "reports_per_s": reports_per_s,
        **{f"{name}_p50_ms": rig.percentile_ms(each, 50) for name, each in times_s.items()},
        **{f"{name}_p99_ms": value for name, value in p99_ms.items()},
        "all_to_off_p99": round(p99_ms["all"] / p99_ms["off"], 2),
        **{f"{name}_processor_s": round(each, 2) for name, each in took_s.items()},
    }


def _throughput(bench: SharingCostBench) -> Result:
    """The broker on one core, a reader of safety messages for every view."""
    sizes = throughput.ThroughputBench(
        tracks=bench.tracks, warm_up_s=bench.warm_up_s, measured_s=bench.measured_s
    )
    many = [f"a{place}" for place in range(AGENCIES)]
    systems = [("a0", "fleet"), *((agency, "desk") for agency in many)]
    accepted: dict[str, list[float]] = {}
    with throughput.one_core_apart() as core, _three(many[:1], many, systems, core) as brokers:
        for _ in range(bench.turns):
            for name, driven in brokers.items():
                readers = 1 if name == "off" else AGENCIES
                found = throughput.measured(driven.entrance, readers, sizes)
                accepted.setdefault(name, []).append(found["accepted_per_s"])
    most = {name: max(each) for name, each in accepted.items()}
    return {
        "tracks": bench.tracks,
        **{f"{name}_accepted_per_s": value for name, value in most.items()},
        "off_to_all": round(most["off"] / most["all"], 2),
    }


def run(bench: SharingCostBench, progress: Callable[[str], None]) -> dict[str, list[Result]]:
    """One entry for each rate of the latency, one for the throughput."""
    results = _latencies(bench, progress) if bench.rates else []
    progress(f"sharing cost: throughput of {bench.tracks:,} tracks")
    results.append(_throughput(bench))
    return {"results": results}
