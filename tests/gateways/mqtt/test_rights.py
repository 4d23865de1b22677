from broker.core.names import Audience, Role, SystemName
from broker.core.sharing.roles import Action
from broker.gateways.mqtt.rights import (
    Rights,
    adding,
    broker_rights,
    configuration,
    removing,
    rights_of,
)
from broker.gateways.mqtt.topics import Topics

TOPICS = Topics(exercise=False)
MET = SystemName("met", "dispatch")
AUDIENCES = [Audience("met", Role.DESK), Audience("met", Role.OBSERVER), Audience("lfb", Role.DESK)]


def test_only_what_is_allowed_and_ones_own() -> None:
    # REQ-SEC-011
    rights = rights_of(
        MET,
        AUDIENCES,
        TOPICS,
        lambda _, action: action in {Action.PUBLISH_TRACKS, Action.READ_DESK_VIEW},
    )
    assert rights == Rights(
        "met/dispatch",
        ("keepclear/v1/in/met/dispatch/tracks", "keepclear/v1/in/met/dispatch/tracks/json"),
        ("keepclear/v1/private/met/dispatch/#", "keepclear/v1/out/met/desk/#"),
    )


def test_without_any_role_only_the_private_topic_is_left() -> None:
    rights = rights_of(MET, AUDIENCES, TOPICS, lambda *_: False)
    assert (rights.writes, len(rights.reads)) == ((), 1)


def test_the_file_denies_by_default_and_has_no_passwords() -> None:
    # REQ-SEC-011
    made = configuration([broker_rights(TOPICS), Rights("met/x", ("a",), ("b",))])
    assert made["defaultACLAccess"] == {
        "publishClientSend": False,
        "publishClientReceive": False,
        "subscribe": False,
        "unsubscribe": True,
    }
    assert made["clients"] == [
        {"username": "keepclear/broker", "roles": [{"rolename": "system keepclear/broker"}]},
        {"username": "met/x", "roles": [{"rolename": "system met/x"}]},
    ]
    assert "password" not in str(made)


def test_who_is_removed_loses_the_session_before_the_rights() -> None:
    # REQ-SEC-003
    rights = Rights("met/x", ("a",), ("b",))
    assert [one["command"] for one in removing(rights)] == ["deleteClient", "deleteRole"]
    assert [one["command"] for one in adding(rights)] == ["createRole", "createClient"]
    assert rights.access_list() == [
        {"acltype": "publishClientSend", "topic": "a", "priority": 0, "allow": True},
        {"acltype": "subscribePattern", "topic": "b", "priority": 0, "allow": True},
        {"acltype": "publishClientReceive", "topic": "b", "priority": 0, "allow": True},
    ]
