"""Signs what schemathesis sends, with the keys that the environment names.

A call signs with the secret key, unless the document says that the publishable
key alone opens it, or the token of a sign-in, or nothing.
"""

import hashlib
import hmac
import json
import os
import re
import time
import urllib.request

import requests.auth
import schemathesis


def calls(document):
    """The methods and paths, and the schemes that each needs in its first way."""
    for path, entries in document["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]*", path) + "$")
        for method, entry in entries.items():
            schemes = list(entry["security"][0]) if entry["security"] else []
            # Of two patterns that fit, the one with less left open is meant.
            yield path.count("{"), method.upper(), pattern, schemes


with urllib.request.urlopen(os.environ["GIVING_DOCUMENT"]) as response:
    CALLS = sorted(calls(json.load(response)), key=lambda call: call[0])


def schemes_of(request):
    path = request.path_url.split("?")[0]
    for _, method, pattern, schemes in CALLS:
        if request.method == method and pattern.match(path):
            return schemes
    return ["secretKey", "timestamp", "signature"]


class Signed(requests.auth.AuthBase):
    def __call__(self, request):
        schemes = schemes_of(request)
        if schemes == ["accessToken"]:
            request.headers["Authorization"] = "Bearer " + os.environ["GIVING_ACCESS_TOKEN"]
        if schemes == ["publishableKey"]:
            request.headers["X-Partner-Key"] = os.environ["GIVING_PUBLIC_KEY"]
        if schemes == ["endaomentKey"]:
            request.headers["x-api-key"] = os.environ["GIVING_SECRET_KEY"]
        if "signature" not in schemes:
            return request
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        timestamp = str(int(time.time()))
        payload = timestamp + request.method + request.path_url + hashlib.sha256(body).hexdigest()
        secret = os.environ["GIVING_HMAC_SECRET"].encode()
        request.headers["X-Partner-Key"] = os.environ["GIVING_SECRET_KEY"]
        request.headers["X-Timestamp"] = timestamp
        request.headers["X-Signature"] = hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest()
        return request


schemathesis.auth.set_from_requests(Signed())
