"""The consent page: whom it sends back, and whom it never does."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from qbapps.simulator import ConsentRefused


def test_an_admin_is_sent_back_with_a_code_the_state_and_the_realm(app):
    back = app.consent()
    assert list(back) == ["code", "state", "realmId"]
    assert back["state"] == "st4te"
    assert back["realmId"] == app.realm


def test_without_an_accounting_scope_no_company_is_chosen_and_no_realm_comes_back(app):
    back = app.consent(realm=None, scope="openid email")
    assert "realmId" not in back
    assert app.userinfo(app.exchange(back["code"]).json()["access_token"]).status == 200


def test_the_company_may_be_left_out_only_when_there_is_one_choice(app):
    with pytest.raises(ConsentRefused, match="no company was chosen"):
        app.consent(realm=None)
    app.intuit.remove_admin(app.other_realm, "jean@durand.example")
    assert app.consent(realm=None)["realmId"] == app.realm


def test_a_user_who_declines_sends_back_access_denied_and_no_code(app):
    url = app.intuit.consent(app.authorize_url(), user="jean@durand.example", realm_id=app.realm, decision="deny")
    assert dict(parse_qsl(urlsplit(url).query)) == {"error": "access_denied", "state": "st4te"}


@pytest.mark.parametrize("scope", ["", "openid everything", None])
def test_an_unknown_or_missing_scope_sends_back_invalid_scope(app, scope):
    assert app.consent(scope=scope) == {"error": "invalid_scope", "state": "st4te"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": None}, "state is missing"),
        ({"state": ""}, "state is missing"),
        ({"client_id": "nobody"}, "no app"),
        ({"response_type": "token"}, "response_type"),
        ({"redirect_uri": "http://localhost:8400/callback/"}, "redirect address"),
        ({"redirect_uri": "http://localhost:8400/Callback"}, "redirect address"),
        ({"redirect_uri": "https://localhost:8400/callback"}, "redirect address"),
        ({"redirect_uri": "http://localhost:8400/callback?next=/"}, "redirect address"),
        ({"redirect_uri": None}, "redirect address"),
    ],
)
def test_a_malformed_request_gets_intuits_own_page_and_is_never_redirected(app, changes, why):
    with pytest.raises(ConsentRefused, match=why):
        app.consent(**changes)
    record = app.intuit.requests[-1]
    assert (record.operation, record.status) == ("authorize", 400)


def test_the_error_page_is_the_same_whatever_the_cause(app):
    pages = {
        app.intuit.handle("GET", app.authorize_url(**changes)).body
        for changes in ({"state": None}, {"client_id": "x"}, {"redirect_uri": "http://x/"})
    }
    assert len(pages) == 1


def test_a_user_who_is_not_an_admin_cannot_connect(app):
    paul = "paul@elsewhere.example"
    with pytest.raises(ConsentRefused, match="not an admin"):
        app.intuit.consent(app.authorize_url(), user=paul, realm_id=app.realm)


def test_an_unknown_company_or_user_is_refused(app):
    with pytest.raises(ConsentRefused, match="no company '404'"):
        app.consent(realm="404")
    with pytest.raises(LookupError, match=r"no user 'nobody@x\.example'"):
        app.intuit.consent(app.authorize_url(), user="nobody@x.example")


def page(app, **params):
    return app.intuit.handle("GET", app.authorize_url(**params))


def post(app, **params):
    form = dict(parse_qsl(urlsplit(app.authorize_url()).query)) | params
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return app.intuit.handle("POST", "/connect/oauth2", headers, urlencode(form))


def test_a_person_signs_in_chooses_a_company_and_connects(app):
    jean = app.intuit.user("jean@durand.example").sub
    who = page(app)
    assert who.status == 200
    assert "Sophie Morel" in who.text
    choice = page(app, user=jean)
    assert "Boulangerie Martin" in choice.text
    assert "Change admin" not in choice.text
    sent_back = post(app, user=jean, realm_id=app.realm, decision="allow")
    assert sent_back.status == 302
    assert sent_back.location.startswith(app.callback + "?code=")


def test_a_person_who_cancels_on_the_page_is_sent_back_with_access_denied(app):
    jean = app.intuit.user("jean@durand.example").sub
    assert "error=access_denied" in post(app, user=jean, decision="deny").location


def test_a_form_sent_without_a_decision_connects_nothing(app):
    jean = app.intuit.user("jean@durand.example").sub
    assert post(app, user=jean, realm_id=app.realm).status == 200


def test_the_page_lists_only_companies_the_user_administers(app):
    paul = app.intuit.user("paul@elsewhere.example").sub
    shown = page(app, user=paul).text
    assert "not an admin of any company" in shown
    assert "Boulangerie" not in shown
    assert post(app, user=paul, realm_id=app.realm, decision="allow").status == 403


def test_change_admin_is_announced_and_asked_before_another_admin_is_replaced(app):
    app.connect("jean")
    sophie = app.intuit.user("sophie@durand.example").sub
    assert "connected by Jean Durand (Change admin)" in page(app, user=sophie).text
    asked = post(app, user=sophie, realm_id=app.realm, decision="allow")
    assert asked.status == 200
    assert "Change admin?" in asked.text
    assert app.intuit.connection("dext", app.realm).owner.name == "Jean Durand"
    done = post(app, user=sophie, realm_id=app.realm, decision="allow", confirm="change_admin")
    assert done.status == 302


def test_names_are_escaped_on_every_page(app):
    paul = app.intuit.user("paul@elsewhere.example").sub
    jean = app.intuit.user("jean@durand.example").sub
    shown = [page(app), page(app, user=paul), page(app, user=jean), app.intuit.handle("GET", "/")]
    assert all("<script>" not in reply.text and "<b>&lt;" not in reply.text for reply in shown)
    assert all("Cie <b>" not in reply.text for reply in shown)
    reflected = page(app, user=jean, state='"><script>alert(1)</script>')
    assert "<script>" not in reflected.text


def test_the_front_page_tells_who_exists_and_what_is_connected(app):
    app.connect("jean")
    shown = app.intuit.handle("GET", "/").text
    for text in ("Intuit, simulated", "Boulangerie Martin", "sophie@durand.example", "connected"):
        assert text in shown
