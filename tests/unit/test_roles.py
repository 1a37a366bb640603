"""What GitHub says of a person is asked once a minute for reads, also where it will not say it."""

from dataclasses import dataclass, field

import pytest

from bot.infrastructure.roles import QUARTER, ROLE_SECONDS, Roles
from bot.records import Actor, Repository, StepFailed, Unavailable
from tests.unit.test_cache import Watch

SHOP = Repository(id=7, full_name="acme/shop", installation_id=9)
ADA, EVE = Actor(id=1, login="ada"), Actor(id=2, login="eve")


@dataclass
class GitHub:
    """It says what a person is, nothing of Eve, and counts who asks."""

    asked: list[str] = field(default_factory=list)
    is_away: bool = False

    async def role_name(self, _repository: Repository, person: Actor) -> str:
        self.asked.append(person.login)
        if self.is_away:
            raise Unavailable("github_unreachable")
        if person == EVE:
            raise StepFailed("github_refused", "of Eve it says nothing")
        return "write"


async def test_a_person_is_asked_about_once_a_minute() -> None:
    github, watch = GitHub(), Watch()
    roles = Roles(github.role_name, timer=watch)

    before = roles.known(SHOP, ADA)
    names = [await roles.name(SHOP, ADA) for _ in range(3)]
    known = roles.known(SHOP, ADA)
    watch.now = ROLE_SECONDS
    later = await roles.name(SHOP, ADA)

    assert (before, names, known, later) == (None, ["write"] * 3, "write", "write")
    assert github.asked == ["ada", "ada"]


async def test_so_is_one_of_whom_it_says_nothing() -> None:
    github = GitHub()
    roles = Roles(github.role_name)

    for _ in range(3):
        with pytest.raises(StepFailed, match="github_refused"):
            await roles.name(SHOP, EVE)

    assert (roles.known(SHOP, EVE), github.asked) == ("none", ["eve"])


async def test_that_it_does_not_answer_is_not_remembered() -> None:
    github = GitHub(is_away=True)
    roles = Roles(github.role_name)
    with pytest.raises(Unavailable):
        await roles.name(SHOP, ADA)

    github.is_away = False

    assert (roles.known(SHOP, ADA), await roles.name(SHOP, ADA)) == (None, "write")


@pytest.mark.parametrize("asked_at", [0.0, 7.0, 14.9, 15.0, 44.0, 59.9])
async def test_between_two_quarters_nothing_ends_that_is_known(asked_at: float) -> None:
    watch = Watch(now=asked_at)
    roles = Roles(GitHub().role_name, timer=watch)
    await roles.name(SHOP, ADA)

    ended = []
    for tenth in range(round(asked_at * 10), round(asked_at * 10) + 700):
        watch.now = tenth / 10
        ends = roles.ends()
        if roles.known(SHOP, ADA) is None:
            ended.append(tenth / 10)
        assert watch.now < ends <= watch.now + QUARTER

    assert ended[0] % QUARTER == 0
    assert ROLE_SECONDS - QUARTER < ended[0] - asked_at <= ROLE_SECONDS


async def test_once_github_says_that_rights_there_changed_it_is_asked_again() -> None:
    github, marks = GitHub(), {9: ("", 0)}
    roles = Roles(github.role_name, mark=lambda number: marks.get(number, ("", 0)))
    elsewhere = Repository(id=8, full_name="globex/shop", installation_id=10)
    for each in (SHOP, elsewhere):
        await roles.name(each, ADA)

    marks[9] = ("", 5)
    known = roles.known(SHOP, ADA), roles.known(elsewhere, ADA)
    for each in (SHOP, elsewhere):
        await roles.name(each, ADA)

    assert known == (None, "write")
    assert github.asked == ["ada"] * 3
