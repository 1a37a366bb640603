"""What looks like a secret, and a text without it: only by forms that nothing else has."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.records import Question

MARK: Final = "[secret left out"
LONGEST_KEY: Final = 16 * 1024

_TOLD: Final = re.compile(re.escape(MARK) + r": ([A-Za-z ]{1,40})\]")
# Where a short beginning is one: not within a word, but behind an escaped sign or a colour. None of these
# has its first character in a token, so that no run of characters is tried from each of its places.
_EDGE: Final = r"(?:(?<![A-Za-z0-9_\-])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\[\dm)|(?<=\[\d\dm))"
_BEGIN: Final = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_END: Final = re.compile(r"-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
# A key whose end was cut off: lines of it, each perhaps with its number before it.
_CUT_OFF: Final = re.compile(r"(?:[\s\\\"',]{0,16}(?:\d{1,7}\t)?[A-Za-z0-9+/=]{20,}+)++")
_CODE: Final = frozenset("{}()<$%;")
_LABELS: Final = ("", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ")
PRIVATE_KEY: Final = "private key"


@dataclass(frozen=True, slots=True)
class _Form:
    """One kind: what every secret of it holds, which is quickly looked for, and how it looks whole.

    Where the pattern has a group, that is the secret, and the rest stays.
    """

    kind: str
    holds: tuple[str, ...]
    pattern: re.Pattern[str]

    def without(self, text: str) -> str:
        if not any(part in text for part in self.holds):
            return text
        return self.pattern.sub(self._marked, text)

    def _marked(self, found: re.Match[str]) -> str:
        start, end = (place - found.start() for place in found.span(found.lastindex or 0))
        return found[0][:start] + mark(self.kind) + found[0][end:]


def _packed_keys() -> str:
    """How a private key begins in base64, as far as three bytes are four letters."""
    begins = [f"-----BEGIN {label}PRIVATE KEY".encode() for label in _LABELS]
    return "|".join(re.escape(b64encode(each[: len(each) // 3 * 3]).decode()) for each in begins)


# From what the vendors say of their own tokens. No length has an upper limit where they give none.
_FORMS: Final = tuple(
    _Form(kind, holds, re.compile(pattern))
    for kind, holds, pattern in (
        (PRIVATE_KEY, ("LS0tLS1CRUdJ",), rf"(?:{_packed_keys()})[A-Za-z0-9+/=]{{20,}}"),
        (PRIVATE_KEY, ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[0-9A-Z]{50,}"),
        (
            "GitHub token",
            ("ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_"),
            r"(?:gh[opsur]_[A-Za-z0-9_.\-]{30,}|github_pat_[A-Za-z0-9_]{30,})",
        ),
        ("GitLab token", ("glpat-", "glrt-", "gldt-"), r"gl(?:pat|rt|dt)-[A-Za-z0-9_.\-]{20,}"),
        ("Anthropic key", ("sk-ant-",), _EDGE + r"sk-ant-[A-Za-z0-9_\-]{20,}"),
        (
            "OpenAI key",
            ("sk-proj-", "sk-svcacct-", "sk-admin-", "T3BlbkFJ"),
            _EDGE
            + r"sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_\-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})",
        ),
        ("AWS key", ("AKIA", "ASIA"), _EDGE + r"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9_])"),
        (
            "AWS key",
            ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "ecretAccessKey"),
            r"(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|[sS]ecretAccessKey)"
            r"[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        ),
        ("Azure key", ("AccountKey=",), r"AccountKey=([A-Za-z0-9+/]{86}==)"),
        (
            "Google key",
            ("AIza", "GOCSPX-"),
            _EDGE + r"(?:AIza[A-Za-z0-9_\-]{35}(?![A-Za-z0-9_\-])|GOCSPX-[A-Za-z0-9_\-]{28,})",
        ),
        (
            "Slack token",
            ("xox", "xapp-", "hooks.slack.com/services/"),
            r"(?:xox[abeoprs]-[A-Za-z0-9\-]{20,}|xapp-\d-[A-Za-z0-9\-]{20,}"
            r"|hooks\.slack\.com/services/[A-Z0-9]{8,}+/[A-Z0-9]{8,}+/[A-Za-z0-9]{20,})",
        ),
        (
            "key of this bot",
            ("ccb_", "ccr_"),
            _EDGE + r"(?:ccb_[0-9A-Za-z]{12}_|ccr_)[0-9A-Za-z]{49}(?![0-9A-Za-z_])",
        ),
        ("Stripe key", ("sk_live_", "rk_live_"), r"[sr]k_live_[A-Za-z0-9]{20,}"),
        ("SendGrid key", ("SG.",), _EDGE + r"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}(?![A-Za-z0-9_\-])"),
        ("Shopify token", ("shp",), r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}(?![A-Za-z0-9_])"),
        ("DigitalOcean token", ("_v1_",), r"do[opr]_v1_[a-f0-9]{64}"),
        ("Docker token", ("dckr_",), r"dckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,}"),
        ("Hugging Face token", ("hf_",), _EDGE + r"hf_[A-Za-z0-9]{34,}"),
        ("npm token", ("npm_",), _EDGE + r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9_])"),
        ("PyPI token", ("pypi-AgE",), r"pypi-AgE[A-Za-z0-9_\-]{50,}"),
        ("Vault token", ("hvs.",), _EDGE + r"hvs\.[A-Za-z0-9_\-]{24,}"),
        (
            "web token",
            ("eyJ",),
            _EDGE + r"eyJ[A-Za-z0-9_\-]{10,}+\.eyJ[A-Za-z0-9_\-]{10,}+\.[A-Za-z0-9_\-]{20,}",
        ),
        # Of the next two a value counts only with letters and digits: a placeholder has one or the other.
        (
            "authorization",
            ("uthorization", "UTHORIZATION"),
            r"(?:[Aa]uthorization|AUTHORIZATION)[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"']?"
            r"(?:[Bb]earer|[Bb]asic|[Tt]oken)[ \t]{1,8}"
            r"(?=[A-Za-z._~+/=\-]*\d)(?=[\d._~+/=\-]*[A-Za-z])([A-Za-z0-9._~+/=\-]{20,}+)",
        ),
        (
            "password",
            ("://",),
            r"://[^\s/:@\"'`<>{}()$%*]{1,64}:(?=[^\d\s@]{0,64}\d)(?=[^A-Za-z\s@]{0,64}[A-Za-z])"
            r"([^\s/:@\"'`<>{}()$%*]{8,128})@",
        ),
    )
)
KINDS: Final = tuple(dict.fromkeys((PRIVATE_KEY, *(form.kind for form in _FORMS))))


def mark(kind: str) -> str:
    """What stands for a secret of that kind."""
    return f"{MARK}: {kind}]"


def without_secrets(text: str) -> str:
    """The text with a mark for each secret in it, or for each line of one: no line is lost."""
    text = _without_keys(text)
    for form in _FORMS:
        text = form.without(text)
    return text


def kinds_left_out(texts: Iterable[str]) -> tuple[str, ...]:
    """The kinds of secrets that these texts have marks for."""
    told = {kind for text in texts for kind in _TOLD.findall(text)}
    return tuple(kind for kind in KINDS if kind in told)


def adds_marks(before: str, after: str) -> bool:
    """Whether somebody would write marks where there were none: what they stand for would be lost."""
    return after.count(MARK) > before.count(MARK)


def shown(question: Question) -> tuple[Question, tuple[str, ...]]:
    """The question as it may go out, and the kinds of secrets that were left out of it.

    The model's own turns go back as they came: they hold nothing but what it was shown.
    """
    messages = tuple(_shown_message(message) for message in question.messages)
    texts = (text for message in messages if message["role"] == "user" for text in _texts(message["content"]))
    return replace(question, messages=messages), kinds_left_out(texts)


def _shown_message(message: Mapping[str, Any]) -> Mapping[str, Any]:
    if message["role"] != "user":
        return message
    return {**message, "content": _shown_content(message["content"])}


def _shown_content(content: Any) -> Any:
    """A text, or blocks: texts, and what tools answered."""
    if isinstance(content, str):
        return without_secrets(content)
    return [
        {key: _shown_content(it) if key in {"text", "content"} else it for key, it in block.items()}
        for block in content
    ]


def _texts(content: Any) -> Iterable[str]:
    if isinstance(content, str):
        return [content]
    return [
        text
        for block in content
        for key in ("text", "content")
        if key in block
        for text in _texts(block[key])
    ]


def _without_keys(text: str) -> str:
    """Private keys in their usual form, which has a first and a last line."""
    kept: list[str] = []
    done = 0
    for head in _BEGIN.finditer(text):
        end = _end_of_key(text, head.end()) if head.start() >= done else None
        if end is not None:
            lines = text.count("\n", head.start(), end) + 1
            kept += [text[done : head.start()], "\n".join([mark(PRIVATE_KEY)] * lines)]
            done = end
    return "".join([*kept, text[done:]])


def _end_of_key(text: str, start: int) -> int | None:
    """Where the key ends that begins there; None where code speaks of keys and holds none."""
    dashes = text.find("-----", start, start + LONGEST_KEY)
    last = _END.match(text, dashes) if dashes != -1 else None
    if last is None:
        cut_off = _CUT_OFF.match(text, start)
        return cut_off.end() if cut_off else None
    body = text[start:dashes].replace("\\n", "").replace("\\r", "")
    return last.end() if any(map(str.isalnum, body)) and not _CODE.intersection(body) else None
