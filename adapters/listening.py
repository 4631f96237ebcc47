"""Whether the address of the service is free, asked before anything is started."""

import errno
import socket

from adapters.problems import CannotRun


class PortTaken(CannotRun):
    """Nothing can listen at the configured address."""


def require_free_port(host: str, port: int) -> None:
    """Raise `PortTaken` unless a service can listen at this address now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except UnicodeError as error:  # what is no host name at all never reaches the name service
        raise PortTaken(
            f"Nothing can listen at {host!r}: that is no host name.", _remedy(OSError())
        ) from error
    except OSError as error:
        raise PortTaken(_problem(error, host, port), _remedy(error)) from error


def _problem(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Another program listens at {host}:{port} already."
    if error.errno == errno.EACCES:
        return f"This user may not listen at {host}:{port}."
    return f"Nothing can listen at {host}:{port} ({error.strerror or error})."


def _remedy(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "End it, or choose another port in TWINLEDGER_PORT."
    if error.errno == errno.EACCES:
        return "Choose a port above 1023 in TWINLEDGER_PORT, and a proxy in front of it."
    return "Choose an address of this machine in TWINLEDGER_HOST."
