"""Small documents of each format, made up for these tests."""

import json

RING = [[0.10, 51.40], [0.20, 51.40], [0.20, 51.50], [0.10, 51.50], [0.10, 51.40]]


def ed269_zone(**changes: object) -> dict[str, object]:
    """One ED-269 zone that departs from nothing."""
    zone: dict[str, object] = {
        "identifier": "ZZ0001",
        "country": "GBR",
        "name": "Mill pond",
        "type": "COMMON",
        "restriction": "REQ_AUTHORISATION",
        "reason": ["NATURE"],
        "applicability": [{"permanent": "YES"}],
        "zoneAuthority": [{"name": "Pond trust", "phone": "01", "purpose": "AUTHORIZATION"}],
        "geometry": [
            {
                "uomDimensions": "M",
                "lowerLimit": 0,
                "lowerVerticalReference": "AGL",
                "upperLimit": 120,
                "upperVerticalReference": "AGL",
                "horizontalProjection": {"type": "Polygon", "coordinates": [RING]},
            }
        ],
    }
    return {**zone, **changes}


def ed269(*zones: dict[str, object]) -> bytes:
    return json.dumps({"title": "made up", "features": list(zones or [ed269_zone()])}).encode()


def ed318_feature(geometry: object = None, **changes: object) -> dict[str, object]:
    """One ED-318 feature that departs from nothing."""
    layer = {
        "upper": 120,
        "upperReference": "AGL",
        "lower": 0,
        "lowerReference": "AGL",
        "uom": "m",
    }
    return {
        "type": "Feature",
        "geometry": geometry or {"type": "Polygon", "coordinates": [RING], "layer": layer},
        "properties": {
            "identifier": "ZZ0002",
            "country": "GBR",
            "name": [{"text": "Mill pond", "lang": "en-GB"}],
            "type": "PROHIBITED",
            "variant": "COMMON",
            "zoneAuthority": [{"purpose": "INFORMATION", "email": "pond@example.org"}],
            **changes,
        },
    }


def ed318(*features: dict[str, object]) -> bytes:
    document = {
        "type": "FeatureCollection",
        "name": "made up",
        "metadata": {"issued": "2026-01-01T00:00:00Z"},
        "features": list(features or [ed318_feature()]),
    }
    return json.dumps(document).encode()


GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "id": "pond",
                    "title": "Mill pond",
                    "floor": "SFC",
                    "ceiling": "400FT AGL",
                },
                "geometry": {"type": "Polygon", "coordinates": [RING]},
            }
        ],
    }
).encode()

OPENAIR = b"""* made up
AC R
AY R
AN MILL POND
AL GND
AH 1234.5ft AMSL
V X=51:30:00N 000:10:00E
DC 1.5
AC D
AN WEIR
AL 500ft AGL
AH FL055
AA 2026-03-01T10:00Z/2026-03-01T12:00Z
AA 2026-03-02T10:00Z/2026-03-02T12:00Z
DP 51:30:00N 000:10:00E
DP 51:40:00N 000:10:00E
V D=+
V X=51:40:00N 000:20:00E
DB 51:40:00N 000:10:00E,51:40:00N 000:30:00E
DP 51:30:00N 000:30:00E
"""

YAXIM = b"""rat:
- name: MILL POND
  type: R
  geometry:
  - lower: SFC
    upper: 2000 ft
    boundary:
    - circle:
        radius: 2.5 nm
        centre: 513000N 0001000E
- name: WEIR
  id: weir
  type: D
  geometry:
  - lower: 1000 ft
    upper: FL055
    boundary:
    - line:
      - 513000N 0001000E
      - 514000N 0001000E
    - arc:
        dir: cw
        radius: 6.2 nm
        centre: 514000N 0002000E
        to: 514000N 0003000E
    - line:
      - 513000N 0003000E
"""


def notam(  # one argument for each item
    reference: str = "J0001/26",
    kind: str = "N",
    refers: str = "",
    subject: str = "RTCA",
    disc: str = "5130N00010E002",
    start: str = "2603010000",
    end: str = "2603312359",
    hours: str | None = None,
    text: str = "AREA ACTIVE WI 1.5NM RADIUS OF 513000N 0001000E (MILL POND).",
    lower: str | None = "SFC",
    upper: str | None = "1500FT AMSL",
) -> bytes:
    """A NOTAM in the ICAO form."""
    lines = [
        f"({reference} NOTAM{kind} {refers}".rstrip(),
        f"Q) EGTT/Q{subject}/IV/BO/W/000/015/{disc}",
        f"A) EGTT B) {start} C) {end}",
        *([f"D) {hours}"] if hours is not None else []),
        f"E) {text}",
        *([f"F) {lower}"] if lower is not None else []),
        *([f"G) {upper}"] if upper is not None else []),
    ]
    return ("\n".join(lines) + ")\n").encode()


