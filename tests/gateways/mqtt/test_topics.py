import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.errors import Refused
from broker.core.names import Audience, Role, SystemName
from broker.gateways.mqtt.topics import Address, Inbound, Topics
from broker.service.feed.items import Item, ItemKind

LIVE, EXERCISE = Topics(exercise=False), Topics(exercise=True)
FIRE = SystemName("lfb", "tracker")


@pytest.mark.parametrize("kind", Inbound)
@pytest.mark.parametrize("is_json", [False, True])
def test_what_systems_write_is_read_from_the_topic_alone(kind: Inbound, is_json: bool) -> None:
    leaf = "/json" if is_json else ""
    topic = f"keepclear/v1/in/lfb/tracker/{kind}{leaf}"
    assert LIVE.parse(topic) == Address(FIRE, kind, is_json)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "keepclear/v1/in/lfb/tracker",
        "keepclear/v1/in/lfb/tracker/",
        "keepclear/v1/in/lfb/tracker/json",
        "keepclear/v1/in/lfb/tracker/tracks/json/json",
        "keepclear/v1/in/lfb/tracker/tracks/",
        "keepclear/v1/in/LFB/tracker/tracks",
        "keepclear/v1/in//tracker/tracks",
        "keepclear/v1/in/lfb/a/b/tracks",
        "keepclear/v1/out/lfb/desk/tracks",
        "x/keepclear/v1/in/lfb/tracker/tracks",
        "keepclear-exercise/v1/in/lfb/tracker/tracks",
        "lfb/tracker/tracks",
    ],
)
def test_any_other_topic_is_refused(topic: str) -> None:
    # REQ-SPACE-001: not the other space's either.
    with pytest.raises(Refused) as refused:
        LIVE.parse(topic)
    assert refused.value.refusals[0].field == "topic"


segments = st.sampled_from(["lfb", "tracker", *Inbound, "json", "", "A", "+"]) | st.text(max_size=5)


@given(st.text() | st.lists(segments, max_size=6).map(lambda s: "/".join([LIVE.root, "in", *s])))
def test_any_string_is_an_address_or_refused(topic: str) -> None:
    # REQ-BAD-040
    try:
        address = LIVE.parse(topic)
    except Refused:
        return
    leaf = "/json" if address.is_json else ""
    sender = f"{address.sender.agency}/{address.sender.system}"
    assert topic == f"{LIVE.root}/in/{sender}/{address.kind}{leaf}"


def item(kind: ItemKind, key: str = "") -> Item:
    return Item(kind, 1, 1, b"", 0, key=key)


def test_where_messages_go() -> None:
    desk = Audience("lfb", Role.DESK)
    base = "keepclear-exercise/v1/out/lfb/desk"
    for one, leaf in (
        (item(ItemKind.TRACKS), "tracks"),
        (item(ItemKind.ALERT, "alr-1"), "alerts/alr-1"),
        (item(ItemKind.RESTRICTION, "agencies/hems/restrictions/r"), "restrictions/hems/r"),
        (item(ItemKind.COVERAGE), "coverage"),
        (item(ItemKind.NOTICE), "notice"),
        (item(ItemKind.HEARTBEAT), "heartbeat"),
    ):
        assert EXERCISE.outbound(desk, one) == f"{base}/{leaf}"
    assert LIVE.acks(FIRE) == "keepclear/v1/private/lfb/tracker/acks"
    assert LIVE.resumes(FIRE) == "keepclear/v1/private/lfb/tracker/resume"


def test_subscriptions_cover_every_inbound_topic_once() -> None:
    filters = dict(LIVE.subscriptions())
    assert len(filters) == len(LIVE.subscriptions()) == 2 * len(Inbound)
    assert {qos for name, qos in filters.items() if "/tracks" in name} == {0}
    assert {qos for name, qos in filters.items() if "/tracks" not in name} == {1}
    for name in filters:
        LIVE.parse(name.replace("+/+", "lfb/tracker"))
