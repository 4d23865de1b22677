"""Roughly where countries are: enough to notice that latitude and longitude were swapped.

Boxes in whole degrees round each country with its outlying parts in Europe and Africa, outwards.
"""

from typing import Final

from adapters.geozones.model import Position

# ISO 3166-1 alpha-3: south, west, north, east.
_BOXES: Final[dict[str, tuple[int, int, int, int]]] = {
    "AUT": (46, 9, 50, 18),
    "BEL": (49, 2, 52, 7),
    "BGR": (41, 22, 45, 29),
    "CHE": (45, 5, 48, 11),
    "CYP": (34, 32, 36, 35),
    "CZE": (48, 12, 52, 19),
    "DEU": (47, 5, 56, 16),
    "DNK": (54, 7, 58, 16),
    "ESP": (27, -19, 44, 5),
    "EST": (57, 21, 60, 29),
    "FIN": (59, 19, 71, 32),
    "FRA": (41, -6, 52, 10),
    "GBR": (49, -9, 61, 3),
    "GRC": (34, 19, 42, 30),
    "HRV": (42, 13, 47, 20),
    "HUN": (45, 16, 49, 23),
    "IRL": (51, -11, 56, -5),
    "ISL": (63, -25, 67, -13),
    "ITA": (35, 6, 48, 19),
    "LTU": (53, 20, 57, 27),
    "LUX": (49, 5, 51, 7),
    "LVA": (55, 20, 59, 29),
    "MLT": (35, 14, 37, 15),
    "NLD": (50, 3, 54, 8),
    "NOR": (57, 4, 81, 34),
    "POL": (49, 14, 55, 25),
    "PRT": (32, -32, 43, -6),
    "ROU": (43, 20, 49, 30),
    "SVK": (47, 16, 50, 23),
    "SVN": (45, 13, 47, 17),
    "SWE": (55, 10, 70, 25),
}


def is_in(country: str, position: Position) -> bool | None:
    """Whether the position is near that country; None when the country is not in the table."""
    box = _BOXES.get(country)
    if box is None:
        return None
    south, west, north, east = box
    return south <= position.latitude_deg <= north and west <= position.longitude_deg <= east
