"""Follows an address as a browser does, for tests of the log-in; started through $BROWSER."""

import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1], timeout=600) as answer:
    answer.read()
