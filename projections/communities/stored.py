"""Communities as bytes in a table. The bytes depend on the values alone."""

import msgspec

from projections.communities.community import Community

encode = msgspec.json.Encoder().encode
"""As JSON."""

decode = msgspec.json.Decoder(Community).decode
"""What `encode` made of a community."""
