"""A small OpenID provider for the tests, written from the standards: its own keys, codes with PKCE, refresh, userinfo.

It imports nothing of the product. What it answers can be bent (`bend`), it can be silent (`status`) or gone (`stop`).
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class RsaKey:
    algorithm = "RS256"

    def __init__(self, name):
        self.name, self.key = name, rsa.generate_private_key(65537, 2048)

    def public(self):
        numbers = self.key.public_key().public_numbers()
        return {"kty": "RSA", "kid": self.name, "use": "sig", "n": number(numbers.n), "e": number(numbers.e)}

    def sign(self, message):
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


class CurveKey:
    algorithm = "ES256"

    def __init__(self, name):
        self.name, self.key = name, ec.generate_private_key(ec.SECP256R1())

    def public(self):
        numbers = self.key.public_key().public_numbers()
        x, y = (b64(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "kid": self.name, "x": x, "y": y}

    def sign(self, message):
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def token(key, claims, **header):
    """A compact signed token; `alg="none"` leaves the signature out."""
    head = {"alg": key.algorithm, "kid": key.name, **header}
    parts = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
    signature = b"" if head["alg"] == "none" else key.sign(parts.encode())
    return f"{parts}.{b64(signature)}"


class Provider:
    """One provider on a port of its own; `person` are the claims of whoever signs in next."""

    client, secret = "gezhi-office", "s3cret/with:signs"

    def __init__(self, key=None):
        self.key = key or RsaKey("first")
        self.keys = [self.key]
        self.person = {"sub": "u1", "preferred_username": "li.jie", "name": "李洁", "groups": ["urban-handlers"]}
        self.codes, self.refreshes, self.accesses, self.calls = {}, {}, {}, []
        self.bend = dict  # changes the claims of an ID token before it is signed
        self.header = {}
        self.status = 0
        self.ahead = 0  # seconds by which its clock runs ahead
        self.gives_refresh = self.signs_again = self.says_userinfo = True
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()

    def now(self):
        return int(time.time()) + self.ahead

    def rotate(self, key=None):
        self.key = key or RsaKey(secrets.token_hex(4))
        self.keys = [self.key]

    def void(self):
        """Somebody has left: nothing that he was given is good any more."""
        self.refreshes.clear()
        self.accesses.clear()

    def metadata(self):
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/leave",
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        }
        return {**found, "userinfo_endpoint": f"{self.issuer}/userinfo"} if self.says_userinfo else found

    def authorize(self, address):
        """What a browser gets that goes there and signs in: the address it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "person": dict(self.person)}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def id_token(self, person, nonce, access):
        now = self.now()
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {"iss": self.issuer, "aud": self.client, "iat": now, "exp": now + 300, "at_hash": b64(half),
                  "sid": f"sid-{person['sub']}", **person}  # fmt: skip
        if nonce:
            claims["nonce"] = nonce
        return token(self.key, self.bend(claims), **self.header)

    def logout_token(self, *, header=None, **claims):
        now = self.now()
        whole = {"iss": self.issuer, "aud": self.client, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8),
                 "events": {LOGOUT: {}}, "sub": self.person["sub"], **claims}  # fmt: skip
        return token(self.key, {name: value for name, value in whole.items() if value is not None}, **(header or {}))

    def exchange(self, form, authorization):
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode() if authorization else ":"
        if pair != "gezhi-office:s3cret%2Fwith%3Asigns":
            return 401, {"error": "invalid_client"}
        nonce = ""
        if form.get("grant_type") == "refresh_token":
            person = self.refreshes.pop(form.get("refresh_token"), None)  # each is good once
        else:
            asked = self.codes.pop(form.get("code"), None)
            person = asked and asked["person"]
            if asked:
                proof = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
                if proof != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
                    person = None
                nonce = asked["nonce"]
        if person is None:
            return 400, {"error": "invalid_grant"}
        if form.get("grant_type") == "refresh_token" and self.person["sub"] == person["sub"]:
            person = dict(self.person)
        return 200, self.answer(person, nonce, first=bool(nonce))

    def answer(self, person, nonce, *, first):
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.accesses[access] = person
        found = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        if first or self.signs_again:
            found["id_token"] = self.id_token(person, nonce, access)
        if self.gives_refresh:
            self.refreshes[refresh] = person
            found["refresh_token"] = refresh
        return found

    def userinfo(self, authorization):
        person = self.accesses.get((authorization or "").removeprefix("Bearer "))
        return (200, person) if person else (401, {"error": "invalid_token"})

    def handler(self):
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = urlsplit(self.path).path
                provider.calls.append(path)
                if path == "/authorize":  # a browser comes: whoever is `person` is signed in there already
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(self.path))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                found = {
                    "/.well-known/openid-configuration": lambda: (200, provider.metadata()),
                    "/jwks": lambda: (200, {"keys": [key.public() for key in provider.keys]}),
                    "/userinfo": lambda: provider.userinfo(self.headers.get("Authorization")),
                }.get(path)
                self.say(*(found() if found else (404, {})))

            def do_POST(self):
                provider.calls.append(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                if provider.status:  # a silent one uses nothing up
                    self.say(200, {})
                    return
                self.say(*provider.exchange(form, self.headers.get("Authorization", "")))

            def say(self, status, body):
                raw = json.dumps(body).encode()
                self.send_response(provider.status or status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_):
                pass

        return Handler
