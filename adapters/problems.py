"""What stops Twinledger from running, told to the person who can change it.

CannotRun                one sentence with the problem, one with the remedy; nothing was lost
  SettingsRefused        a TWINLEDGER_ variable (adapters/settings.py)
  PortTaken              another program listens there (adapters/listening.py)
  KeyFileRefused         a file with a private key (adapters/signing/key_file.py)
  KeyFolderRefused       a key that cannot be destroyed (adapters/private/key_folder.py)
  OutputRefused          a file that is to be written (adapters/output.py)
  NotWhole               a bundle of a ledger that lacks what was signed (adapters/bundles.py)
  FileRefused            a file to import (the tree is in adapters/imports/errors.py)
  ListRefused            a reference list that is not as published (adapters/lists)
  RegimeRefused          a regime file (adapters/regimes/loader.py)
  NotaryStopped          nothing is signed (the tree is in adapters/notary/errors.py)
  WitnessFolderRefused   the folder of a witness (adapters/witness/errors.py)
  WitnessesRefused       the file that names a register's witnesses (adapters/witness/errors.py)
  MigrationError         the tables of another release (the tree is in adapters/migrate.py)
  DatabaseProblem        the database (the tree is in adapters/postgres/errors.py)
"""


class CannotRun(Exception):
    """The message is for people: problem and remedy, without a traceback."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem, self.remedy = problem, remedy
