"""Which links the bot knows, and where what they lead to may be shown."""

import pytest

from bot.domain.slack_unfurling import Link, link_of, may_show

BOT, GITHUB = "https://bot.example.org", "https://github.com"


@pytest.mark.parametrize(
    ("url", "integration", "repository", "pull"),
    [
        (f"{BOT}/integrations/k7p2m4q9xa", "k7p2m4q9xa", "", 0),
        (f"{BOT}/api/v1/integrations/k7p2m4q9xa/?at=now#x", "k7p2m4q9xa", "", 0),
        (f"{GITHUB}/acme/shop/pull/12", "", "acme/shop", 12),
        (f"{GITHUB}/acme/shop/pull/12/files", "", "acme/shop", 12),
    ],
)
def test_links_to_runs_and_to_pull_requests_are_known(
    url: str, integration: str, repository: str, pull: int
) -> None:
    found = link_of(url, bot=BOT, github=GITHUB)

    assert found == Link(url=url, integration=integration, repository=repository, pull_request=pull)


@pytest.mark.parametrize(
    "url",
    [
        f"{BOT}/",
        f"{BOT}.evil.example/integrations/k7p2m4q9xa",
        "http://bot.example.org/integrations/k7p2m4q9xa",
        f"{BOT}@evil.example/integrations/k7p2m4q9xa",
        f"{BOT}/integrations/../k7p2m4q9xa",
        f"{GITHUB}/acme/shop/issues/12",
        f"{GITHUB}/acme/shop/pull/0",
        "https://[",
        "",
    ],
)
def test_no_other_link_is(url: str) -> None:
    assert link_of(url, bot=BOT, github=GITHUB) is None


@pytest.mark.parametrize(
    ("private", "reads", "bound", "shown"),
    [
        (False, False, False, True),
        (True, True, True, True),
        (True, True, False, False),
        (True, False, True, False),
    ],
)
def test_sl_15_what_is_private_is_shown_where_it_is_at_home_by_who_may_read_it(
    *,
    private: bool,
    reads: bool,
    bound: bool,
    shown: bool,
) -> None:
    assert may_show(is_private=private, may_read=reads, is_bound=bound) is shown
