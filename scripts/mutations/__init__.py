"""`python -m scripts.mutations`: are the tests of row-level security any good?"""
