"""Reading a supply-chain policy from TOML: strictly, so that no mistake disarms a rule."""

import tomllib
from enum import StrEnum
from typing import Final, TypeVar

from broker.core.errors import refuse
from broker.core.names import identifier
from broker.core.separation.policy_fields import (
    LENGTH_UNITS,
    Table,
    join,
    number,
    quantity,
    required,
    table,
    text,
)
from broker.core.supply_chain.areas import (
    CORNERS_MAX,
    RADIUS_M_MAX,
    Area,
    Circle,
    Outline,
    outline,
)
from broker.core.supply_chain.model import (
    AREAS_MAX,
    NO_POLICY,
    RULES_MAX,
    TEXT_FIELDS,
    Action,
    Condition,
    Rule,
    ShownTo,
    SupplyChainPolicy,
)
from broker.core.tracks.reports import AircraftClass

POLICY_BYTES_MAX: Final = 200_000
WANTED_MAX: Final = 50
"""Texts in one condition."""
Word = TypeVar("Word", bound=StrEnum)

_CLASSES: Final = {one.name.lower().replace("_", "-"): one for one in AircraftClass}
_DRONES: Final = (AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE)
_RULE_KEYS: Final = (
    "id", "action", "reason", "shown_to", "areas", "classes", "agencies", "registered",
    *TEXT_FIELDS,
)  # fmt: skip


def parse_supply_chain(toml_text: str) -> SupplyChainPolicy:
    """The policy that a TOML text states; an empty text states none.

    Raises Refused with the TOML path of the first fault.
    """
    if not toml_text.strip():
        return NO_POLICY
    if len(toml_text.encode()) > POLICY_BYTES_MAX:
        raise refuse("supply_chain", f"must be at most {POLICY_BYTES_MAX} bytes")
    try:
        document = tomllib.loads(toml_text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise refuse("supply_chain", f"is not TOML: {error}") from error
    source = table(document, "", ("version", "area", "rule"))
    areas = _areas(required(source, "", "area"))
    places = {area.name: place for place, area in enumerate(areas)}
    given = required(source, "", "rule")
    if not isinstance(given, list) or not 1 <= len(given) <= RULES_MAX:
        raise refuse("rule", f"must be 1 to {RULES_MAX} [[rule]] tables")
    rules = tuple(_rule(one, f"rule[{place}]", places) for place, one in enumerate(given))
    for place, rule in enumerate(rules):
        if any(rule.rule_id == other.rule_id for other in rules[:place]):
            raise refuse(f"rule[{place}].id", f"{rule.rule_id!r} is another rule's")
    return SupplyChainPolicy(text(source, "", "version"), areas, rules)


def _areas(value: object) -> tuple[Area, ...]:
    if not isinstance(value, dict) or not 1 <= len(value) <= AREAS_MAX:
        raise refuse("area", f"must be 1 to {AREAS_MAX} [area.NAME] tables")
    return tuple(Area(identifier("area", name), _shape(value[name], name)) for name in value)


def _shape(value: object, name: str) -> Circle | Outline:
    path = f"area.{name}"
    source = table(value, path, ("circle", "polygon"))
    if len(source) != 1:
        raise refuse(path, "must have either circle or polygon")
    if "polygon" in source:
        return _outline(source["polygon"], f"{path}.polygon")
    path = f"{path}.circle"
    circle = table(source["circle"], path, ("latitude_deg", "longitude_deg", "radius"))
    radius_m = quantity(circle, path, "radius", LENGTH_UNITS)
    if radius_m > RADIUS_M_MAX:
        raise refuse(f"{path}.radius", f"must be at most {RADIUS_M_MAX / 1000:g} km")
    return Circle(
        number(circle, path, "latitude_deg", -85.0, 85.0),
        number(circle, path, "longitude_deg", -180.0, 180.0),
        radius_m,
    )


def _outline(value: object, path: str) -> Outline:
    if not isinstance(value, list) or not 3 <= len(value) <= CORNERS_MAX:
        raise refuse(path, f"must be 3 to {CORNERS_MAX} corners [latitude_deg, longitude_deg]")
    corners = []
    for place, one in enumerate(value):
        if not isinstance(one, list) or len(one) != 2:
            raise refuse(f"{path}[{place}]", "must be [latitude_deg, longitude_deg]")
        pair = {"latitude_deg": one[0], "longitude_deg": one[1]}
        where = f"{path}[{place}]"
        corners.append(
            (
                number(pair, where, "latitude_deg", -85.0, 85.0),
                number(pair, where, "longitude_deg", -180.0, 180.0),
            )
        )
    found = outline(corners)
    if found is None:
        raise refuse(path, "crosses itself or has no area")
    return found


def _rule(value: object, path: str, places: dict[str, int]) -> Rule:
    source = table(value, path, _RULE_KEYS)
    action = _one_of(source, path, "action", Action)
    classes = tuple(_CLASSES[one] for one in _names(source, path, "classes", tuple(_CLASSES)))
    if action is Action.REFUSE and any(one not in _DRONES for one in classes):
        reason = "only drones can be refused: a crewed aircraft must never go unseen"
        raise refuse(join(path, "classes"), reason)
    conditions = tuple(
        Condition(field, _texts(source, path, field)) for field in TEXT_FIELDS if field in source
    )
    registered = source.get("registered", True)
    if not isinstance(registered, bool) or (registered and "registered" in source):
        reason = "must be false where it is given: the rule is then for aircraft not registered"
        raise refuse(join(path, "registered"), reason)
    if registered and not conditions:
        raise refuse(path, f"asks for nothing: give registered or one of {', '.join(TEXT_FIELDS)}")
    areas = _names(source, path, "areas", tuple(places))
    return Rule(
        rule_id=identifier(join(path, "id"), text(source, path, "id")),
        action=action,
        reason=text(source, path, "reason"),
        shown_to=_one_of(source, path, "shown_to", ShownTo, ShownTo.OWNER),
        areas=tuple(places[one] for one in areas),
        classes=classes or (AircraftClass.DRONE,),
        agencies=tuple(
            identifier(join(path, "agencies"), one)
            for one in (_texts(source, path, "agencies") if "agencies" in source else ())
        ),
        unregistered=not registered,
        conditions=conditions,
    )


def _one_of(
    source: Table, path: str, key: str, words: type[Word], otherwise: Word | None = None
) -> Word:
    if otherwise is not None and key not in source:
        return otherwise
    try:
        return words(text(source, path, key))
    except ValueError:
        raise refuse(join(path, key), f"must be one of {', '.join(words)}") from None


def _names(source: Table, path: str, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Distinct known names; only `classes` may be left out."""
    if key == "classes" and key not in source:
        return ()
    chosen = _texts(source, path, key)
    for one in chosen:
        if one not in known:
            raise refuse(join(path, key), f"{one!r} is none of {', '.join(known)}")
    return chosen


def _texts(source: Table, path: str, key: str) -> tuple[str, ...]:
    value, where = required(source, path, key), join(path, key)
    if not isinstance(value, list) or not 1 <= len(value) <= WANTED_MAX:
        raise refuse(where, f"must be a list of 1 to {WANTED_MAX} texts")
    for place, one in enumerate(value):
        if not isinstance(one, str) or not one.strip():
            raise refuse(f"{where}[{place}]", "must be a text that is not empty")
    if len(set(value)) != len(value):
        raise refuse(where, "names one twice")
    return tuple(value)
