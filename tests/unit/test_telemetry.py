"""Logs without secrets, and figures that say what happened."""

import io
import json
import logging
import sys
import warnings
from dataclasses import dataclass
from typing import Final

import pytest
import structlog

from bot.infrastructure.metrics import MeteringObserver, Metrics
from bot.infrastructure.redaction import MOST_PASSING, LiveSecrets
from bot.infrastructure.telemetry import Format, line_of, set_up_logs
from bot.records import Usage

CANARY: Final = 'canary-"quoted"/and+odd'
PEM: Final = "-----BEGIN PRIVATE KEY-----\nMIIcanary\nMIIcanary\n-----END PRIVATE KEY-----"


@pytest.fixture
def secrets() -> LiveSecrets:
    return LiveSecrets()


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_log_line_is_json_with_its_context(out: io.StringIO, secrets: LiveSecrets) -> None:
    set_up_logs(level="info", form=None, secrets=secrets, stream=out)

    with structlog.contextvars.bound_contextvars(delivery="d-1"):
        structlog.get_logger("bot.intake").info("delivery_settled", tries=2)
        structlog.get_logger("bot.intake").debug("unheard")

    (line,) = lines(out)
    assert line | {"timestamp": "now"} == {
        "event": "delivery_settled",
        "level": "info",
        "logger": "bot.intake",
        "delivery": "d-1",
        "tries": 2,
        "timestamp": "now",
    }


def test_other_libraries_log_through_the_same_door(out: io.StringIO, secrets: LiveSecrets) -> None:
    set_up_logs(level="info", form="json", secrets=secrets, stream=out)

    logging.getLogger("some.library").warning("odd %s", "thing", extra={"size": 3})

    (line,) = lines(out)
    assert (line["event"], line["logger"], line["size"]) == ("odd thing", "some.library", 3)


@pytest.mark.parametrize("form", ["json", "console"])
def test_sx_04_no_registered_secret_reaches_a_log_by_any_way(
    out: io.StringIO, secrets: LiveSecrets, form: Format
) -> None:
    secrets.add(CANARY, PEM)
    set_up_logs(level="info", form=form, secrets=secrets, stream=out)
    log = structlog.get_logger("bot")

    log.info("said", plain=CANARY, nested={"deep": [CANARY]}, raw=CANARY.encode(), key=PEM)
    log.info(CANARY)
    logging.getLogger("library").error("as an argument %s", CANARY, extra={"token": CANARY})
    logged_failure(log)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"in a warning {CANARY}", stacklevel=1)
    sys.excepthook(ValueError, ValueError(CANARY), None)

    assert out.getvalue().count("[redacted]") >= 8
    assert "canary" not in out.getvalue()


def logged_failure(log: structlog.stdlib.BoundLogger) -> None:
    try:
        raise ValueError(CANARY)  # noqa: TRY301  it is raised to be logged
    except ValueError:
        log.exception("step_failed")


@pytest.mark.parametrize(
    "secret",
    [
        "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
        "ghs_123456_eyJhbGciOi-JIUzI1NiJ9.eyJpc3MiOiIxIn0.c2lnbmF0dXJl-x_y",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11AAAAAAA0abcdefghijkl_mnop",
        "sk-ant-api03-abc_DEF-123",
        "xoxb-1234567890-abcdef",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0In0.c2lnbmF0dXJl",
        PEM,
    ],
)
def test_sx_01_what_looks_like_a_secret_is_blacked_out_whole(secrets: LiveSecrets, secret: str) -> None:
    assert secrets.redact(f"before {secret} after").replace("\n", " ").split() == [
        "before",
        "[redacted]",
        "after",
    ]


def test_sx_01_a_private_key_that_was_cut_off_is_blacked_out_to_its_end(secrets: LiveSecrets) -> None:
    assert secrets.redact("key: -----BEGIN RSA PRIVATE KEY-----\nMIIcut\nMII") == "key: [redacted]"


def test_credentials_in_headers_and_addresses_are_blacked_out(secrets: LiveSecrets) -> None:
    text = "Authorization: Bearer abcdef123456, https://x-access-token:abc@github.com/o/r"

    assert secrets.redact(text) == "Authorization: Bearer [redacted], https://[redacted]@github.com/o/r"


@pytest.mark.parametrize(
    "text", ["delivery_settled", "https://github.com/o/r@main", "a ghost_story", "Bearer of news"]
)
def test_ordinary_words_stay(secrets: LiveSecrets, text: str) -> None:
    assert secrets.redact(text) == text


def test_a_secret_that_holds_another_leaves_no_tail(secrets: LiveSecrets) -> None:
    secrets.add("canary-1", "canary-1-and-more")

    assert secrets.redact("canary-1-and-more canary-1") == "[redacted] [redacted]"


