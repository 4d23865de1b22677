"""What is known of the ground to JSON and back, as logged in LoadGround version 1."""

from broker.core.commands import LoadGround
from broker.core.geodesy.ground import LOWEST_AMSL_M_DEFAULT, AreaGround, DegreeBox
from broker.journal.canonical import Fields, as_number
from broker.journal.errors import RecordUnreadable


def ground_to_json(command: LoadGround) -> dict[str, object]:
    """Return the command's fields as plain JSON values; no key where nothing is known."""
    fields: dict[str, object] = {"terrain_digest": command.terrain_digest}
    if command.area is not None:
        fields["area"] = list(command.area.area)
        fields["highest_amsl_m"] = command.area.highest_amsl_m
        if command.area.lowest_amsl_m != LOWEST_AMSL_M_DEFAULT:
            fields["lowest_amsl_m"] = command.area.lowest_amsl_m
    return fields


def ground_from_json(fields: Fields) -> LoadGround:
    """Return the command that `ground_to_json` wrote."""
    area = None
    if fields.has("highest_amsl_m"):
        edges = [as_number(one) for one in fields.items("area")]
        if len(edges) != len(DegreeBox._fields):
            raise RecordUnreadable("an area has four edges")
        is_said = fields.has("lowest_amsl_m")
        lowest_amsl_m = fields.number("lowest_amsl_m") if is_said else LOWEST_AMSL_M_DEFAULT
        area = AreaGround(lowest_amsl_m, fields.number("highest_amsl_m"), DegreeBox(*edges))
    return LoadGround(area, fields.text("terrain_digest"))
