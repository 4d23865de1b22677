"""What each system may write and read on the MQTT server, worked out from the decision table.

The server is Mosquitto with its dynamic-security plugin. The plugin does not put a client's name
into a topic, so every system gets a role of its own with its own topics spelled out. Whatever no
role allows is denied: writing, subscribing, and receiving.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from broker.core.names import Audience, SystemName
from broker.core.sharing.decision import VIEW_ACTIONS
from broker.core.sharing.roles import Action
from broker.gateways.mqtt.topics import JSON_LEAF, Topics
from broker.gateways.wire.actions import TOPIC_ACTIONS
from broker.service.identity.certificates import BROKER_NAME, common_name_of

CONTROL_TOPIC: Final = "$CONTROL/dynamic-security/v1"
ANSWER_TOPIC: Final = f"{CONTROL_TOPIC}/response"
_SEND: Final = "publishClientSend"
_RECEIVE: Final = "publishClientReceive"
_SUBSCRIBE: Final = "subscribePattern"

Allowed = Callable[[SystemName, Action], bool]
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Rights:
    """The topics of one client of the MQTT server."""

    user: str
    """Its user name, client id and certificate common name."""
    writes: tuple[str, ...]
    reads: tuple[str, ...]

    def access_list(self) -> list[Json]:
        """As the plugin writes it."""
        pairs = [(_SEND, topic) for topic in self.writes]
        pairs += [(kind, topic) for topic in self.reads for kind in (_SUBSCRIBE, _RECEIVE)]
        return [
            {"acltype": kind, "topic": topic, "priority": 0, "allow": True} for kind, topic in pairs
        ]

    @property
    def role(self) -> str:
        """The name of its own role."""
        return f"system {self.user}"


def rights_of(
    system: SystemName, audiences: Iterable[Audience], topics: Topics, allowed: Allowed
) -> Rights:
    """The topics of one system: its input as far as its roles go, its answers, its views."""
    own = f"{system.agency}/{system.system}"
    writes = []
    for leaf, action in TOPIC_ACTIONS.items():
        if allowed(system, action):
            topic = f"{topics.root}/in/{own}/{leaf}"
            writes += [topic, f"{topic}/{JSON_LEAF}"]
    reads = [f"{topics.root}/private/{own}/#"]
    reads += [
        f"{topics.root}/out/{audience.agency}/{audience.role}/#"
        for audience in audiences
        if audience.agency == system.agency and allowed(system, VIEW_ACTIONS[audience.role])
    ]
    return Rights(common_name_of(system), tuple(writes), tuple(reads))


def broker_rights(topics: Topics) -> Rights:
    """The broker's own: it reads what is written in, writes the rest, and manages the rights."""
    return Rights(
        common_name_of(BROKER_NAME),
        (f"{topics.root}/out/#", f"{topics.root}/private/#", f"{CONTROL_TOPIC}/#", CONTROL_TOPIC),
        (f"{topics.root}/in/#", f"{topics.root}/out/#", f"{CONTROL_TOPIC}/#"),
    )


def configuration(everybody: Iterable[Rights]) -> Json:
    """The plugin's whole file: denied by default, and each client with its one role."""
    clients: list[Json] = []
    roles: list[Json] = []
    for rights in everybody:
        clients.append({"username": rights.user, "roles": [{"rolename": rights.role}]})
        roles.append({"rolename": rights.role, "acls": rights.access_list()})
    denied = {_SEND: False, _RECEIVE: False, "subscribe": False, "unsubscribe": True}
    return {"defaultACLAccess": denied, "clients": clients, "groups": [], "roles": roles}


def adding(rights: Rights) -> list[Json]:
    """Commands that let a client in with its role. The role first: it is not without one."""
    return [
        {"command": "createRole", "rolename": rights.role, "acls": rights.access_list()},
        {
            "command": "createClient",
            "username": rights.user,
            "roles": [{"rolename": rights.role, "priority": 0}],
        },
    ]


def removing(rights: Rights) -> list[Json]:
    """Commands that cut a client's session and take its rights. The client first: that cuts it."""
    return [
        {"command": "deleteClient", "username": rights.user},
        {"command": "deleteRole", "rolename": rights.role},
    ]