@dataclass
class Timer:
    """A timer that stands still until it is moved."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_secret_that_ends_is_blacked_out_until_then_and_forgotten() -> None:
    timer = Timer()
    secrets = LiveSecrets(timer=timer)
    secrets.add("canary-for-good")
    secrets.add_for(3600, "canary-for-an-hour")

    timer.now = 3599
    before = secrets.redact("canary-for-good canary-for-an-hour")
    timer.now = 3601
    after = secrets.redact("canary-for-good canary-for-an-hour")

    assert (before, after) == ("[redacted] [redacted]", "[redacted] canary-for-an-hour")


def test_of_too_many_that_end_the_oldest_is_forgotten_and_none_that_lasts(secrets: LiveSecrets) -> None:
    secrets.add("canary-for-good")
    for number in range(MOST_PASSING + 1):
        secrets.add_for(3600, f"canary-{number:06d}")

    assert secrets.redact("canary-for-good canary-000000 canary-000001") == (
        "[redacted] canary-000000 [redacted]"
    )


def test_short_values_are_not_secrets(secrets: LiveSecrets) -> None:
    secrets.add("info")

    assert secrets.redact("info") == "info"


def test_figures_say_what_happened() -> None:
    metrics = Metrics()
    metrics.delivery_kept(fresh=True)
    metrics.delivery_refused("bad_signature")
    metrics.request_answered(route="/healthz", status=200, seconds=0.001)
    metrics.spent(
        model="m",
        usage=Usage(input_tokens=1, output_tokens=2, cache_read_tokens=3, cache_write_tokens=4),
        micro_usd=500_000,
    )
    metrics.queues_are({"saga": 5})
    metrics.watch_breakers(lambda: {"github": "open"})
    metrics.watch_rows({("integration", "process"): 3})

    text = metrics.exposition().decode()

    assert 'bot_deliveries_kept_total{fresh="true"} 1.0' in text
    assert 'bot_deliveries_refused_total{reason="bad_signature"} 1.0' in text
    assert 'bot_request_seconds_count{route="/healthz",status="200"} 1.0' in text
    assert 'bot_model_tokens_total{kind="cache_read",model="m"} 3.0' in text
    assert 'bot_model_dollars_total{model="m"} 0.5' in text
    assert 'bot_queue_length{queue="saga"} 5.0' in text
    assert 'bot_breaker_state{dependency="github",state="open"} 1.0' in text
    assert 'bot_rows_found_total{what="integration",where="process"} 3.0' in text


def value(metrics: Metrics, result: str) -> float | None:
    labels = {"dependency": "github", "what": "create_comment", "result": result}
    return metrics.registry.get_sample_value("bot_outside_calls_total", labels)


def observe(observer: MeteringObserver, error: Exception | None = None) -> None:
    observer.before("github.create_comment")
    try:
        if error:
            raise error
    finally:
        observer.after("github.create_comment")


def test_an_effect_is_counted_as_begun_and_done() -> None:
    metrics = Metrics()

    observe(MeteringObserver(metrics))

    assert (value(metrics, "begun"), value(metrics, "done"), value(metrics, "failed")) == (1, 1, None)
    assert metrics.registry.get_sample_value("bot_outside_call_seconds_count", {"dependency": "github"}) == 1


def test_an_effect_that_raises_is_counted_as_failed() -> None:
    metrics = Metrics()

    with pytest.raises(ValueError, match="no"):
        observe(MeteringObserver(metrics), ValueError("no"))

    assert (value(metrics, "done"), value(metrics, "failed")) == (None, 1)


def test_an_effect_that_works_while_another_error_is_handled_is_done() -> None:
    metrics = Metrics()
    try:
        raise KeyError  # noqa: TRY301  it is being handled below
    except KeyError:
        observe(MeteringObserver(metrics))

    assert (value(metrics, "done"), value(metrics, "failed")) == (1, None)


def test_a_line_that_is_written_again_is_as_it_was_written_first(
    out: io.StringIO, secrets: LiveSecrets
) -> None:
    set_up_logs(level="info", form="json", secrets=secrets, stream=out)
    said = {"method": "GET", "path": '/a"\udcff', "status": 200, "caller": "ada"}

    with structlog.contextvars.bound_contextvars(request="r-1"):
        structlog.get_logger("bot.web").info("answered", **said)
    again = line_of("bot.web", "answered", **said)
    again("r-1")

    one, other = out.getvalue().splitlines()
    before, _, at = one.rpartition('"timestamp": ')
    assert other.startswith(before)
    assert len(other) == len(before) + len('"timestamp": ') + len(at)


def test_sx_04_nor_does_a_line_that_is_written_again_show_what_became_a_secret_meanwhile(
    out: io.StringIO, secrets: LiveSecrets
) -> None:
    set_up_logs(level="info", form="json", secrets=secrets, stream=out)
    again = line_of("bot.web", "answered", path="/of/a-path-of-many")
    for request in ("r-1", "ghp_0123456789abcdef", "r-2"):
        again(request)

    secrets.add("a-path-of-many", "a-request-of-many")
    for request in ("r-3", "a-request-of-many"):
        again(request)
    secrets.add("another-secret-of-many")
    again("r-4")

    told = [(line["path"], line["request"]) for line in lines(out)]
    assert told == [
        ("/of/a-path-of-many", "r-1"),
        ("/of/a-path-of-many", "[redacted]"),
        ("/of/a-path-of-many", "r-2"),
        ("/of/[redacted]", "r-3"),
        ("/of/[redacted]", "[redacted]"),
        ("/of/[redacted]", "r-4"),
    ]


@pytest.mark.parametrize(("level", "form"), [("warning", "json"), ("info", "console")])
def test_a_line_that_is_written_again_is_for_whom_all_lines_are(
    out: io.StringIO, secrets: LiveSecrets, level: str, form: Format
) -> None:
    set_up_logs(level=level, form=form, secrets=secrets, stream=out)

    line_of("bot.web", "answered", path="/a")("r-1")

    assert out.getvalue().count("r-1") == (level == "info")
