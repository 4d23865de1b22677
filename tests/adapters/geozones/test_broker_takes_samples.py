"""The broker's own checks take every restriction that the samples give."""

from pathlib import Path

import pytest

from adapters.geozones import sources
from adapters.geozones.mirror import mirror
from broker.core.names import SystemName
from broker.core.restrictions.drafting import check
from broker.gateways.wire.requests import import_restrictions
from keepclear.v1 import restrictions_pb2 as pb

SENDER = SystemName(agency="caa", system="feed")


@pytest.mark.req("REQ-IMP-005")
def test_every_restriction_of_the_samples(shared_dir: Path) -> None:
    taken = 0
    for folder in ("geozones", "notam"):
        for path in sorted((shared_dir / "samples" / folder).iterdir()):
            result = mirror(sources.decode(path.read_bytes()), "caa", "pond")
            for restriction in result.restrictions:
                request = pb.ImportRestrictionsRequest(
                    request_id="a", source_id="pond", restrictions=[restriction]
                )
                decoded = import_restrictions(request, SENDER)
                assert not decoded.refused, path.name
                (draft,) = decoded.command.drafts
                assert check(draft, min(w.start_us for w in draft.windows), None) == ()
                taken += 1
    assert taken > 300
