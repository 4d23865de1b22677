"""The formats that are known: what each may be set to, and how its bytes are had and decoded.

A new format is one entry here. `docs/adapters/writing.md` shows one from beginning to end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from adapters.beast import decode as beast
from adapters.clock import Clock
from adapters.dji import bridge as dji
from adapters.dji.recording import recorded as dji_recorded
from adapters.dji.settings import DjiSettings
from adapters.frames import decode as frames
from adapters.gdl90 import decode as gdl90
from adapters.model import Decoder, Recorded, Source
from adapters.mqtt import MqttServer, MqttSource
from adapters.readsb import source as readsb
from adapters.readsb.report import decoder as readsb_decoder
from adapters.remote_id import decode as remote_id
from adapters.sbs import decode as sbs
from adapters.settings import (
    AdsbSettings,
    FeedSettings,
    Gdl90Settings,
    RemoteIdSettings,
    SquitterSettings,
    UnknownAdapter,
    host_and_port,
)
from adapters.sources.polled import FileSource, HttpSource
from adapters.sources.tcp import TcpSource
from adapters.sources.udp import UdpSource
from adapters.uat import decode as uat


@dataclass(frozen=True, slots=True)
class Kind:
    """One format.

    `decoder` makes a fresh decoder, free of I/O; `live` the source of an address, or None where
    the address is a recording's path; `recorded` reads a recording in pieces.
    """

    summary: str
    address: str
    settings: type[FeedSettings]
    decoder: Callable[[Any], Decoder]
    live: Callable[[Any, Clock], Source | None]
    recorded: Callable[[Path], Iterator[Recorded]]


def _tcp(default_port: int) -> Callable[[FeedSettings, Clock], Source | None]:
    def live(settings: FeedSettings, clock: Clock) -> Source | None:
        found = host_and_port(settings.address, "tcp", default_port)
        return None if found is None else TcpSource(*found, clock)

    return live


def _udp_live(settings: FeedSettings, clock: Clock) -> Source | None:
    found = host_and_port(settings.address, "udp", 4000)
    return None if found is None else UdpSource(*found, clock)


def _remote_id_live(settings: RemoteIdSettings, clock: Clock) -> Source | None:
    for scheme, port in (("mqtt", 1883), ("mqtts", 8883)):
        if found := host_and_port(settings.address, scheme, port):
            server = MqttServer(
                *found,
                username=settings.username,
                password_file=settings.password_file,
                uses_tls=scheme == "mqtts",
                ca_file=settings.ca_file,
            )
            return MqttSource(server, settings.topics, clock)
    return _udp_live(settings, clock)


def _readsb_live(settings: FeedSettings, clock: Clock) -> Source | None:
    """A URL is polled, a file is watched; a directory or a .jsonl file is a recording."""
    if settings.address.startswith(("http://", "https://")):
        try:
            return HttpSource(settings.address, clock, readsb.HTTP_POLLING)
        except httpx.InvalidURL as error:
            raise UnknownAdapter(f"the address is not a URL: {error}") from None
    path = Path(settings.address)
    if path.is_dir() or path.suffix in readsb.RECORDING_SUFFIXES:
        return None
    return FileSource(path, clock, readsb.FILE_POLLING)


def _beast_decoder(settings: SquitterSettings) -> Decoder:
    return beast.BeastDecoder(settings.reporter(), settings.receiver)


def _frames_decoder(settings: SquitterSettings) -> Decoder:
    return frames.FramesDecoder(settings.reporter(), settings.receiver)


def _sbs_decoder(settings: AdsbSettings) -> Decoder:
    return sbs.SbsDecoder(settings.reporter())


def _gdl90_decoder(settings: Gdl90Settings) -> Decoder:
    return gdl90.Gdl90Decoder(settings.reporter(), settings.own_altitude_is_hae)


def _remote_id_decoder(settings: RemoteIdSettings) -> Decoder:
    return remote_id.RemoteIdDecoder(settings.tracked_altitude_is_hae)


def _uat_decoder(settings: AdsbSettings) -> Decoder:
    return uat.UatDecoder(settings.reporter())


def _readsb_decoder(settings: AdsbSettings) -> Decoder:
    return readsb_decoder(settings.reporter())


KINDS: dict[str, Kind] = {
    "beast": Kind(
        "Mode S squitters in Beast binary (readsb, dump1090, Radarcape)",
        "tcp://host:30005 or a recorded file",
        SquitterSettings,
        _beast_decoder,
        _tcp(30005),
        beast.recorded,
    ),
    "dji": Kind(
        "DJI Cloud API and Autel's look-alike, from an agency's own MQTT server (read only)",
        "mqtt(s)://host[:port] or a recorded file or folder",
        DjiSettings,
        dji.decoder,
        dji.live,
        dji_recorded,
    ),
    "frames": Kind(
        "Mode S frames as text (AVR, lists)",
        "tcp://host:30002 or a recorded file",
        SquitterSettings,
        _frames_decoder,
        _tcp(30002),
        frames.recorded,
    ),
    "gdl90": Kind(
        "GDL90 of portable receivers (Stratux, SkyEcho)",
        "udp://address-to-listen-on:4000 or a recorded file",
        Gdl90Settings,
        _gdl90_decoder,
        _udp_live,
        gdl90.recorded,
    ),
    "readsb": Kind(
        "aircraft.json of readsb, dump1090-fa, dump1090-mutability",
        "http(s)://host/path, a file that is replaced, or a recorded file or folder",
        AdsbSettings,
        _readsb_decoder,
        _readsb_live,
        readsb.recorded,
    ),
    "remote_id": Kind(
        "Remote ID of drones (ASTM F3411): receivers' JSON, captured Wi-Fi frames",
        "mqtt(s)://host[:port], udp://address-to-listen-on:port or a recorded file",
        RemoteIdSettings,
        _remote_id_decoder,
        _remote_id_live,
        remote_id.recorded,
    ),
    "sbs": Kind(
        "SBS-1 (BaseStation) lines",
        "tcp://host:30003 or a recorded file",
        AdsbSettings,
        _sbs_decoder,
        _tcp(30003),
        sbs.recorded,
    ),
    "uat": Kind(
        "UAT (978 MHz) messages as dump978 and Stratux write them",
        "tcp://host:30978 or a recorded file",
        AdsbSettings,
        _uat_decoder,
        _tcp(30978),
        uat.recorded,
    ),
}
