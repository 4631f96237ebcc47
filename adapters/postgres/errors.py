"""Everything that can be wrong with the database, as sentences.

DatabaseProblem               (a CannotRun: problem and remedy; nothing acknowledged is lost)
  DsnRefused                  not a DSN, or options that contradict each other
  HostUnreachable             nobody answers at the address
  LoginRefused                the user or the password is not accepted
  NoSuchDatabase              the server has no database of that name
  ServerBusy                  starting, stopping or out of connections: try again
  NoFreeConnection            all connections of this process are in use: try again
  ServerWentAway              the server that this command used has ended
  ServerTooOld                a Postgres older than this release works with
  MigrationRefused            the register's tables cannot be brought to this release
  DiskFull                    no space left where the data lies
  BinariesMissing             no Postgres programs, or not the ones that suit
  PlatformRefused             the embedded server does not run on this system
  FolderRefused               the data folder: not writable, not reachable, another user's
    FolderInUse               a process holds it and cannot be joined
    FolderOfAnotherVersion    written by another Twinledger or Postgres major version
  ServerDidNotStart           anything else; carries the last lines of the server's log
  ToolFailed                  pg_dump, pg_restore or psql said no
  BackupRefused               the file exists already
  RestoreRefused              the register is not empty, or the file is not a backup of one
"""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from adapters.problems import CannotRun

LOST = (
    OSError,  # with TimeoutError: connecting, or waiting for a free connection
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.TransactionRollbackError,
    asyncpg.InternalClientError,
)
"""Ways in which a server or the way to it disappears, also while it fails over or restarts."""


class DatabaseProblem(CannotRun):
    """The database cannot be used as things stand."""


class DsnRefused(DatabaseProblem): ...


class HostUnreachable(DatabaseProblem): ...


class LoginRefused(DatabaseProblem): ...


class NoSuchDatabase(DatabaseProblem): ...


class ServerBusy(DatabaseProblem): ...


class NoFreeConnection(DatabaseProblem, TimeoutError):
    """Nobody is to blame but who asks too much at once, so it is among what passes (`LOST`)."""


class ServerWentAway(DatabaseProblem): ...


class ServerTooOld(DatabaseProblem): ...


class MigrationRefused(DatabaseProblem): ...


class DiskFull(DatabaseProblem): ...


class BinariesMissing(DatabaseProblem): ...


class PlatformRefused(DatabaseProblem): ...


class FolderRefused(DatabaseProblem): ...


class FolderInUse(FolderRefused): ...


class FolderOfAnotherVersion(FolderRefused): ...


class ServerDidNotStart(DatabaseProblem): ...


class ToolFailed(DatabaseProblem): ...


class BackupRefused(DatabaseProblem): ...


class RestoreRefused(DatabaseProblem): ...


def described(dsn: str) -> str:
    """The server that a DSN names, without its password."""
    try:
        parts = urlsplit(dsn)
        query = parse_qs(parts.query)
        host = query.get("host", [parts.hostname or "localhost"])[0]
        port = query.get("port", [str(parts.port or 5432)])[0]
    except ValueError:
        return "the given DSN"
    database = unquote(parts.path.lstrip("/")) or query.get("dbname", ["(default)"])[0]
    user = unquote(parts.username or "") or query.get("user", ["(default)"])[0]
    return f"database {database!r} at {host}:{port} as {user!r}"


@contextmanager
def translated(dsn: str) -> Iterator[None]:
    """Turn what the driver raises while connecting into one of the tree above."""
    try:
        yield
    except Exception as error:
        problem = connection_problem(error, dsn)
        if problem is None:
            raise
        raise problem from error


def connection_problem(error: Exception, dsn: str) -> DatabaseProblem | None:
    """The sentence for an error of connecting; None when it is about something else."""
    where = described(dsn)
    match error:
        case asyncpg.InvalidPasswordError():
            return LoginRefused(
                f"Postgres did not accept the user or the password: {where}.",
                "Correct them in TWINLEDGER_DSN.",
            )
        case asyncpg.ProtocolViolationError() if "authentication failed" in str(error):
            return LoginRefused(
                f"The pooler did not accept the user or the password: {where}.",
                "Correct them in TWINLEDGER_DSN, and name the user in the pooler's list.",
            )
        case asyncpg.ProtocolViolationError():  # in which pgbouncer wraps whatever it has to say
            return ServerBusy(
                f"The pooler refuses ({said(error)}): {where}.", "See its log, or try again."
            )
        case asyncpg.InvalidAuthorizationSpecificationError():
            return LoginRefused(
                f"Postgres does not let this user in ({said(error)}): {where}.",
                "Create the role, or allow it in the server's pg_hba.conf.",
            )
        case asyncpg.InsufficientPrivilegeError():
            return LoginRefused(
                f"Postgres refuses ({said(error)}): {where}.",
                "Grant the privilege, or name the owner of the register in TWINLEDGER_OWNER_DSN.",
            )
        case asyncpg.InvalidCatalogNameError():
            return NoSuchDatabase(
                f"The server has no such database: {where}.",
                "Create it (CREATE DATABASE), or correct the name in TWINLEDGER_DSN.",
            )
        case asyncpg.TooManyConnectionsError() | asyncpg.CannotConnectNowError():
            return ServerBusy(
                f"Postgres takes no connections now ({said(error)}): {where}.",
                "Try again in a moment.",
            )
        case asyncpg.DiskFullError():
            return DiskFull(
                f"The disk of the database is full: {where}.",
                "Free some space and start again; what was acknowledged is safe.",
            )
        case OverflowError():
            return DsnRefused(
                f"The DSN names a port that there is not: {where}.", "Use one from 1 to 65535."
            )
        case asyncpg.InterfaceError() | ValueError() if not isinstance(error, ssl.SSLError):
            return DsnRefused(
                f"The DSN cannot be used: {said(error)}.",
                "Write it as postgresql://user:password@host:5432/database.",
            )
        case socket.gaierror():
            return HostUnreachable(
                f"The host name is not known: {where}.",
                "Correct the host in TWINLEDGER_DSN, or the name service.",
            )
        case OSError():  # refused, timed out, unreachable, no socket, TLS
            return HostUnreachable(
                f"No Postgres answers ({said(error) or 'no answer in time'}): {where}.",
                "Start the server, or correct host, port and sslmode in TWINLEDGER_DSN.",
            )
        case _:
            return None


def disk_was_full(log: str) -> bool:
    return "No space left on device" in log or "Disk quota exceeded" in log


def said(error: Exception) -> str:
    """What the error says, on one line, without a full stop."""
    return re.sub(r"\s+", " ", str(error)).strip().rstrip(".")
