"""The gRPC server: all services, health and reflection on one port."""

import asyncio
from collections.abc import Callable
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from broker.gateways.grpc.access import AccessServicer
from broker.gateways.grpc.agreements import AgreementServicer
from broker.gateways.grpc.aircraft import AircraftRegisterServicer
from broker.gateways.grpc.alerts import AlertServicer
from broker.gateways.grpc.callers import Callers
from broker.gateways.grpc.feed import BrokerStopping, FeedServicer
from broker.gateways.grpc.gate import Gate
from broker.gateways.grpc.publishing import PublishingServicer
from broker.gateways.grpc.restrictions import RestrictionServicer
from broker.gateways.grpc.sharing import SharingServicer
from broker.gateways.grpc.tls import mutual_tls, server_tls
from broker.gateways.grpc.tracks import TrackServicer
from broker.gateways.wire.signed import SignedRestrictions
from broker.service.addresses import at_port
from broker.service.broker import Broker
from broker.service.identity.known import Known
from broker.service.identity.trust import Trust
from keepclear.v1 import (
    access_pb2,
    access_pb2_grpc,
    agreements_pb2,
    agreements_pb2_grpc,
    aircraft_pb2,
    aircraft_pb2_grpc,
    alerts_pb2,
    alerts_pb2_grpc,
    feed_pb2,
    publishing_pb2,
    publishing_pb2_grpc,
    restrictions_pb2,
    restrictions_pb2_grpc,
    sharing_pb2,
    sharing_pb2_grpc,
    tracks_pb2,
    tracks_pb2_grpc,
)

REQUEST_BYTES_MAX: Final = 4 * 1024 * 1024
"""gRPC's own default, stated: 2,000 reports with descriptions are under 1 MB."""
KEEPALIVE_MS: Final = 20_000
CLIENT_PING_INTERVAL_MS_MIN: Final = 10_000
"""gRPC's default of 5 minutes would answer a sensible client with ENHANCE_YOUR_CALM."""
STOP_GRACE_S: Final = 2.0
RECHECK_S: Final = 0.25
"""How often the identity folder is looked at: revoked is cut off within a second."""

_SERVICES: Final = (
    tracks_pb2.DESCRIPTOR.services_by_name["TrackService"].full_name,
    feed_pb2.DESCRIPTOR.services_by_name["FeedService"].full_name,
    restrictions_pb2.DESCRIPTOR.services_by_name["RestrictionService"].full_name,
    alerts_pb2.DESCRIPTOR.services_by_name["AlertService"].full_name,
    aircraft_pb2.DESCRIPTOR.services_by_name["AircraftRegisterService"].full_name,
    publishing_pb2.DESCRIPTOR.services_by_name["PublishingService"].full_name,
    access_pb2.DESCRIPTOR.services_by_name["AccessService"].full_name,
    sharing_pb2.DESCRIPTOR.services_by_name["SharingService"].full_name,
    agreements_pb2.DESCRIPTOR.services_by_name["AgreementService"].full_name,
)


class GrpcServer:
    """Serves one broker: with `known` over TLS to whoever shows a certificate of a known system.

    Without it there is no TLS and names are claimed; the settings allow that on loopback only.
    """

    def __init__(self, broker: Broker, host: str, port: int, known: Known | None = None) -> None:
        self._broker = broker
        self._trust = None if known is None else known.trust
        self._people = None if known is None else known.people
        self.sign_in_port: int | None = None
        self.gate = Gate(
            broker.access, Callers(broker.clock, self._trust, self._people), broker.clock
        )
        self._server = grpc.aio.server(
            interceptors=[self.gate],
            options=[
                ("grpc.max_receive_message_length", REQUEST_BYTES_MAX),
                ("grpc.keepalive_time_ms", KEEPALIVE_MS),
                ("grpc.http2.min_recv_ping_interval_without_data_ms", CLIENT_PING_INTERVAL_MS_MIN),
                ("grpc.http2.max_ping_strikes", 0),
                ("grpc.so_reuseport", 0),
            ],
        )
        self.on_recheck: list[Callable[[], None]] = []
        """Called after each look at the identity folder (the MQTT server's rights)."""
        self._watch: asyncio.Task[None] | None = None
        self._health = health.aio.HealthServicer()
        self._add_services()
        self.port = self._bind(at_port(host, port))

    def _bind(self, address: str) -> int:
        if self._trust is None:
            return self._server.add_insecure_port(address)
        return self._server.add_secure_port(address, mutual_tls(self._trust))

    def open_sign_in(self, host: str, port: int) -> None:
        """Open the port for people with tokens, if any issuer is configured; before `start`.

        A port of its own, for gRPC demands certificates of everybody on a port or of nobody.
        """
        if self._trust is not None and self._people is not None:
            self.sign_in_port = self._server.add_secure_port(
                at_port(host, port), server_tls(self._trust)
            )

    def _add_services(self) -> None:
        broker, server = self._broker, self._server
        tracks_pb2_grpc.add_TrackServiceServicer_to_server(TrackServicer(broker.intake), server)
        restrictions_pb2_grpc.add_RestrictionServiceServicer_to_server(
            RestrictionServicer(broker.intake, broker.reading, SignedRestrictions(broker.signer)),
            server,
        )
        alerts_pb2_grpc.add_AlertServiceServicer_to_server(
            AlertServicer(broker.intake, broker.reading), server
        )
        aircraft_pb2_grpc.add_AircraftRegisterServiceServicer_to_server(
            AircraftRegisterServicer(broker.intake, broker.reading), server
        )
        access_pb2_grpc.add_AccessServiceServicer_to_server(
            AccessServicer(broker.intake, broker.asking), server
        )
        sharing_pb2_grpc.add_SharingServiceServicer_to_server(
            SharingServicer(broker.intake, broker.reading), server
        )
        agreements_pb2_grpc.add_AgreementServiceServicer_to_server(
            AgreementServicer(broker.intake, broker.agreements), server
        )
        publishing_pb2_grpc.add_PublishingServiceServicer_to_server(
            PublishingServicer(broker), server
        )
        feed = FeedServicer(
            broker.intake, broker.reading, broker.hub, broker.metrics, broker.delivery
        )
        server.add_generic_rpc_handlers((feed.handler(),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        if self._trust is None:
            # For trying things out. Partners have the contract; strangers need not read it here.
            names = (*_SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, server)

    async def start(self) -> None:
        """Serve, and say so to health checks."""
        await self._server.start()
        await self.set_serving(True)
        if self._trust is not None:
            self._watch = asyncio.create_task(self._keep_current(self._trust))

    async def _keep_current(self, trust: Trust) -> None:
        """Take up what changed in the identity folder; cut who may not go on, or has expired."""
        while True:
            await asyncio.sleep(RECHECK_S)
            await asyncio.to_thread(trust.refresh)
            self.gate.recheck()
            for look in self.on_recheck:
                look()

    async def set_serving(self, serving: bool) -> None:
        """Health of every service."""
        status = health_pb2.HealthCheckResponse
        value = status.SERVING if serving else status.NOT_SERVING
        for name in ("", *_SERVICES):
            await self._health.set(name, value)

    async def stop(self) -> None:
        """Tell readers to come back, finish calls, close."""
        if self._watch is not None:
            self._watch.cancel()
        await self._health.enter_graceful_shutdown()
        self._broker.hub.end_all(BrokerStopping())
        await self._server.stop(STOP_GRACE_S)
