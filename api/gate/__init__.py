"""The gate before every JSON route: requests that are not plain are refused before decoding."""

from api.gate.middleware import gate as gate
