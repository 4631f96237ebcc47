"""What outsiders verify with, and what they are given to verify.

`twinledger_verify.py` shares nothing with the rest: neither may it import ours, nor does ours make
what it reads.
"""
