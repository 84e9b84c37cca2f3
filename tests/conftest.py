"""What is done once before the tests."""

from hypothesis import strategies

# Compiles the strategy's module at rest. Inside a running test CPython 3.11 can fail to ("AST constructor recursion depth
# mismatch") when the garbage collector calls back in between.
strategies.from_regex("a").validate()
