"""Every run in the sandbox is a user of its own, on the whole machine."""

import multiprocessing
import os
from collections.abc import Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import Final

import pytest

from bot.infrastructure.sandbox_users import Users
from bot.records import StepFailed

# No run beside this one takes any of these.
IDS: Final = range(10**7 + 3 * os.getpid(), 10**7 + 3 * os.getpid() + 3)


def test_no_two_runs_are_one_user_and_all_users_are_lent_in_turn() -> None:
    users, others = Users(IDS), Users(IDS)

    with users.one() as one, others.one() as other:
        assert (one, other) == (IDS[0], IDS[1])
    with users.one() as user:
        assert user == IDS[1]


def test_where_all_are_taken_the_run_is_refused_with_the_reason() -> None:
    users = Users(IDS)

    with ExitStack() as stack:
        for _ in IDS:
            stack.enter_context(users.one())
        with pytest.raises(StepFailed, match="all 3 users of the sandbox are taken"):
            stack.enter_context(users.one())

    with users.one() as user:
        assert user in IDS


def holding(ids: Sequence[int], told: Connection) -> None:
    with Users(ids).one() as user:
        told.send(user)
        told.recv()


def test_a_killed_bot_gives_its_user_back() -> None:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=holding, args=(IDS, there))
    process.start()
    assert here.recv() == IDS[0]
    with Users(IDS).one() as user:
        assert user == IDS[1]

    process.kill()
    process.join()

    with Users(IDS).one() as user:
        assert user == IDS[0]
