"""Logs, set up once: one line each, with its context, and never with a secret."""

import json
import logging
import sys
from contextlib import nullcontext, suppress
from types import TracebackType
from typing import Final, Literal, TextIO

import structlog
from structlog.types import EventDict, Processor

from bot.infrastructure.redaction import LiveSecrets

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

    def __init__(self, name: str, handler: "logging.StreamHandler[TextIO]", secrets: LiveSecrets) -> None:
        self.name, self._handler, self._secrets = name, handler, secrets

    def msg(self, line: str) -> None:
        """A line that cannot be written holds nothing up."""
        text = f"{self._secrets.redact(line)}\n"
        with self._handler.lock or nullcontext(), suppress(OSError, ValueError):
            self._handler.stream.write(text)
            self._handler.flush()

    debug = info = warn = warning = error = err = critical = exception = fatal = failure = log = msg


def set_up_logs(
    *, level: str, form: Format | None, secrets: LiveSecrets, stream: TextIO | None = None
) -> None:
    """Send every log of the process through one redacting door; `form` as on a terminal or else as JSON."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    rendered = _rendered(form or ("console" if out.isatty() else "json"))
    handler.setFormatter(_formatter(rendered, secrets))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_the_end
    structlog.configure(
        processors=[*_SHARED, *rendered],
        logger_factory=lambda *name: Lines(_NAMES(*name).name, handler, secrets),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


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
