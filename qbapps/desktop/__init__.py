"""QuickBooks Desktop by the Web Connector: the protocol, and what can be done with it."""
