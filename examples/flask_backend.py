"""
A backend that connects QuickBooks companies and reads their customers, on Flask.

    pip install qbapps flask
    qbapps simulate --port 8300          # in one terminal: Intuit's side, on this machine
    python examples/flask_backend.py     # in another; then open http://localhost:8400/

With a sandbox app of your own instead of the simulator: give its keys to ``register_app`` and
leave out ``discovery_url`` and ``api_url``. A server that forks workers calls ``qbapps.open`` in
each of them, not before: connections to a database cannot be shared across a fork.
"""

from __future__ import annotations

import os

from flask import Flask, Response, abort, jsonify, request
from quickbooks.objects.customer import Customer
from werkzeug.serving import run_simple

import qbapps

SIMULATOR = os.environ.get("SIMULATOR", "http://127.0.0.1:8300")
PORT = int(os.environ.get("PORT", "8400"))


def create_app(qb: qbapps.QBApps) -> Flask:
    """Return the backend; Flask serves each request in a thread, and *qb* may be shared."""
    qb.register_app(
        "dext",
        client_id="sim-dext",
        client_secret="sim-dext-secret",
        redirect_uri=f"http://localhost:{PORT}/callback",
        discovery_url=f"{SIMULATOR}/.well-known/openid_sandbox_configuration",
        api_url=f"{SIMULATOR}/v3",
    )
    app = Flask(__name__)

    @app.get("/")
    def home() -> dict[str, object]:
        session = request.cookies.get("session")
        mine = qb.connections(reference=session) if session else ()
        alive = {one.company_name or one.id: f"/customers/{one.id}" for one in mine if one.state == "connected"}
        return {"connect": "/connect", "companies": alive}

    @app.get("/connect")
    def connect() -> Response:
        # A real backend has a signed-in user here: bind to their session, and refer to their tenant.
        session = request.cookies.get("session") or os.urandom(32).hex()
        begun = qb.begin_connect("dext", reference=session, bind=session)
        answer = Response(status=302, headers={"Location": begun.url})
        answer.set_cookie("session", session, httponly=True, samesite="Lax")  # and secure=True behind https
        return answer

    @app.get("/callback")
    def callback() -> Response:
        connection = qb.complete(request.url, bind=request.cookies.get("session"))
        # Redirecting at once takes the code out of the address bar.
        return Response(status=303, headers={"Location": f"/customers/{connection.id}"})

    @app.get("/customers/<connection_id>")
    def customers(connection_id: str) -> list[dict[str, object]]:
        session = request.cookies.get("session")
        connection = qb.connection(connection_id)
        if not session or connection.reference != session:
            abort(404)  # somebody else's company
        client = qb.quickbooks(connection_id)
        return [{"name": one.DisplayName, "balance": one.Balance} for one in Customer.all(qb=client)]

    @app.get("/disconnected")
    def disconnected() -> dict[str, str]:
        """Meet the browser of somebody who disconnected in QuickBooks; anybody may call it, so it tells nothing."""
        if realm_id := request.args.get("realmId"):
            qb.note_disconnect(realm_id, app="dext")  # asks Intuit before it believes anything
        return {"message": "To use it again, connect your company.", "connect": "/connect"}

    @app.errorhandler(qbapps.QBAppsError)
    def refused(error: qbapps.QBAppsError) -> tuple[Response, int]:
        status = 503 if error.retryable else 404 if isinstance(error, qbapps.NotFoundError) else 409
        return jsonify(code=error.code, message=error.message, hint=error.hint), status

    return app


if __name__ == "__main__":
    with qbapps.open() as opened:
        run_simple("127.0.0.1", PORT, create_app(opened), threaded=True)  # any WSGI server with threads will do
