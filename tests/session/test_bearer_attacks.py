"""What attackers send to a server in place of an access token."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.session.forger import (
    GONE,
    Forger,
    encoded,
    foreign,
    jwk_of,
    shared,
    signed,
    unsigned,
    with_key,
)
from tests.session.gate import (
    BY_SERVER,
    JWKS,
    NO_TOKEN,
    NONE,
    SIGNATURE,
    UNKNOWN,
    USER,
    opened,
    refusal,
)
from tests.session.people import ADA
from tests.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.postgres.server import Server
    from tests.session.gate import Gate


@pytest.fixture(scope="module")
def server(postgres_cluster: Server, project_template: str) -> Iterator[StandIn]:
    """Return a project that nobody changes: one for all attacks."""
    name = postgres_cluster.create_database(project_template)
    with StandIn(postgres_cluster.url_of(name)) as server:
        yield server
    postgres_cluster.drop_database(name)


@pytest.fixture(scope="module")
def user_id(server: StandIn) -> str:
    return server.add_user(ADA, None)


@pytest.fixture
def gate(server: StandIn, user_id: str) -> Iterator[Gate]:
    server.requests.clear()
    yield from opened(server, user_id)


def claiming(algorithm: object) -> Callable[[Forger], str]:
    return heading(alg=algorithm)


def heading(**changes: object) -> Callable[[Forger], str]:
    return lambda one: one.heads(**changes)


def saying(**changes: object) -> Callable[[Forger], str]:
    return lambda one: one.says(**changes)


def issued_by(change: Callable[[str], str]) -> Callable[[Forger], str]:
    return lambda one: one.says(iss=change(one.claims()["iss"]))


def twice(name: str, value: str) -> Callable[[Forger], str]:
    """Say one thing, and say it again otherwise."""

    def forge(one: Forger) -> str:
        raw = json.dumps(one.claims())[:-1] + f', "{name}": {json.dumps(value)}}}'
        return signed(one.header(), raw.encode(), with_key(one.key))

    return forge


def raw(claims: bytes) -> Callable[[Forger], str]:
    return lambda one: signed(one.header(), claims, with_key(one.key))


def der(one: Forger) -> str:
    return signed(
        one.header(), one.claims(), lambda text: one.key.sign(text, ec.ECDSA(hashes.SHA256()))
    )


def good(change: Callable[[str], str]) -> Callable[[Forger], str]:
    return lambda one: change(one.says())


def other_claims(one: Forger) -> str:
    """Put the claims of an owner under a signature of one's own token."""
    head, _, signature = one.says().split(".")
    return f"{head}.{encoded(one.claims(sub='00000000-0000-4000-8000-000000000000'))}.{signature}"


