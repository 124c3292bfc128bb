"""What the QuickBooks Web Connector and a web service say to each other: SOAP 1.1 over HTTP."""
