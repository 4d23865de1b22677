"""The feeds that a broker's process runs: those of the configuration and of the options."""

import pytest

from broker.cli.feeds import wanted_feeds
from broker.cli.problems import Problem
from broker.service.settings import Settings


def test_feeds_of_the_options_join_those_of_the_configuration() -> None:
    roof = {"kind": "beast", "address": "tcp://receiver:30005"}
    settings = Settings(feeds={"roof": roof})
    assert wanted_feeds(settings, ["sbs=tcp://one:30003", "sbs=tcp://two:30003"]) == {
        "roof": roof,
        "sbs-1": {"kind": "sbs", "address": "tcp://one:30003"},
        "sbs-2": {"kind": "sbs", "address": "tcp://two:30003"},
    }
    assert settings.feeds == {"roof": roof}


def test_an_option_that_names_no_known_feed_is_a_problem() -> None:
    with pytest.raises(Problem):
        wanted_feeds(Settings(), ["nothing"])
