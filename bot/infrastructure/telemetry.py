"""Logs, set up once: one line each, with its context, and never with a secret."""

import logging
import sys
from types import TracebackType
from typing import Final, Literal, TextIO

import structlog
from structlog.types import Processor

from bot.infrastructure.redaction import LiveSecrets

Format = Literal["console", "json"]

_SHARED: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders a record, whoever logged it, and blacks the secrets out of the finished line."""

    secrets: LiveSecrets

    def format(self, record: logging.LogRecord) -> str:
        return self.secrets.redact(super().format(record))


def set_up_logs(
    *, level: str, form: Format | None, secrets: LiveSecrets, stream: TextIO | None = None
) -> None:
    """Send every log of the process through one redacting door; `form` as on a terminal or else as JSON."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setFormatter(_formatter(form or ("console" if out.isatty() else "json"), secrets))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_the_end
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _formatter(form: Format, secrets: LiveSecrets) -> RedactingFormatter:
    rendered: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if form == "console"
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    formatter = RedactingFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
    )
    formatter.secrets = secrets
    return formatter


def _log_the_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends the process is logged like everything else, so that it is redacted too."""
    logging.getLogger("bot").critical("process_failed", exc_info=(kind, error, trace))
