"""What a refusal reads like."""

from broker.core.errors import Refusal, Refused


def test_a_refusal_names_its_field_if_it_is_about_one() -> None:
    assert str(Refusal("until_us", "must be a time")) == "until_us: must be a time"
    assert str(Refusal("", "the log cannot be written")) == "the log cannot be written"
    both = Refused(Refusal("a", "x"), Refusal("", "y"))
    assert str(both) == "a: x; y"
