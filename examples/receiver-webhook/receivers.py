"""python3 receivers.py people.json 8080 - who is told of alerts, as the file says it."""

import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Receivers(BaseHTTPRequestHandler):
    def do_GET(self):
        namespace = parse_qs(urlsplit(self.path).query).get("namespace", [""])[0]
        with open(sys.argv[1]) as file:
            people = json.load(file)
        body = json.dumps({"receivers": people.get(namespace, [])}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Receivers)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