def pib(**changes: str) -> bytes:
    """A bulletin of one NOTAM; an element is left out by giving it as empty."""
    plain = {
        "Series": "J",
        "Number": "12",
        "Year": "26",
        "Type": "N",
        "Coordinates": "5130N00010E",
        "Radius": "2",
        "ItemA": "EGTT",
        "StartValidity": "2603010000",
        "EndValidity": "2603312359",
        "ItemD": "0600-2200",
        "ItemE": "AREA ACTIVE WI 1.5NM RADIUS OF 513000N 0001000E (MILL POND).",
        "ItemF": "SFC",
        "ItemG": "1500FT AMSL",
        **{name: value for name, value in changes.items() if name[:4] != "Code"},
    }
    codes = {"Code23": "RT", "Code45": "CA", **changes}
    q_line = (
        f"<QLine><FIR>EGTT</FIR><Code23>{codes['Code23']}</Code23><Code45>{codes['Code45']}"
        "</Code45><Traffic>IV</Traffic><Purpose>BO</Purpose><Scope>W</Scope><Lower>0</Lower>"
        "<Upper>15</Upper></QLine>"
    )
    items = "".join(f"<{name}>{value}</{name}>" for name, value in plain.items() if value)
    return f"<Pib><FIRSection><Notam>{q_line}{items}</Notam></FIRSection></Pib>".encode()


_NAMESPACES = (
    'xmlns:m="http://www.aixm.aero/schema/5.1/message" xmlns:a="http://www.aixm.aero/schema/5.1"'
    ' xmlns:g="http://www.opengis.net/gml/3.2" xmlns:x="http://www.w3.org/1999/xlink"'
)


def aixm_points(*positions: str) -> str:
    points = "".join(
        f"<g:pointProperty><a:Point><g:pos>{p}</g:pos></a:Point></g:pointProperty>"
        for p in positions
    )
    return f"<g:GeodesicString>{points}</g:GeodesicString>"


def aixm_arc(center: str, radius_nm: float, start_deg: float, end_deg: float) -> str:
    return (
        f"<g:ArcByCenterPoint><g:pointProperty><a:Point><g:pos>{center}</g:pos></a:Point>"
        f'</g:pointProperty><g:radius uom="[nmi_i]">{radius_nm}</g:radius>'
        f'<g:startAngle uom="deg">{start_deg}</g:startAngle>'
        f'<g:endAngle uom="deg">{end_deg}</g:endAngle></g:ArcByCenterPoint>'
    )


def aixm_circle(center: str, radius_nm: float) -> str:
    return (
        f"<g:CircleByCenterPoint><g:pointProperty><a:Point><g:pos>{center}</g:pos></a:Point>"
        f'</g:pointProperty><g:radius uom="[nmi_i]">{radius_nm}</g:radius>'
        "</g:CircleByCenterPoint>"
    )


def aixm_curve(*segments: str) -> str:
    inner = "".join(segments)
    return f"<g:curveMember><g:Curve><g:segments>{inner}</g:segments></g:Curve></g:curveMember>"


def aixm_airspace(
    *members: str, designator: str = "EGR999", kind: str = "R", extra: str = "", limits: str = ""
) -> str:
    limits = limits or (
        '<a:upperLimit uom="FT">2000</a:upperLimit>'
        "<a:upperLimitReference>MSL</a:upperLimitReference>"
        '<a:lowerLimit uom="FT">0</a:lowerLimit><a:lowerLimitReference>SFC</a:lowerLimitReference>'
    )
    ring = "".join(members)
    return (
        "<m:hasMember><a:Airspace><a:timeSlice><a:AirspaceTimeSlice>"
        f"<a:type>{kind}</a:type><a:designator>{designator}</a:designator>"
        "<a:name>MILL POND</a:name>"
        f"{extra}<a:geometryComponent><a:AirspaceGeometryComponent><a:theAirspaceVolume>"
        f"<a:AirspaceVolume>{limits}<a:horizontalProjection>"
        '<a:Surface srsName="urn:ogc:def:crs:EPSG::4326"><g:patches><g:PolygonPatch><g:exterior>'
        f"<g:Ring>{ring}</g:Ring></g:exterior></g:PolygonPatch></g:patches></a:Surface>"
        "</a:horizontalProjection></a:AirspaceVolume></a:theAirspaceVolume>"
        "</a:AirspaceGeometryComponent></a:geometryComponent></a:AirspaceTimeSlice></a:timeSlice>"
        "</a:Airspace></m:hasMember>"
    )


def aixm(*members: str) -> bytes:
    found = "".join(members or [aixm_airspace(aixm_curve(aixm_circle("51.5 0.1", 2)))])
    return f"<m:AIXMBasicMessage {_NAMESPACES}>{found}</m:AIXMBasicMessage>".encode()


ALL: dict[str, bytes] = {
    "ed-269": ed269(),
    "ed-318": ed318(),
    "geojson": GEOJSON,
    "openair": OPENAIR,
    "yaxim": YAXIM,
    "aixm-5.1": aixm(),
    "notam": notam(hours="MON-FRI 0600-SS PLUS30"),
    "pib": pib(),
}
