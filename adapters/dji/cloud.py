"""Cloud-server mode at work: one connection that reads like the bridge and answers its docks.

Everything that leaves goes through `_send`, and is a reply that `answers` made or the news of
another flight area file. The agency's keep-clear requests come from its own feed, as to any
partner; the file made of them is served by a small web server, because a dock fetches it itself.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final

import structlog

from adapters.clock import Clock
from adapters.dji.answers import CloudServer, Reply, answer, areas_changed
from adapters.dji.area_server import AreaServer
from adapters.dji.devices import Kind, kind_of_fields
from adapters.dji.envelope import Channel, Message, Unusable, read
from adapters.dji.flight_areas import AreaFile, applies, area_file
from adapters.dji.replying import ReplyingSource
from adapters.dji.settings import CloudSettings
from adapters.model import Document
from adapters.mqtt import MqttServer, read_secret
from keepclear.client import Client, KeepclearError
from keepclear.v1 import feed_pb2
from keepclear.v1.restrictions_pb2 import Restriction

CLOUD_TOPICS: Final = (
    "thing/product/+/osd",
    "thing/product/+/state",
    "thing/product/+/events",
    "thing/product/+/requests",
    "thing/product/+/services_reply",
    "sys/product/+/status",
)
MAX_GATEWAYS: Final = 1_000
MAX_RESTRICTIONS: Final = 5_000

log = structlog.get_logger("keepclear.adapters.dji")


class CloudSource:
    """An adapter's source that also keeps its docks going."""

    def __init__(self, server: MqttServer, settings: CloudSettings, clock: Clock) -> None:
        self._source = ReplyingSource(server, CLOUD_TOPICS, clock)
        self._settings = settings
        self._web = AreaServer(settings.listen, settings.public_url)
        self._gateways: dict[str, None] = {}
        self._restrictions: dict[str, Restriction] = {}
        self._areas: AreaFile | None = None

    @property
    def where(self) -> str:
        """Host and port of the MQTT server."""
        return self._source.where

    async def documents(self) -> AsyncGenerator[Document, None]:
        """Each message once, answered before it is handed on; as MqttSource otherwise."""
        cloud = await asyncio.to_thread(self._cloud)
        async with self._web:
            following = asyncio.create_task(self._keep_following())
            try:
                async with aclosing(self._source.documents()) as documents:
                    async for document in documents:
                        self._answer(document, cloud)
                        yield document
            finally:
                following.cancel()
                with suppress(asyncio.CancelledError):
                    await following

    def _cloud(self) -> CloudServer:
        own = self._settings
        return CloudServer(
            app_id=own.app_id,
            app_key=read_secret(own.app_key_file) or "",
            app_license=read_secret(own.app_license_file) or "",
            ntp_host=own.ntp_host,
            organization_id=own.organization_id,
            organization_name=own.organization_name,
            callsigns=own.callsigns,
        )

    def _answer(self, document: Document, cloud: CloudServer) -> None:
        try:
            message = read(document.topic, document.data)
        except Unusable:
            return
        if self._is_gateway(message):
            self._gateways.pop(message.serial, None)
            self._gateways[message.serial] = None
            if len(self._gateways) > MAX_GATEWAYS:
                del self._gateways[next(iter(self._gateways))]
        reply = answer(message, cloud, self._areas, self._web.url(self._areas))
        if reply is not None:
            self._send(reply)

    @staticmethod
    def _is_gateway(message: Message) -> bool:
        if message.channel in (Channel.REQUESTS, Channel.STATUS):
            return True
        data = message.data
        return isinstance(data, dict) and kind_of_fields(data) is Kind.DOCK

    async def _keep_following(self) -> None:
        """Docks are answered whatever becomes of the feed; what stops it is said."""
        try:
            await self._follow()
        except KeepclearError as error:
            log.warning("keep-clear requests are not followed", error=str(error))

    async def _follow(self) -> None:
        """The agency's own feed: what its partners ask it to keep clear of."""
        async with Client(self._settings.broker, self._settings.system) as client:
            kinds = (feed_pb2.FEED_KIND_RESTRICTION,)
            feed = client.follow(kinds=kinds, on_gap=lambda _gap: self._restrictions.clear())
            in_snapshot = False
            async with aclosing(feed) as messages:
                async for message in messages:
                    kind = message.WhichOneof("kind")
                    if kind == "snapshot_begin":
                        in_snapshot = True
                        self._restrictions.clear()
                    elif kind == "restriction":
                        self._take(message.restriction)
                    in_snapshot = in_snapshot and kind != "snapshot_end"
                    if not in_snapshot and kind in ("restriction", "snapshot_end"):
                        self._renew()

    def _take(self, restriction: Restriction) -> None:
        self._restrictions.pop(restriction.name, None)
        if applies(restriction, self._settings.system.split("/")[1]):
            self._restrictions[restriction.name] = restriction
        if len(self._restrictions) > MAX_RESTRICTIONS:
            del self._restrictions[next(iter(self._restrictions))]

    def _renew(self) -> None:
        """Another file where the content is another, and word of it to every dock."""
        made = area_file(self._restrictions.values(), self._settings.system.split("/")[1])
        if self._areas is not None and made.sha256 == self._areas.sha256:
            return
        self._areas = made
        self._web.serve(made)
        if made.left_out:
            log.warning("flight areas left out: the file is full", left_out=made.left_out)
        for gateway in self._gateways:
            self._send(areas_changed(gateway, str(uuid.uuid4()), time.time_ns() // 1_000_000))

    def _send(self, reply: Reply) -> None:
        """The only way out."""
        self._source.reply(reply.topic, reply.payload)
