"""SX-07: what looks like a secret is left out of what the model is asked; all else stays as it is."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.counting import passed_in
from bot.domain.secrecy import KINDS, MARK, adds_marks, kinds_left_out, mark, shown, without_secrets
from bot.records import Question
from tests.security.spending import spent

# Letters and digits without an order; no secret of anybody.
NOISE: Final = "q7Rk2ZpW9xTbV4nLs8HdYc3GmJf6AeUo1Ki5QvNyXr0tPwSgBzMhDjCaElFu" * 3
HEX: Final = "3f9ac07b1e5d2846" * 8
LINES: Final = f"MII{NOISE[:61]}\n{NOISE[3:67]}\n{NOISE[7:40]}="
PEM: Final = f"-----BEGIN RSA PRIVATE KEY-----\n{LINES}\n-----END RSA PRIVATE KEY-----"

SECRETS: Final[Mapping[str, tuple[str, ...]]] = {
    "private key": (
        PEM,
        PEM.replace("RSA ", ""),
        PEM.replace("RSA ", "OPENSSH "),
        PEM.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK"),
        PEM.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,1F\n\n"),
        PEM.replace("\n", "\\n"),
        PEM.partition("\n-----END")[0],
        "\n".join(f"{number:6}\t{line}" for number, line in enumerate(PEM.splitlines(), 1)),
        b64encode(PEM.encode()).decode(),
        "AGE-SECRET-KEY-1" + NOISE[:58].upper(),
    ),
    "GitHub token": (
        *(f"gh{kind}_{NOISE[:36]}" for kind in "oprsu"),
        f"ghs_123456_eyJ{NOISE[:20]}.eyJ{NOISE[:40]}.a-{NOISE[:30]}_b",
        f"github_pat_{NOISE[:22]}_{NOISE[:59]}",
    ),
    "GitLab token": (f"glpat-{NOISE[:20]}", f"glrt-{NOISE[:20]}"),
    "Anthropic key": (f"sk-ant-api03-{NOISE[:80]}-{NOISE[:8]}AA",),
    "OpenAI key": (f"sk-proj-{NOISE[:70]}", f"sk-{NOISE[:20]}T3BlbkFJ{NOISE[:20]}"),
    "AWS key": (
        "AKIA" + "QWERTZ2345ASDFGH",
        f"aws_secret_access_key = {NOISE[:40]}",
        f'"SecretAccessKey": "{NOISE[:40]}"',
        f"AWS_SECRET_ACCESS_KEY={NOISE[:40]}",
    ),
    "Azure key": (f"AccountName=a;AccountKey={NOISE[:86]}==;Endpoint=b",),
    "Google key": (f"AIza{NOISE[:35]}", f"GOCSPX-{NOISE[:28]}"),
    "Slack token": (
        f"xoxb-{HEX[:12]}-{NOISE[:24]}",
        f"xapp-1-A0{NOISE[:9].upper()}-{HEX[:60]}",
        f"https://hooks.slack.com/services/T0AB12CD3/B0AB12CD3/{NOISE[:24]}",
    ),
    "key of this bot": (f"ccb_{NOISE[:12]}_{NOISE[:49]}", f"ccr_{NOISE[:49]}"),
    "Stripe key": (f"sk_live_{NOISE[:24]}", f"rk_live_{NOISE[:24]}"),
    "SendGrid key": (f"SG.{NOISE[:22]}.{NOISE[:43]}",),
    "Shopify token": (f"shpat_{HEX[:32]}",),
    "DigitalOcean token": (f"dop_v1_{HEX[:64]}",),
    "Docker token": (f"dckr_pat_{NOISE[:27]}",),
    "Hugging Face token": (f"hf_{NOISE[:34]}",),
    "npm token": (f"npm_{NOISE[:36]}",),
    "PyPI token": (f"pypi-AgE{NOISE[:100]}",),
    "Vault token": (f"hvs.{NOISE[:90]}",),
    "web token": (f"eyJ{NOISE[:30]}.eyJ{NOISE[:60]}.{NOISE[:43]}",),
    "authorization": (f"Authorization: Bearer {NOISE[:30]}", f'"authorization": "Basic {NOISE[:30]}=="'),
    "password": (f"postgresql://app:{NOISE[:12]}@db.internal/app", f"https://u:{NOISE[:20]}@example.com"),
}
PLAIN: Final = (
    'KEY = f"-----BEGIN PRIVATE KEY-----\\n{body}\\n-----END PRIVATE KEY-----"',
    'if text.startswith("-----BEGIN PRIVATE KEY-----"):\n    return load(text)',
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    f"-----BEGIN CERTIFICATE-----\n{LINES}\n-----END CERTIFICATE-----",
    f"-----BEGIN PUBLIC KEY-----\n{LINES}\n-----END PUBLIC KEY-----",
    "ghp_ and ghs_... are how tokens begin; github_pat_ too",
    'PREFIXES = ("sk-ant-", "xoxb-", "AKIA", "glpat-", "npm_", "hf_", "SG.", "hvs.", "eyJ")',
    "npm_config_registry_and_its_long_name_of_many_words=1",
    "aws_secret_access_key = os.environ['AWS_SECRET_ACCESS_KEY']",
    "Authorization: Bearer ${GITHUB_TOKEN_OF_THIS_RUN}",
    'headers = {"Authorization": f"Bearer {token_of_the_installation}"}',
    "Authorization: Bearer your-personal-access-token",
    "postgresql://postgres:postgres@localhost:5432/test",
    "https://user:password@example.com, redis://:changeme@cache",
    "https://user:${PASSWORD_2}@example.com",
    f"commit {HEX[:40]} and sha256:{HEX[:64]}",
    f'integrity "sha512-{NOISE[:86]}=="',
    "d6f7a9b2-0c1d-4e2f-8a3b-4c5d6e7f8a9b",
    "def skip_live_tests(): sk_live_mode = None",
    "risk-proj-of-the-year, task-ant-colony-simulation-of-many-ants",
)


@pytest.mark.parametrize(
    ("kind", "secret"), [(kind, secret) for kind, secrets in SECRETS.items() for secret in secrets]
)
def test_sx_07_a_secret_is_left_out_whole_and_its_kind_is_told(kind: str, secret: str) -> None:
    text = without_secrets(f'before\nvalue = "{secret}"\nafter')

    assert kinds_left_out([text]) == (kind,)
    assert NOISE[:12] not in text
    assert HEX[:12] not in text
    assert text.startswith('before\nvalue = "')
    assert text.endswith('"\nafter')


@pytest.mark.parametrize(
    "before", ["=", ":", "'", ">", "\\n", "\\t", "%22", "%0a", "\x1b[0m", "\\u001b[31m", "\n"]
)
@pytest.mark.parametrize("kind", SECRETS)
def test_sx_07_it_is_found_behind_whatever_stands_before_it(kind: str, before: str) -> None:
    assert kinds_left_out([without_secrets(before + SECRETS[kind][0])]) == (kind,)


def test_sx_07_every_kind_has_its_example() -> None:
    assert set(SECRETS) == set(KINDS)


@pytest.mark.parametrize("text", PLAIN)
def test_sx_07_what_only_speaks_of_secrets_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


def test_sx_07_a_key_of_several_lines_leaves_as_many() -> None:
    text = f"first\n{PEM}\nlast"

    left = without_secrets(text).splitlines()

    assert len(left) == len(text.splitlines())
    assert left == ["first", *[mark("private key")] * (len(left) - 2), "last"]


def test_sx_07_what_stands_between_two_keys_stays() -> None:
    assert "between" in without_secrets(f"{PEM}\nbetween\n{PEM}")


@given(st.text(), st.sampled_from([secret for many in SECRETS.values() for secret in many]), st.text())
def test_sx_07_nothing_around_a_secret_is_an_error_and_no_line_is_lost(
    before: str, secret: str, after: str
) -> None:
    text = f"{before}\n{secret}\n{after}"

    left = without_secrets(text)

    assert left.count("\n") == text.count("\n")
    assert without_secrets(left) == left


def question(*messages: Mapping[str, Any]) -> Question:
    return Question(model="m", system="s", messages=messages)


def test_sx_07_every_text_of_a_question_is_looked_at_but_the_models_own() -> None:
    token = SECRETS["GitHub token"][0]
    result = {"type": "tool_result", "tool_use_id": "t", "content": f"cat: {token}"}
    nested = {"type": "tool_result", "tool_use_id": "u", "content": [{"type": "text", "text": token}]}
    own = {"role": "assistant", "content": [{"type": "thinking", "thinking": token, "signature": "s"}]}

    asked, kinds = shown(
        question(
            {"role": "user", "content": f"Use {token}."},
            own,
            {"role": "user", "content": [{"type": "text", "text": token}, result, nested]},
        )
    )

    assert kinds == ("GitHub token",)
    assert asked.messages[1] == own
    assert token not in str([asked.messages[0], asked.messages[2]])
    assert str(asked.messages[2]).count(MARK) == 3


def test_sx_07_a_question_without_secrets_goes_out_as_it_is() -> None:
    plain = question({"role": "user", "content": [{"type": "text", "text": "Hello."}]})

    assert shown(plain) == (plain, ())


def test_sx_07_a_mark_of_no_kind_tells_nothing() -> None:
    assert kinds_left_out([f"{MARK}: @org team]", f"{MARK}: "]) == ()


@pytest.mark.parametrize(
    ("before", "after", "adds"),
    [("", f"{MARK}: x]", True), (f"a {MARK}", f"b {MARK}", False), (f"{MARK} {MARK}", MARK, False)],
)
def test_sx_07_a_file_that_speaks_of_marks_may_go_on_to(before: str, after: str, adds: bool) -> None:  # noqa: FBT001  a table's column
    assert adds_marks(before, after) is adds


PIECES: Final = (
    "ghp_", "ghp_.", "sk-ant-", "sk-T3BlbkFJ", "eyJ", "eyJaaaaaaaaaaa.", "\\neyJ", "%22eyJ", "[1meyJ", "eyJ.",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n" + "MIIE" * 6 + " ", "-----BEGIN ", "-----", "://", "://a:",
    "://a:a1aaaaaaaaaa", "Authorization: Bearer ", "Authorization: Bearer 1", "AKIA", "SG.",
    "hooks.slack.com/services/T0AB12CD3/",
    "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0t", "secretAccessKey=", "secretAccessKey= ", "AccountKey=", f"{MARK}: ",
    "A", "1", "A1\n", " ", "\n", "\\", "=",
)  # fmt: skip
OUTPUTS: Final = (
    "1 passed, ", "1 passed in ", "1 a", "= ", "Tests: ", "Tests: 1 a, ", "Ran 1 test in 1s\n\n", "Ran 1",
    "ok ", "ok a ", "--- PASS: ", "test result: ok. 1", "\x1b[", "\x1b[0;", "Tests run: 1, ", "1", " ", "\n",
)  # fmt: skip


@pytest.mark.parametrize(
    ("work", "piece"), [*((without_secrets, it) for it in PIECES), *((passed_in, it) for it in OUTPUTS)]
)
def test_sx_07_rc_19_four_times_the_text_is_no_more_than_about_four_times_the_work(
    work: Callable[[str], object], piece: str
) -> None:
    small, large = (piece * (size // len(piece)) for size in (256 * 1024, 1024 * 1024))

    # Twice as much is the machine's share; what grows with the square would be sixteen times as much.
    assert spent(work, large) < 8 * max(spent(work, small), 0.005)
