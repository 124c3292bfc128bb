"""``python -m qbapps`` is ``qbapps``."""

from qbapps.cli import main

if __name__ == "__main__":
    main()
