"""
QuickBooks Desktop and the Web Connector by themselves: an independent witness, for users' tests too.

It imports nothing of qbapps outside the simulator. What is documented is played as documented; what nobody outside
Intuit knows has a switch in `QuickBooksBehaviour` or `ConnectorBehaviour`. Nothing here was compared with the real
programs::

    company = CompanyFile.sample("Menuiserie Petit")
    quickbooks = FakeQuickBooks(open_company=company, clock=clock)
    wire = InProcess(qb.desktop.dispatch, "https://books.durand.example/qbwc")
    connector = FakeWebConnector(quickbooks, wire.post, wire.get)
    connector.add(qwc)
    connector.set_password(password)
    log = connector.update_selected()
    company.times
"""

from qbapps.simulator.desktop.application import Application
from qbapps.simulator.desktop.behaviour import (
    Checksum,
    ConnectorBehaviour,
    EmptyStrings,
    FileIdCase,
    Hcp,
    Iterators,
    LostReply,
    MessageSets,
    NoOp,
    PersonalData,
    Probe,
    QuickBooksBehaviour,
    RemovedCertificate,
    SameStamp,
    ServerVersion,
    Times,
    UnknownOldId,
)
from qbapps.simulator.desktop.carrying_out import Executed
from qbapps.simulator.desktop.certificates import Access, App, Certificate
from qbapps.simulator.desktop.company import CompanyFile, FileMode
from qbapps.simulator.desktop.connector import FakeWebConnector
from qbapps.simulator.desktop.entries import Employee, Entry, Reference, Time
from qbapps.simulator.desktop.hresults import HResult
from qbapps.simulator.desktop.letting_in import Consent
from qbapps.simulator.desktop.log import Call, Log, Outcome, Update
from qbapps.simulator.desktop.quickbooks import FakeQuickBooks, Session
from qbapps.simulator.desktop.qwc_file import ConnectorError, QwcFile
from qbapps.simulator.desktop.transports import InProcess, OverHttp

__all__ = [
    "Access",
    "App",
    "Application",
    "Call",
    "Certificate",
    "Checksum",
    "CompanyFile",
    "ConnectorBehaviour",
    "ConnectorError",
    "Consent",
    "Employee",
    "EmptyStrings",
    "Entry",
    "Executed",
    "FakeQuickBooks",
    "FakeWebConnector",
    "FileIdCase",
    "FileMode",
    "HResult",
    "Hcp",
    "InProcess",
    "Iterators",
    "Log",
    "LostReply",
    "MessageSets",
    "NoOp",
    "Outcome",
    "OverHttp",
    "PersonalData",
    "Probe",
    "QuickBooksBehaviour",
    "QwcFile",
    "Reference",
    "RemovedCertificate",
    "SameStamp",
    "ServerVersion",
    "Session",
    "Time",
    "Times",
    "UnknownOldId",
    "Update",
]
