"""DJI messages as tests need them, made up from the documented fields."""

import json
import time
from typing import Any

from adapters.model import Document

NOW_US = 1_750_000_000_000_000
DOCK = "7CTDM0000000D1"
DRONE = "1581F0000000A1"
OTHER_DOCK = "7CTDM0000000D2"
PLACE = {"latitude": 51.5079, "longitude": -0.1281}


def envelope(data: object, at_us: int = NOW_US, **more: Any) -> dict[str, Any]:
    return {
        "tid": "t-1", "bid": "b-1", "timestamp": at_us // 1000, "data": data, **more
    }  # fmt: skip


def document(topic: str, payload: object, received_us: int = NOW_US) -> Document:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Document(data, received_us, topic=topic)


def osd(
    serial: str, data: object, at_us: int = NOW_US, received_us: int | None = None, **more: Any
) -> Document:
    return document(
        f"thing/product/{serial}/osd", envelope(data, at_us, **more), received_us or at_us
    )


def event(
    method: str, data: object, at_us: int = NOW_US, serial: str = DOCK, **more: Any
) -> Document:
    body = envelope(data, at_us, method=method, gateway=serial, **more)
    return document(f"thing/product/{serial}/events", body, at_us)


def flying(**changed: Any) -> dict[str, Any]:
    """An aircraft in wayline flight."""
    values = {
        **PLACE,
        "height": 120.5,
        "elevation": 60.0,
        "horizontal_speed": 12.0,
        "vertical_speed": -0.5,
        "attitude_head": 138.4,
        "attitude_pitch": 0.1,
        "attitude_roll": -0.2,
        "mode_code": 5,
        "position_state": {"is_fixed": 2, "quality": 5, "gps_number": 18, "rtk_number": 30},
    }
    values.update(changed)
    return {name: value for name, value in values.items() if value is not None}


def dock(**changed: Any) -> dict[str, Any]:
    """A dock with its aircraft inside, nothing going on."""
    values = {
        **PLACE,
        "height": 70.0,
        "mode_code": 0,
        "cover_state": 0,
        "drone_in_dock": 1,
        "home_position_is_valid": 1,
        "flighttask_step_code": 255,
        "sub_device": {
            "device_sn": DRONE,
            "device_model_key": "0-100-1",
            "device_online_status": 0,
        },
    }
    values.update(changed)
    return {name: value for name, value in values.items() if value is not None}


def sent(data: object, **more: object) -> bytes:
    """A message as it is sent now."""
    return json.dumps(envelope(data, time.time_ns() // 1000, **more)).encode()
