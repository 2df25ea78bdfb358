#!/usr/bin/env python3
"""Reference client of the sites' protocol (docs/protocol.md) in Python 3.9 or later, on its standard library alone.

    kontor.py --vectors FILE
    kontor.py activate STATE URL KEY PRODUCT VERSION
    kontor.py check-in STATE COUNTS
    kontor.py report STATE PERIOD LINES [REVISION]

STATE is a folder of the installation's own; COUNTS and LINES are JSON files. The answer goes to stdout. Exit status: 0 done,
1 refused or not reached, 2 the call is wrong. KONTOR_CLOCK_OFFSET_S moves its own clock, for trying.

The standard library has no Ed25519, so the signature of RFC 8032 is worked out here. It takes no care to take the same time for
every key: where others share the machine, use a library.
"""
import base64
import hashlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone

# Ed25519 (RFC 8032, 5.1): points in extended coordinates.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def encoded_point(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | ((x & 1) << 255)).to_bytes(32, "little")


def expanded(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | (1 << 254), digest[32:]


def public_key_of(seed):
    return encoded_point(multiply(expanded(seed)[0], BASE))


def signed(seed, message):
    scalar, prefix = expanded(seed)
    public = encoded_point(multiply(scalar, BASE))
    number = lambda *parts: int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L
    nonce = number(prefix, message)
    commitment = encoded_point(multiply(nonce, BASE))
    answer = (nonce + number(commitment, public, message) * scalar) % L
    return commitment + answer.to_bytes(32, "little")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signature_of(body, claims, seed):
    """The value of the header Kontor-Signature: a detached JWS over the body's bytes as they are (RFC 7797)."""
    header = {"alg": "EdDSA", "b64": False, "crit": ["b64"]}
    header.update({name: claims[name] for name in ("kid", "iat", "nonce", "period", "path", "site")})
    encoded = base64url(json.dumps(header, separators=(",", ":")).encode())
    return encoded + ".." + base64url(signed(seed, encoded.encode() + b"." + body))


def clock_offset_ms(asked, answered, now):
    """How many milliseconds Kontor's clock is ahead of ours, as the middle of question and answer says."""
    return now - (asked + answered) / 2


class Refused(Exception):
    """Kontor refused a message: sending it again changes nothing."""


TRIES = 5
WAITS_S = [0.5, 1, 2, 4, 0]
TIMEOUT_S = 30


def own_ms():
    """Our own clock, which may be wrong: what we say of ourselves goes by it."""
    return time.time() * 1000 + float(os.environ.get("KONTOR_CLOCK_OFFSET_S", "0")) * 1000


def iso(milliseconds):
    at = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (at.microsecond // 1000)


def kontor_clock_offset(url):
    asked = own_ms()
    with urllib.request.urlopen(url + "/v1/site/time", timeout=TIMEOUT_S) as response:
        now = json.load(response)["now"]
    said = datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp() * 1000
    return clock_offset_ms(asked, own_ms(), said)


def deliver(url, path, body, headers):
    """Sends a body until Kontor has answered it: the same bytes each time, the headers made anew for each try."""
    for tries in range(TRIES):
        wait = WAITS_S[tries]
        try:
            sent = {"Content-Type": "application/json", **headers()}
            request = urllib.request.Request(url + path, data=body, headers=sent, method="POST")
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
                return response.read().decode()
        except urllib.error.HTTPError as error:
            problem = error.read().decode()
            try:
                code = json.loads(problem).get("code")
            except ValueError:
                code = None
            again = error.code >= 500 or error.code == 429
            # Signed anew both are cured.
            if not again and code not in ("SIGNATURE_EXPIRED", "NONCE_REUSED"):
                raise Refused(problem) from error
            wait = max(wait, float(error.headers.get("Retry-After") or 0))
        except OSError as error:
            problem = str(error)
        if tries + 1 < TRIES:
            time.sleep(wait)
    raise Refused("Not delivered after %d tries: %s" % (TRIES, problem))


# DER of an Ed25519 private key in PKCS #8, up to its 32 bytes.
PKCS8_PREFIX = bytes.fromhex("302e020100300506032b657004220420")


def write_once(file, text, mode):
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as out:
            out.write(text)
    except FileExistsError:
        pass
    with open(file) as kept:
        return kept.read()


def seed_of(state):
    os.makedirs(state, mode=0o700, exist_ok=True)
    der = base64.b64encode(PKCS8_PREFIX + secrets.token_bytes(32)).decode()
    pem = write_once(
        os.path.join(state, "key.pem"), "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % der, 0o600
    )
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-")))[-32:]


def activate(state, url, key, product, version):
    seed = seed_of(state)
    # The same installation and key each time: an activation whose answer was lost is asked for again.
    installation = write_once(os.path.join(state, "installation-id"), str(uuid.uuid4()), 0o600).strip()
    message = {
        "version": 1,
        "key": key,
        "installationId": installation,
        "product": product,
        "productVersion": version,
        "signingKey": {"publicKey": base64url(public_key_of(seed))},
    }
    answer = deliver(url, "/v1/site/activations", json.dumps(message).encode(), lambda: {})
    said = json.loads(answer)
    known = {"url": url, "siteId": said["siteId"], "installationId": installation, "signingKeyId": said["signingKeyId"]}
    with open(os.path.join(state, "site.json"), "w") as out:
        json.dump(known, out, indent=2)
    return answer


def send(state, path, message, period=None):
    with open(os.path.join(state, "site.json")) as file:
        site = json.load(file)
    seed = seed_of(state)
    body = json.dumps(message).encode()

    def headers():
        now = own_ms() + kontor_clock_offset(site["url"])
        claims = {
            "kid": site["signingKeyId"],
            "iat": int(now // 1000),
            "nonce": secrets.token_urlsafe(16),
            "period": period or iso(now)[:7],
            "path": path,
            "site": site["siteId"],
        }
        return {"Kontor-Signature": signature_of(body, claims, seed)}

    return deliver(site["url"], path, body, headers)


def check_in(state, file):
    with open(file) as given:
        counts = json.load(given)
    now = iso(own_ms())
    message = {"version": 1, "sentAt": now, "checkIns": [{"observedAt": now, "counts": counts}]}
    return send(state, "/v1/site/check-ins", message)


def report(state, period, file, revision="1"):
    with open(file) as given:
        lines = json.load(given)
    message = {"version": 1, "sentAt": iso(own_ms()), "period": period, "revision": int(revision), "lines": lines}
    return send(state, "/v1/site/usage-reports", message, period)


def check_vectors(file):
    with open(file) as given:
        vectors = json.load(given)
    seed = from_base64url(vectors["privateKey"])
    wrong = [] if base64url(public_key_of(seed)) == vectors["publicKey"] else ["publicKey"]
    for message in vectors["messages"]:
        claims = {**message, "kid": vectors["signingKeyId"], "site": vectors["siteId"]}
        if signature_of(from_base64url(message["body"]), claims, seed) != message["signature"]:
            wrong.append(message["name"])
    for clock in vectors["clocks"]:
        if clock_offset_ms(clock["asked"], clock["answered"], clock["now"]) != clock["offsetMs"]:
            wrong.append("clock %d" % clock["asked"])
    if wrong:
        raise Refused("Not as the vectors say: " + ", ".join(wrong))
    return "%d messages and %d clocks as they should be" % (len(vectors["messages"]), len(vectors["clocks"]))


COMMANDS = {
    "--vectors": (check_vectors, 1, 1),
    "activate": (activate, 5, 5),
    "check-in": (check_in, 2, 2),
    "report": (report, 3, 4),
}


def main(arguments):
    command, least, most = COMMANDS.get(arguments[0] if arguments else "", (None, 0, 0))
    if command is None or not least <= len(arguments) - 1 <= most:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(command(*arguments[1:]))
        return 0
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
