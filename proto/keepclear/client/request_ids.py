"""The ids by which the broker knows a repeated request."""

import uuid


def new_request_id() -> str:
    """An id that no other request has."""
    return uuid.uuid4().hex
