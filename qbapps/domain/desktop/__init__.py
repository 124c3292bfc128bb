"""QuickBooks Desktop apps: what is true of them and of their connections. Pure."""
