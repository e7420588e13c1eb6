"""`python -m lekh`."""

import sys

from lekh.cli import main

if __name__ == "__main__":
    sys.exit(main())
