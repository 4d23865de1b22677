"""Checks of the broker: does it answer, is it healthy, what does its picture look like."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2

from broker.cli.checks import Check, ok, problem, warning
from broker.cli.connection import find_broker
from broker.cli.credentials import new_client, open_channel
from broker.cli.problems import Problem
from broker.cli.wording import age_words
from broker.core.units import SECOND_US
from keepclear.client import KeepclearError, RefusedError
from keepclear.client.build import now_us
from keepclear.v1.common_pb2 import SPACE_EXERCISE, SPACE_LIVE
from keepclear.v1.feed_pb2 import FeedMessage, Heartbeat

HEALTH_METHOD: Final = "/grpc.health.v1.Health/Check"
HEALTH_LIMIT_S: Final = 10.0
HEARTBEAT_LIMIT_S: Final = 10.0
PICTURE_AGE_WARNING_S: Final = 10.0
CLOCK_WARNING_S: Final = 1.0
CLOCK_PROBLEM_S: Final = 5.0
"""The broker refuses positions that are further ahead of its clock."""
_SPACES: Final = {SPACE_LIVE: "live traffic", SPACE_EXERCISE: "exercise"}


@dataclass(frozen=True, slots=True)
class Heard:
    """One heartbeat, and this machine's clock when it came."""

    message: FeedMessage
    received_us: int


async def check_broker(target: str | None, system: str) -> list[Check]:
    """Everything that can be asked of a broker; stops at the first that makes the rest moot."""
    try:
        address = await find_broker(target)
    except Problem as error:
        return [problem("Broker", error.message, error.next_step)]
    checks = [ok("Broker", f"answers at {address}"), await _health(address)]
    try:
        heard = await _heartbeat(address, system)
    except RefusedError as error:
        step = f"you speak as {system}: set --system to a system of a configured agency"
        return [*checks, problem("Feed", error.message, step)]
    except (KeepclearError, TimeoutError) as error:
        text = str(error) or f"no heartbeat in {HEARTBEAT_LIMIT_S:g} s"
        return [*checks, problem("Feed", text, "look at the broker's own log")]
    header = heard.message.header
    space = _SPACES.get(header.space)
    checks.append(
        ok("Space", space)
        if space
        else warning("Space", "the broker does not say", "check its version")
    )
    heartbeat = heard.message.heartbeat
    offset_s = (heard.received_us - header.sent_us) / SECOND_US
    return [*checks, picture(heartbeat), silent_feeds(heartbeat), clock(offset_s)]


def picture(heartbeat: Heartbeat) -> Check:
    """Whether positions are coming in."""
    if not heartbeat.HasField("picture_age_s"):
        step = "publish positions, for example with `keepclear publish FILE`"
        return warning("Picture", "no position has been received", step)
    age_s = heartbeat.picture_age_s
    finding = f"{heartbeat.track_count} aircraft, newest position {age_words(age_s)} old"
    if age_s > PICTURE_AGE_WARNING_S:
        return warning("Picture", finding, "find out why no publisher sends")
    return ok("Picture", finding)


def silent_feeds(heartbeat: Heartbeat) -> Check:
    """Whether any publisher has gone quiet: then "no alert" says less."""
    count = heartbeat.silent_publisher_count
    if count:
        feeds = "1 feed is" if count == 1 else f"{count} feeds are"
        return warning("Feeds", f"{feeds} silent", "`keepclear watch` names them")
    return ok("Feeds", "none is silent")


def clock(offset_s: float) -> Check:
    """Whether this machine's clock and the broker's agree; `offset_s` is ours ahead of theirs."""
    side = "ahead of" if offset_s >= 0 else "behind"
    finding = f"this machine is {abs(offset_s):.1f} s {side} the broker"
    step = "synchronise both with NTP (`timedatectl` shows the state)"
    if abs(offset_s) > CLOCK_PROBLEM_S:
        return problem("Clock", finding, step)
    if abs(offset_s) > CLOCK_WARNING_S:
        return warning("Clock", finding, step)
    return ok("Clock", finding)


async def _health(address: str) -> Check:
    async with open_channel(address) as channel:
        check = channel.unary_unary(
            HEALTH_METHOD,
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = await check(health_pb2.HealthCheckRequest(), timeout=HEALTH_LIMIT_S)
        except grpc.aio.AioRpcError as error:
            text = f"the health service does not answer: {error.code().name}"
            return problem("Health", text, "is this a Keepclear broker? look at its log")
    if answer.status == health_pb2.HealthCheckResponse.SERVING:
        return ok("Health", "serving")
    name = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    return problem("Health", name, "the broker runs but does not serve: look at its log")


async def _heartbeat(address: str, system: str) -> Heard:
    """The first heartbeat after the snapshot."""
    async with (
        asyncio.timeout(HEARTBEAT_LIMIT_S),
        new_client(address, system) as client,
        aclosing(client.subscribe()) as messages,
    ):
        async for message in messages:
            if message.WhichOneof("kind") == "heartbeat":
                return Heard(message, now_us())
    raise TimeoutError
