"""How calls are signed and sent, with nothing but the standard library.

It wants GIVING_BASE_URL, GIVING_PUBLIC_KEY, GIVING_SECRET_KEY and GIVING_HMAC_SECRET in the environment.
"""

import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request

BASE_URL = os.environ["GIVING_BASE_URL"]


def signed(method, path, body=None):
    """Makes a call that only the partner's own server may make."""
    data = b"" if body is None else json.dumps(body).encode()
    timestamp = str(int(time.time()))
    payload = timestamp + method + path + hashlib.sha256(data).hexdigest()
    secret = os.environ["GIVING_HMAC_SECRET"].encode()
    return send(method, path, data, {
        "X-Partner-Key": os.environ["GIVING_SECRET_KEY"],
        "X-Timestamp": timestamp,
        "X-Signature": hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest(),
    })


def from_browser(method, path, body=None):
    """Makes a call that a page may make too, with the publishable key alone."""
    data = b"" if body is None else json.dumps(body).encode()
    return send(method, path, data, {"X-Partner-Key": os.environ["GIVING_PUBLIC_KEY"]})


def send(method, path, data, headers):
    """Sends a request, and answers what came back; a refusal ends the program with the server's words."""
    if data:
        headers = {**headers, "Content-Type": "application/json"}
    request = urllib.request.Request(BASE_URL + path, data=data or None, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            text = response.read()
    except urllib.error.HTTPError as refused:
        raise SystemExit(f"{method} {path}: {refused.code} {refused.read().decode()}") from None
    return json.loads(text) if text else None
