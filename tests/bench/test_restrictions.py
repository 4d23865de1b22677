"""The bench of restrictions reports what it promises; how fast is not a matter of tests."""

from pathlib import Path

from broker.bench import restriction_imports, restrictions
from broker.bench.restrictions import RestrictionBench


def quiet(_message: str) -> None:
    pass


def test_it_reports_the_engine_the_answers_and_the_imports(tmp_path: Path) -> None:
    text = tmp_path / "near.txt"
    text.write_text("AC D\nAN Near\nAL SFC\nAH 500ft AMSL\nV X=51:30:00 N 000:10:00 W\nDC 1\n")
    sizes = RestrictionBench(tracks=60, restrictions=20, repeats=1, items=10)
    found = restrictions.run(sizes, quiet, [text])
    many, few, answers = found["results"]
    assert many["tracks"] == few["tracks"] == 60
    assert many["restrictions"] == answers["restrictions"] == 20
    zones, notams, given = found["imports"]
    assert zones["items"] == zones["set"] == notams["set"] == 10
    assert (given["source"], given["set"], given["parser_items_per_s"]) == ("near.txt", 1, None)


def test_made_up_sources_are_the_same_each_time() -> None:
    for make in (restriction_imports.ed269_source, restriction_imports.notam_source):
        assert make(6) == make(6)
        assert make(6) != make(7)
