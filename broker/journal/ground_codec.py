"""What is known of the ground to JSON and back, as logged in LoadGround version 1."""

from broker.core.commands import LoadGround
from broker.core.restrictions.ground import DegreeBox, HighestGround
from broker.journal.canonical import Fields, as_number
from broker.journal.errors import RecordUnreadable


def ground_to_json(command: LoadGround) -> dict[str, object]:
    """Return the command's fields as plain JSON values; no key where nothing is known."""
    fields: dict[str, object] = {"terrain_digest": command.terrain_digest}
    if command.highest is not None:
        fields["area"] = list(command.highest.area)
        fields["highest_amsl_m"] = command.highest.highest_amsl_m
    return fields


def ground_from_json(fields: Fields) -> LoadGround:
    """Return the command that `ground_to_json` wrote."""
    highest = None
    if fields.has("highest_amsl_m"):
        edges = [as_number(one) for one in fields.items("area")]
        if len(edges) != len(DegreeBox._fields):
            raise RecordUnreadable("an area has four edges")
        highest = HighestGround(fields.number("highest_amsl_m"), DegreeBox(*edges))
    return LoadGround(highest, fields.text("terrain_digest"))
