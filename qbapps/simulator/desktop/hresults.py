"""The codes with which QuickBooks refuses to talk at all."""

import attrs


@attrs.frozen
class HResult:
    """
    A refusal of QuickBooks' request processor: nothing came back but this.

    Attributes:
        code: As the Web Connector hands it on, such as `0x80040408`.

        message: An English sentence; the real one depends on the language of QuickBooks.
    """

    code: str
    message: str


_MESSAGES = {
    "0x80040400": "QuickBooks could not parse the XML text it was given.",
    "0x80040401": "QuickBooks could not be accessed.",
    "0x80040402": "An unexpected error happened; see the log of the SDK.",
    "0x80040403": "The company file that was asked for could not be opened.",
    "0x80040408": "QuickBooks could not be started.",
    "0x80040409": "The company file and this version of QuickBooks do not go together.",
    "0x8004040A": "A company file is open already, and it is not the one that was asked for.",
    "0x8004040D": "The ticket is not valid, or its session has ended.",
    "0x80040410": "The company file is open in another mode than the one that was asked for.",
    "0x80040414": "A dialog box is showing in QuickBooks; nothing can be done until it is dismissed.",
    "0x80040416": "QuickBooks has no company file open, so the name of one has to be given.",
    "0x80040418": "The first access has to be allowed by the QuickBooks administrator, in the open company file.",
    "0x8004041A": "This application has no permission to use this company file.",
    "0x8004041D": "This application may not log in to this company file by itself.",
    "0x80040420": "The QuickBooks user has denied access.",
    "0x80040422": "This needs single-user mode, and another application is using the company file.",
    "0x80040424": "QuickBooks is not done initialising.",
    "0x80040438": "Several instances of QuickBooks are running.",
}


def refusal(code: str) -> HResult:
    """Make the refusal of *code*, in any spelling of its hexadecimal digits, with its sentence."""
    digits = code.strip().upper().removeprefix("0X")
    spelled = f"0x{digits}"
    return HResult(spelled, _MESSAGES.get(spelled, "QuickBooks refused."))
