"""What people keep or print: HTML reports, worklists, and CSV files that spreadsheets can open safely."""
