"""Whatever comes to the endpoint: no exception, a known status, nothing of ours in answers, no secret in logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop_house import House, house, talk
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qbapps.desktop.soap.methods import METHODS
from qbapps.simulator.desktop import envelopes as wire
from qbapps.simulator.desktop.behaviour import EmptyStrings

STATUSES = {200, 400, 413, 503}
LEAKS = (b"Traceback", b'File "', b".py", b"sqlalchemy", b"sqlite", b"Error(", b"qbapps.desktop")
OFTEN = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def there() -> Iterator[House]:
    with house() as made:
        made.add("monday")
        made.update()
        yield made


def bodies(there: House) -> list[bytes]:
    """Return one real body of each call, with a ticket that is worth something."""
    ticket, *_ = there.log_in()
    values = {
        "ticket": ticket, "wcTicket": ticket, "strUserName": there.username, "strPassword": "wrong",
        "strHCPResponse": "<?xml version='1.0'?><QBXML><QBXMLMsgsRs/></QBXML>", "response": "<QBXML/>",
        "qbXMLMajorVers": "13", "qbXMLMinorVers": "0", "strVersion": "2.3.0.215",
    }  # fmt: skip
    return [
        wire.write(name, {one: values.get(one, "") for one, _ in method.parameters}, "Document", EmptyStrings.PAIR)
        for name, method in METHODS.items()
    ]


def check(there: House, body: bytes, path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    status, said = there.qb.desktop.dispatch(body, path=path)
    assert status in STATUSES
    assert not [leak for leak in LEAKS if leak in said]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert status != 503


@OFTEN
@given(body=st.binary(max_size=400), path=st.text(max_size=30))
@example(body=b"", path="")
@example(body=b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", path="con_")
def test_any_bytes_are_answered(there: House, body: bytes, path: str, caplog: pytest.LogCaptureFixture) -> None:
    check(there, body, path, caplog)


@OFTEN
@given(data=st.data())
def test_any_change_of_a_real_call_is_answered(
    there: House, data: st.DataObject, caplog: pytest.LogCaptureFixture
) -> None:
    body = bytearray(data.draw(st.sampled_from(bodies(there))))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        body[start:end] = data.draw(st.binary(max_size=20))
    check(there, bytes(body), data.draw(st.sampled_from(["", there.id, "x/y", "con_unknown"])), caplog)
    there.clock.advance(there.status.every)


# What may stand in XML 1.0, and can so reach us.
texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="".join(map(chr, range(32))) + "\ufffe\uffff"),
    max_size=300,
)


@OFTEN
@given(data=st.data())
def test_any_argument_of_any_call_is_answered(
    there: House, data: st.DataObject, caplog: pytest.LogCaptureFixture
) -> None:
    name = data.draw(st.sampled_from(sorted(METHODS)))
    real = st.sampled_from([there.log_in()[0], there.username, there.password, "0x80040420", "<QBXML/>", ""])
    given_ = {one: data.draw(texts | real) for one, _ in METHODS[name].parameters}
    check(there, wire.write(name, given_, "RPC", EmptyStrings.PAIR), there.id, caplog)
    there.clock.advance(there.status.every)


@OFTEN
@given(
    answer=texts | st.sampled_from(["<QBXML>", "<QBXML/>", "<QBXML><QBXMLMsgsRs/></QBXML>"]),
    hresult=st.just("") | texts,
)
def test_any_answer_of_quickbooks_is_taken(
    there: House, answer: str, hresult: str, caplog: pytest.LogCaptureFixture
) -> None:
    there.clock.advance(there.status.every * 6)
    there.qb.desktop.enqueue(there.id, there.request())
    begun = talk(there)
    begun.ask()
    caplog.clear()
    assert -1 <= begun.receive(answer, hresult, answer) <= 100
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    for job in there.qb.desktop.jobs(there.id, state="queued"):
        there.qb.desktop.cancel_job(job.id)
    if there.state != "active":
        there.clock.advance(there.status.every)
        there.update()


def test_neither_password_nor_ticket_is_in_logs_or_in_the_database(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "store.db"
    with house(f"sqlite:///{path}") as there:
        there.add("monday")
        update = there.update()
        wrong = "not-the-password-0000"
        there.call("authenticate", strUserName=there.username, strPassword=wrong)
        there.connector.lose_reply_of("receiveResponseXML")
        there.add("tuesday")
        tickets = [call.arguments["ticket"] for call in update.calls if "ticket" in call.arguments]
        tickets.append(there.log_in()[0])
        there.qb.desktop._verifier.is_right = _fail  # type: ignore[method-assign] # something of ours breaks
        given = {"strUserName": there.username, "strPassword": wrong}
        status, _ = there.qb.desktop.dispatch(
            wire.write("authenticate", given, "Document", EmptyStrings.PAIR), path=there.id
        )
        assert status == 503
        secrets = [there.password, wrong, *tickets]
        written = path.read_bytes() + b"".join(one.read_bytes() for one in tmp_path.glob("store.db-*"))
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "A call of a Web Connector failed." in logged
    assert len(secrets) > 5
    for secret in secrets:
        assert secret not in logged
        assert secret.encode() not in written


def _fail(password: str, kept: str) -> bool:
    raise RuntimeError(f"it was about {password}")
