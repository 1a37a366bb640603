"""Logs, set up once: one line each, with its context, and never with a secret."""

import json
import logging
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from types import TracebackType
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.types import EventDict, Processor

from bot.infrastructure.clock import UtcClock
from bot.infrastructure.redaction import LiveSecrets, may_show

Format = Literal["console", "json"]

_ENCODED: Final = json.JSONEncoder(default=repr)  # to make one takes longer than to use it
_NAMES: Final = structlog.stdlib.LoggerFactory(ignore_frame_names=[__name__])
_SHARED: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders a record of some library's, and blacks the secrets out of the finished line."""

    secrets: LiveSecrets

    def format(self, record: logging.LogRecord) -> str:
        return self.secrets.redact(super().format(record))


class Lines:
    """What the bot itself logs under one name: rendered once, redacted, and written."""

    def __init__(
        self, name: str, handler: "logging.StreamHandler[TextIO]", secrets: LiveSecrets, *, is_json: bool
    ) -> None:
        self.name, self.is_json, self.secrets, self._handler = name, is_json, secrets, handler

    def msg(self, line: str) -> None:
        """A line that cannot be written holds nothing up."""
        self.write(self.secrets.redact(line))

    def write(self, line: str) -> None:
        """What was redacted already."""
        with self._handler.lock or nullcontext(), suppress(OSError, ValueError):
            self._handler.stream.write(f"{line}\n")
            self._handler.stream.flush()

    debug = info = warn = warning = error = err = critical = exception = fatal = failure = log = msg


class Again:
    """A line that is written again and again: its request's id and its time alone are others each time."""

    def __init__(self, lines: Lines, began: str, ended: str) -> None:
        self._lines, self._began, self._ended = lines, began, ended
        self._clean: object = None

    def __call__(self, request: str) -> None:
        at = UtcClock().now().isoformat().replace("+00:00", "Z")
        line = f'{self._began}{request}{self._ended}{at}"}}'
        self._lines.write(line if self._is_clean(request) else self._lines.secrets.redact(line))

    def _is_clean(self, request: str) -> bool:
        """What stays the same is looked through only once as long as the same secrets are alive."""
        spelled = self._lines.secrets.spelled()
        if self._clean is not spelled and not may_show(self._began + self._ended, spelled):
            self._clean = spelled
        return self._clean is spelled and not may_show(request, spelled)


def set_up_logs(
    *, level: str, form: Format | None, secrets: LiveSecrets, stream: TextIO | None = None
) -> None:
    """Send every log of the process through one redacting door; `form` as on a terminal or else as JSON."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    chosen = form or ("console" if out.isatty() else "json")
    rendered = _rendered(chosen)
    handler.setFormatter(_formatter(rendered, secrets))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_the_end
    structlog.configure(
        processors=[*_SHARED, *rendered],
        logger_factory=lambda *name: Lines(_NAMES(*name).name, handler, secrets, is_json=chosen == "json"),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


def line_of(name: str, event: str, **said: Any) -> Callable[[str], None]:
    """A line that is written again and again, each time with another request's id: rendered but for that."""
    logger = structlog.get_logger(name).bind()
    lines = structlog.get_config()["logger_factory"](name)
    if not isinstance(lines, Lines) or not lines.is_json:
        return lambda request: logger.info(event, **said, request=request)
    if not logger.is_enabled_for(logging.INFO):
        return lambda _request: None
    began = _ENCODED.encode({**said, "event": event})[:-1]
    ended = _ENCODED.encode({"level": "info", "logger": name})[1:-1]
    return Again(lines, f'{began}, "request": "', f'", {ended}, "timestamp": "')


def _rendered(form: Format) -> list[Processor]:
    if form == "console":
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, _as_json]


def _as_json(_logger: object, _method: str, event: EventDict) -> str:
    return _ENCODED.encode(event)


def _formatter(rendered: list[Processor], secrets: LiveSecrets) -> RedactingFormatter:
    formatter = RedactingFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
    )
    formatter.secrets = secrets
    return formatter


def _log_the_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends the process is logged like everything else, so that it is redacted too."""
    logging.getLogger("bot").critical("process_failed", exc_info=(kind, error, trace))