ATTACKS: dict[str, tuple[Callable[[Forger], str], str]] = {
    # JWT-01: no signature
    **{f"JWT-01 {name}": (claiming(name), NONE) for name in ("none", "None", "NONE", "nOnE", "")},
    **{f"JWT-01 empty, {name}": (unsigned(name), NO_TOKEN) for name in ("none", "nOnE", "ES256")},
    **{f"JWT-01 {name}": (claiming(name), NONE) for name in (None, GONE, 0, ["ES256"], " ES256")},
    # JWT-02: the public key as a shared secret
    "JWT-02 PEM": (shared(lambda one: one.public_pem), BY_SERVER),
    "JWT-02 PEM, no kid": (shared(lambda one: one.public_pem, kid=GONE), BY_SERVER),
    "JWT-02 JWK": (shared(lambda one: json.dumps(one.public_jwk).encode()), BY_SERVER),
    "JWT-02 x": (shared(lambda one: one.public_jwk["x"].encode()), BY_SERVER),
    "JWT-02 empty": (shared(lambda _: b""), BY_SERVER),
    "JWT-02 publishable key": (shared(lambda one: one.server.publishable_key.encode()), BY_SERVER),
    **{f"JWT-02 {name}": (claiming(name), NONE) for name in ("HS384", "HS512", "hs256", "PS256")},
    # JWT-03: another algorithm than that of the key
    **{f"JWT-03 {name}": (claiming(name), SIGNATURE) for name in ("RS256", "EdDSA")},
    **{f"JWT-03 {name}": (claiming(name), NONE) for name in ("ES384", "ES256K", "es256", "RS512")},
    # JWT-04: another signature
    "JWT-04 another key": (foreign(), SIGNATURE),
    "JWT-04 other claims": (other_claims, SIGNATURE),
    "JWT-04 zeros": (
        lambda one: signed(one.header(), one.claims(), lambda _: bytes(64)),
        SIGNATURE,
    ),
    "JWT-04 short": (lambda one: signed(one.header(), one.claims(), lambda _: b"x"), SIGNATURE),
    "JWT-04 DER": (der, SIGNATURE),
    "JWT-04 truncated": (good(lambda token: token[:-10]), SIGNATURE),
    # JWT-05: the id of the key
    "JWT-05 unknown": (foreign(kid="other"), UNKNOWN),
    "JWT-05 path": (foreign(kid="../../../../dev/null"), UNKNOWN),
    "JWT-05 url": (foreign(kid="http://127.0.0.1:1/key"), UNKNOWN),
    "JWT-05 sql": (foreign(kid="x' union select 'secret"), UNKNOWN),
    "JWT-05 NUL": (foreign(kid="\x00"), UNKNOWN),
    "JWT-05 missing": (lambda one: one.heads(kid=GONE), "does not name the key"),
    **{
        f"JWT-05 {kid!r:.9}": (foreign(kid=kid), "does not name its key as a text")
        for kid in (None, "", 1, ["x"], {"x": 1}, "k" * 201)
    },
    # JWT-06: the issuer
    "JWT-06 prefix": (issued_by(lambda iss: iss[:-1]), "was not issued by"),
    "JWT-06 suffix": (issued_by(lambda iss: f"{iss}/"), "was not issued by"),
    "JWT-06 longer": (issued_by(lambda iss: f"{iss}.evil.example"), "was not issued by"),
    "JWT-06 port": (issued_by(lambda _: "http://127.0.0.1:1/auth/v1"), "was not issued by"),
    "JWT-06 foreign": (issued_by(lambda _: "https://evil.example/auth/v1"), "was not issued by"),
    "JWT-06 container": (issued_by(lambda _: "http://kong:8000/auth/v1"), "was not issued by"),
    "JWT-06 query": (issued_by(lambda iss: f"{iss}?x=1"), "was not issued by"),
    "JWT-06 scheme": (issued_by(lambda iss: iss.replace("http", "ftp")), "was not issued by"),
    "JWT-06 name": (saying(iss="supabase"), "was not issued by"),
    "JWT-06 list": (lambda one: one.says(iss=[one.claims()["iss"]]), "was not issued by"),
    "JWT-06 missing": (saying(iss=GONE), "was not issued by"),
    # JWT-07: the audience
    **{
        f"JWT-07 {aud!r:.20}": (saying(aud=aud), "not for the audience authenticated")
        for aud in ("anon", "", "authenticated2", [], ["x"], [["authenticated"]], None, 1, GONE)
    },
    "JWT-07 object": (saying(aud={"authenticated": 1}), "not for the audience authenticated"),
    # JWT-08: the times
    "JWT-08 expired": (lambda one: one.in_time("exp", -90), "has run out"),
    **{
        f"JWT-08 exp {exp!r:.9}": (saying(exp=exp), "does not say when it runs out")
        for exp in (GONE, None, "9999999999", True, -1, 1e300, [1])
    },
    "JWT-08 nbf": (lambda one: one.in_time("nbf", 90), r"not good yet \(nbf\)"),
    "JWT-08 iat": (lambda one: one.in_time("iat", 90), r"not good yet \(iat\)"),
    "JWT-08 nbf text": (saying(nbf="1"), r"not good yet \(nbf\)"),
    "JWT-08 NaN": (raw(b'{"exp": NaN}'), NO_TOKEN),
    "JWT-08 Infinity": (raw(b'{"exp": Infinity}'), NO_TOKEN),
    "JWT-08 digits": (raw(b'{"exp": ' + b"9" * 5000 + b"}"), NO_TOKEN),
    # JWT-09: the user
    **{
        f"JWT-09 sub {sub!r:.20}": (saying(sub=sub), "does not name a user by id")
        for sub in (
            GONE,
            None,
            "",
            1,
            "ada",
            "{6f1c2e0a-3a44-4b0e-9d0c-6b1f1f6d9a57}",
            "6F1C2E0A-3A44-4B0E-9D0C-6B1F1F6D9A57",
            "6f1c2e0a-3a44-4b0e-9d0c-6b1f1f6d9a57\n",
            "6f1c2e0a3a444b0e9d0c6b1f1f6d9a57",
        )
    },
    **{
        f"JWT-09 {role}": (saying(role=role), f"a key for the role {role}")
        for role in ("service_role", "supabase_admin", "anon")
    },
    **{
        f"JWT-09 role {role!r:.9}": (saying(role=role), "not for the role authenticated")
        for role in (GONE, None, "postgres", "Authenticated", ["authenticated"])
    },
    "JWT-09 secret key": (lambda one: one.server.secret_key, r"a secret key \(sb_secret_\.\.\.\)"),
    "JWT-09 publishable": (lambda one: one.server.publishable_key, "a publishable key"),
    # JWT-10: what the header asks for
    **{
        f"JWT-10 crit {crit!r}": (heading(crit=crit), "extension")
        for crit in (["exp"], ["b64"], [], None)
    },
    "JWT-10 b64": (lambda one: one.heads(b64=False), SIGNATURE),
    "JWT-10 jwk": (
        lambda one: signed(
            one.header(jwk=jwk_of(one.own_key)),
            one.claims(),
            with_key(one.own_key),
        ),
        SIGNATURE,
    ),
    "JWT-10 x5c": (foreign(x5c=["MIIB"]), SIGNATURE),
    # JWT-11: no token at all
    "JWT-11 twice sub": (twice("sub", "00000000-0000-4000-8000-000000000000"), NO_TOKEN),
    "JWT-11 twice role": (twice("role", "authenticated"), NO_TOKEN),
    "JWT-11 huge": (saying(x="x" * 7000), "longer than 8192"),
    "JWT-11 deep": (raw(b'{"x":' + b"[" * 2900 + b"]" * 2900 + b"}"), "no JSON|role"),
    "JWT-11 list": (raw(b"[1]"), NO_TOKEN),
    "JWT-11 no JSON": (raw(b"x"), NO_TOKEN),
    "JWT-11 UTF-16": (raw('{"role": "authenticated"}'.encode("utf-16")), NO_TOKEN),
    "JWT-11 Latin-1": (raw(b'{"x": "\xe9"}'), NO_TOKEN),
    "JWT-11 no base64": (good(lambda token: token.replace(".", ".!", 1)), NO_TOKEN),
    "JWT-11 odd base64": (good(lambda token: f"A{token}"), NO_TOKEN),
    "JWT-11 standard base64": (good(lambda token: f"{token[:-1]}+"), NO_TOKEN),
    "JWT-11 padded": (good(lambda token: f"{token}=="), NO_TOKEN),
    "JWT-11 two parts": (good(lambda token: token.rpartition(".")[0]), NO_TOKEN),
    "JWT-11 four parts": (good(lambda token: f"{token}.x"), NO_TOKEN),
    "JWT-11 five parts": (good(lambda token: f"{token}.x.y"), NO_TOKEN),
    "JWT-11 empty": (lambda _: "", NO_TOKEN),
    "JWT-11 dots": (lambda _: "..", NO_TOKEN),
    "JWT-11 space before": (good(lambda token: f" {token}"), NO_TOKEN),
    "JWT-11 line end": (good(lambda token: f"{token}\n"), NO_TOKEN),
    "JWT-11 header": (good(lambda token: f"{token}\r\nX-Role: service_role"), NO_TOKEN),
    "JWT-11 tab": (good(lambda token: token.replace(".", "\t.", 1)), NO_TOKEN),
    "JWT-11 NUL": (good(lambda token: f"{token}\x00"), NO_TOKEN),
    "JWT-11 other letters": (good(lambda token: f"{token[:-1]}\u0391"), NO_TOKEN),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_with_a_reason_that_says_no_token(
    gate: Gate, attack: str, caplog: pytest.LogCaptureFixture
) -> None:
    forge, reason = ATTACKS[attack]
    token = forge(gate.forger)
    gate.server.requests.clear()
    assert re.search(reason, refusal(gate, token, caplog))
    assert gate.asked() == (reason in {SIGNATURE, UNKNOWN} or attack == "JWT-05 missing")
    assert gate.asked(USER) == (reason == BY_SERVER)
    assert len(gate.server.requests) == gate.asked() + gate.asked(USER)


@pytest.mark.parametrize("field", ["jku", "x5u", "iss"])
def test_an_address_in_a_token_is_never_asked(
    gate: Gate, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        claims = {"iss": f"{address}/auth/v1"} if field == "iss" else {}
        head = {} if field == "iss" else {field: f"{address}{JWKS}"}
        for kid in (GONE, "evil", gate.forger.header()["kid"]):
            header = gate.forger.header(kid=kid, **head)
            key = with_key(gate.forger.own_key)
            refusal(gate, signed(header, gate.forger.claims(**claims), key), caplog)
        with pytest.raises(BlockingIOError):
            listener.accept()
