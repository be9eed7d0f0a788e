"""Registers a webhook to itself, verifies what comes, and takes the webhook away again."""

import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from giving import signed

MAX_AGE_SECONDS = 300


def is_genuine(secret, headers, body):
    """Whether a delivery is the server's, and fresh. The signature is over the very bytes that came."""
    timestamp = headers["X-SIR-Timestamp"]
    if abs(time.time() - int(timestamp)) > MAX_AGE_SECONDS:
        return False
    signature = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={signature}", headers["X-SIR-Signature"])


class Receiver(http.server.BaseHTTPRequestHandler):
    received = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        genuine = is_genuine(hook["secret"], self.headers, body)
        # Answer at once, and do the work afterwards: what takes longer than 15 seconds is sent again.
        self.send_response(200 if genuine else 401)
        self.end_headers()
        self.received.append((genuine, json.loads(body)))

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
# A sandbox that was started with --demo delivers to this machine; others take https alone.
hook = signed("POST", "/v1/partner/webhooks", {
    "url": f"http://127.0.0.1:{server.server_port}/hook",
    "eventTypes": ["action.completed"],
})
signed("POST", f"/v1/partner/webhooks/{hook['id']}/test", {})
while not Receiver.received:
    server.handle_request()
genuine, event = Receiver.received[0]
print(f"{event['type']}: {'genuine' if genuine else 'forged'}")

forged = dict.fromkeys(["X-SIR-Timestamp"], str(int(time.time()))) | {"X-SIR-Signature": "sha256=00"}
print(f"another: {'genuine' if is_genuine(hook['secret'], forged, b'{}') else 'forged'}")
signed("DELETE", f"/v1/partner/webhooks/{hook['id']}")
