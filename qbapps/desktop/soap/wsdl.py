"""The description of our web service, for whoever asks its address for ``?wsdl``."""

from __future__ import annotations

from typing import Final

from qbapps.desktop.soap.escaping import escaped
from qbapps.desktop.soap.methods import METHODS, NAMESPACE, Kind, Method

SERVICE: Final = "QBWebConnectorSvc"
PORT: Final = f"{SERVICE}Soap"

_HTTP: Final = "http://schemas.xmlsoap.org/soap/http"

_STRINGS: Final = (
    f'<s:complexType name="{Kind.STRINGS}"><s:sequence>'
    '<s:element name="string" type="s:string" nillable="true" minOccurs="0" maxOccurs="unbounded"/>'
    "</s:sequence></s:complexType>"
)


def wsdl(url: str) -> bytes:
    """
    Return the WSDL 1.1 document of the service at *url*.

    Messages are document/literal wrapped. All texts may be left out, so that ``serverVersion`` may be called with its
    parameter and without. The document is made of our table of methods and contains no text of Intuit's.
    """
    methods = METHODS.values()
    schema = "".join(_wrappers(method) for method in methods)
    messages = "".join(_messages(method) for method in methods)
    operations = "".join(_operation(method) for method in methods)
    bindings = "".join(_binding(method) for method in methods)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" '
        'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:s="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:tns="{NAMESPACE}" targetNamespace="{NAMESPACE}">\n'
        f'<wsdl:types><s:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}">\n'
        f"{schema}{_STRINGS}\n</s:schema></wsdl:types>\n"
        f"{messages}"
        f'<wsdl:portType name="{PORT}">\n{operations}</wsdl:portType>\n'
        f'<wsdl:binding name="{PORT}" type="tns:{PORT}"><soap:binding transport="{_HTTP}" style="document"/>\n'
        f"{bindings}</wsdl:binding>\n"
        f'<wsdl:service name="{SERVICE}"><wsdl:port name="{PORT}" binding="tns:{PORT}">'
        f'<soap:address location="{escaped(url)}"/></wsdl:port></wsdl:service>\n'
        "</wsdl:definitions>\n"
    ).encode()


def _wrappers(method: Method) -> str:
    asked = "".join(_element(name, kind) for name, kind in method.parameters)
    return _wrapper(method.name, asked) + _wrapper(
        f"{method.name}Response", _element(f"{method.name}Result", method.result)
    )


def _wrapper(name: str, content: str) -> str:
    return f'<s:element name="{name}"><s:complexType><s:sequence>{content}</s:sequence></s:complexType></s:element>\n'


def _element(name: str, kind: Kind) -> str:
    prefix = "tns" if kind is Kind.STRINGS else "s"
    least = 1 if kind is Kind.INT else 0
    return f'<s:element name="{name}" type="{prefix}:{kind}" minOccurs="{least}" maxOccurs="1"/>'


def _messages(method: Method) -> str:
    return "".join(
        f'<wsdl:message name="{method.name}Soap{way}">'
        f'<wsdl:part name="parameters" element="tns:{method.name}{suffix}"/></wsdl:message>\n'
        for way, suffix in (("In", ""), ("Out", "Response"))
    )


def _operation(method: Method) -> str:
    return (
        f'<wsdl:operation name="{method.name}"><wsdl:input message="tns:{method.name}SoapIn"/>'
        f'<wsdl:output message="tns:{method.name}SoapOut"/></wsdl:operation>\n'
    )


def _binding(method: Method) -> str:
    body = '<soap:body use="literal"/>'
    return (
        f'<wsdl:operation name="{method.name}">'
        f'<soap:operation soapAction="{NAMESPACE}{method.name}" style="document"/>'
        f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>\n"
    )
