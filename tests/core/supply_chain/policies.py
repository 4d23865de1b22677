"""Policies to judge by."""

AREAS = """
[area.site]
circle = { latitude_deg = 51.5, longitude_deg = -0.12, radius = "1500 m" }
[area.dock]
polygon = [[51.60, -0.20], [51.60, -0.18], [51.62, -0.18], [51.62, -0.20]]
"""


def policy(*rules: str, version: str = "sites-1") -> str:
    return f'version = "{version}"\n{AREAS}' + "".join(f"\n[[rule]]\n{rule}\n" for rule in rules)


CLOUD_REFUSED = """
id = "no-cloud"
action = "refuse"
areas = ["site"]
data_path = ["maker-cloud"]
reason = "its data goes through its maker's cloud"
"""
MAKER_FLAGGED = """
id = "maker"
action = "flag"
areas = ["site", "dock"]
maker = ["dji"]
shown_to = "all"
reason = "of a maker under review"
"""
UNREGISTERED_FLAGGED = """
id = "unregistered"
action = "flag"
areas = ["site"]
registered = false
reason = "not in its agency's register"
"""
