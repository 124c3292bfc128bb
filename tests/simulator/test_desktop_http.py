"""The fake Web Connector over real HTTP and HTTPS."""

import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import trustme
from desktop_parts import HOURS, Server, each, qbxml, qwc, workshop

from qbapps.simulator.desktop import ConnectorError, FakeWebConnector, Outcome, OverHttp


@pytest.fixture
def serve():
    """Serve a scripted server on loopback and give its port."""
    running = []

    def start(server, context=None):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(*server.dispatch(body, path=self.path.removeprefix("/qbwc/")))

            def do_GET(self):
                self.answer(200, b"")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        http = ThreadingHTTPServer(("localhost", 0), Handler)
        if context is not None:
            http.socket = context.wrap_socket(http.socket, server_side=True)
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((http, thread))
        return http.server_port

    yield start
    for http, thread in running:
        http.shutdown()
        thread.join()
        http.server_close()


def file(scheme, port):
    return qwc(AppURL=f"{scheme}://localhost:{port}/qbwc/con_1", AppSupport=f"{scheme}://localhost:{port}/")


def test_a_session_over_http(serve):
    server = Server(sendRequestXML=each([qbxml(HOURS)]))
    wire = OverHttp()
    connector = FakeWebConnector(workshop(), wire.post, wire.get)
    connector.add(file("http", serve(server)))
    connector.set_password("x")
    assert connector.update_selected().outcomes == [Outcome.DONE]


def test_a_session_over_https_needs_a_certificate_that_is_trusted(serve):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    port = serve(Server(sendRequestXML=each([qbxml(HOURS)])), context)
    trusting = ssl.create_default_context()
    with pytest.raises(ConnectorError, match="QBWC1003"):
        FakeWebConnector(workshop(), OverHttp(trusting).post, OverHttp(trusting).get).add(file("https", port))
    authority.configure_trust(trusting)
    wire = OverHttp(trusting)
    connector = FakeWebConnector(workshop(), wire.post, wire.get)
    connector.add(file("https", port))
    connector.set_password("x")
    assert connector.update_selected().outcomes == [Outcome.DONE]


def test_a_server_that_is_not_there(serve):
    wire = OverHttp(timeout=5)
    connector = FakeWebConnector(workshop(), wire.post)
    connector.add(file("http", 1))
    connector.set_password("x")
    log = connector.update_selected()
    assert (log.codes, log.outcomes) == (["QBWC1012"], [Outcome.FAILED])
