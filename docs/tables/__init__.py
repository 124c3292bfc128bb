"""What the pages say of the code, written from the code; see generate.py."""
