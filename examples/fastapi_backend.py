"""
A backend that connects QuickBooks companies and reads their customers, on FastAPI.

    pip install qbapps fastapi
    qbapps simulate --port 8300          # in one terminal: Intuit's side, on this machine
    python examples/fastapi_backend.py   # in another; then open http://localhost:8400/

With a sandbox app of your own instead of the simulator: give its keys to ``register_app`` and
leave out ``discovery_url`` and ``api_url``.
"""

from __future__ import annotations

import os
from typing import Annotated

import uvicorn
from fastapi import Cookie, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse
from quickbooks.objects.customer import Customer

import qbapps

SIMULATOR = os.environ.get("SIMULATOR", "http://127.0.0.1:8300")
PORT = int(os.environ.get("PORT", "8400"))

Session = Annotated[str | None, Cookie()]


def create_app(qb: qbapps.QBApps) -> FastAPI:
    """Return the backend. Its routes are plain functions: FastAPI runs them in threads, and *qb* may be shared."""
    qb.register_app(
        "dext",
        client_id="sim-dext",
        client_secret="sim-dext-secret",
        redirect_uri=f"http://localhost:{PORT}/callback",
        discovery_url=f"{SIMULATOR}/.well-known/openid_sandbox_configuration",
        api_url=f"{SIMULATOR}/v3",
    )
    app = FastAPI(title="A backend on qbapps")

    @app.get("/")
    def home(session: Session = None) -> dict[str, object]:
        mine = qb.connections(reference=session) if session else ()
        alive = {one.company_name: f"/customers/{one.id}" for one in mine if one.state == "connected"}
        return {"connect": "/connect", "companies": alive}

    @app.get("/connect")
    def connect(session: Session = None) -> RedirectResponse:
        # A real backend has a signed-in user here: bind to their session, and refer to their tenant.
        session = session or os.urandom(32).hex()
        request = qb.begin_connect("dext", reference=session, bind=session)
        answer = RedirectResponse(request.url)
        answer.set_cookie("session", session, httponly=True, samesite="lax")  # and secure=True behind https
        return answer

    @app.get("/callback")
    def callback(request: Request, session: Session = None) -> RedirectResponse:
        connection = qb.complete(str(request.url), bind=session)
        # Redirecting at once takes the code out of the address bar.
        return RedirectResponse(f"/customers/{connection.id}", status_code=303)

    @app.get("/customers/{connection_id}")
    def customers(connection_id: str, session: Session = None) -> list[dict[str, object]]:
        connection = qb.connection(connection_id)
        if not session or connection.reference != session:
            raise HTTPException(404)  # somebody else's company
        client = qb.quickbooks(connection_id)
        return [{"name": one.DisplayName, "balance": one.Balance} for one in Customer.all(qb=client)]

    @app.get("/disconnected")
    def disconnected(realm_id: Annotated[str, Query(alias="realmId")] = "") -> dict[str, str]:
        """Meet the browser of somebody who disconnected in QuickBooks; anybody may call it, so it tells nothing."""
        if realm_id:
            qb.note_disconnect(realm_id, app="dext")  # asks Intuit before it believes anything
        return {"message": "To use it again, connect your company.", "connect": "/connect"}

    @app.exception_handler(qbapps.QBAppsError)
    def refused(_: Request, error: qbapps.QBAppsError) -> JSONResponse:
        status = 503 if error.retryable else 404 if isinstance(error, qbapps.NotFoundError) else 409
        return JSONResponse({"code": error.code, "message": error.message, "hint": error.hint}, status)

    return app


if __name__ == "__main__":
    with qbapps.open() as opened:
        uvicorn.run(create_app(opened), host="127.0.0.1", port=PORT)
