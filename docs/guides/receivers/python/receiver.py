"""A receiver without any package, on Python 3.8 or newer:
WEBHOOK_SECRET=whsec_… python3 receiver.py
"""

import base64
import hashlib
import hmac
import os
import re
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECRET = os.environ["WEBHOOK_SECRET"]
INBOX = Path(os.environ.get("INBOX", "inbox"))
TOLERANCE_SECONDS = 5 * 60
MAX_BODY_BYTES = 1024 * 1024

# whsec_ and base64 of the key, or a text of your own, which is the key as it is.
KEY = base64.b64decode(SECRET[len("whsec_") :]) if SECRET.startswith("whsec_") else SECRET.encode()
INBOX.mkdir(parents=True, exist_ok=True)


def is_genuine(headers, body: bytes) -> bool:
    """Whether a sender that knows the secret sent exactly these bytes, under this id, within the last five minutes."""
    message_id, timestamp, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not re.fullmatch("[0-9]{1,15}", timestamp) or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest())
    # While a secret is rotated there is one entry for each live secret; one match is enough.
    return any(hmac.compare_digest(entry.encode(), expected) for entry in signatures.split(" "))


def keep(message_id: str, body: bytes) -> bool:
    """Keeps a message once; False if it was there. In production: an INSERT into a table whose primary key is the id."""
    draft = INBOX / f".{uuid.uuid4()}"
    draft.write_bytes(body)
    try:
        os.link(draft, INBOX / message_id)
        return True
    except FileExistsError:
        return False
    finally:
        draft.unlink()


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        try:
            status = self.receive()
        except OSError:
            status = 500  # A message that could not be kept is sent again later.
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def receive(self) -> int:
        """The status to answer with. Work on the messages in the inbox begins after the answer, in a program of its own."""
        size = int(self.headers.get("content-length", 0))
        if size > MAX_BODY_BYTES:
            self.close_connection = True
            return 413
        # The bytes as they came: a body that was parsed and written again has other bytes.
        body = self.rfile.read(size)
        if not is_genuine(self.headers, body):
            return 401
        message_id = self.headers["webhook-id"]
        print("new" if keep(message_id, body) else "repeat", message_id, flush=True)
        return 204

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("", int(os.environ.get("PORT", 4000))), Receiver).serve_forever()
