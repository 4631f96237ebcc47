"""What each problem means and what helps: the pages `/help/problems/{code}`, and the titles."""

from msgspec import Struct


class Explained(Struct, frozen=True):
    """One kind of problem. `code` never changes; the words may."""

    code: str
    title: str
    meaning: str
    remedy: str


_ALL = (
    # What the rules of the register say.
    Explained(
        "refused",
        "The rules say no",
        "The rules of the register do not allow this act. Nothing was recorded.",
        "The detail says which rule it is and what would change it.",
    ),
    Explained(
        "invalid",
        "A value cannot be as it is",
        "A field or a parameter holds what it cannot hold. Nothing was recorded.",
        "The errors name each field, what is wrong with it and what fits.",
    ),
    Explained(
        "not-found",
        "There is no such record",
        "What the address or the body names is not recorded, or not at the moment asked for.",
        "Check the reference, and the parameters as-of, known-at and position.",
    ),
    Explained(
        "not-now",
        "Not possible now",
        "The record is not where this act needs it to be. Nothing was recorded.",
        "Ask for its actions: they say what is possible now, and if not why.",
    ),
    Explained(
        "not-at-this-stage",
        "The act belongs to another stage",
        "Each act starts from certain stages; the partnership stands at another one.",
        "The detail names the stages. The timeline says how the partnership came to its own.",
    ),
    Explained(
        "waiting",
        "An earlier step is missing",
        "The act builds on another one that is not recorded yet.",
        "Record what the detail names, or ask who can.",
    ),
    Explained(
        "on-hold",
        "A transparency review holds this back",
        "An open review stops this step until it is closed.",
        "Follow the review; the step becomes possible when it is closed.",
    ),
    Explained(
        "already-recorded",
        "This is recorded already",
        "The same step, period or answer is there. Nothing is recorded twice.",
        "Look at the timeline. What is wrong in it can be corrected, never overwritten.",
    ),
    Explained(
        "already-paired",
        "The two communities have a partnership of this level",
        "Two communities have at most one live partnership of each level (tier).",
        "Continue that partnership, or choose another level.",
    ),
    Explained(
        "another-version",
        "This is another text",
        "Approvals and signatures are for one text, known by its SHA-256; this names another.",
        "Use the approved text, or begin again with the changed one.",
    ),
    Explained(
        "elements-unanswered",
        "The review is not complete",
        "A review closes when every element has a finding, or a reason why there is none.",
        "Record a finding for each element that the detail names.",
    ),
    Explained(
        "not-yours",
        "Not yours to record",
        "This person may not record this act.",
        "The detail says who may.",
    ),
    Explained(
        "not-your-role",
        "Another role records this",
        "Which role records which act is fixed; yours does not record this one.",
        "Ask somebody in one of the roles that the detail names.",
    ),
    Explained(
        "not-your-community",
        "Another community records this",
        "You record for your own community only.",
        "Ask a clerk or the counterpart of the community that the detail names.",
    ),
    Explained(
        "not-your-body",
        "Another body decides this",
        "The body that you named does not take this decision.",
        "Name the body that decided it; the detail lists the possible ones.",
    ),
    Explained(
        "same-person",
        "A second person is needed",
        "Who did the first half may not do the second: four eyes see more than two.",
        "Ask somebody else to record it.",
    ),
    # What the ledger says.
    Explained(
        "busy",
        "Somebody else was quicker",
        "The record changed again and again while this was decided. Nothing was recorded.",
        "Send the same request again.",
    ),
    Explained(
        "not-recorded",
        "Nothing was recorded",
        "The ledger could not take the act at this moment.",
        "Send the same request again with the same Idempotency-Key.",
    ),
    Explained(
        "outcome-unknown",
        "Not known whether it was recorded",
        "The connection to the ledger was lost at the moment of recording.",
        "Send the same request again with the same Idempotency-Key: it is never recorded twice.",
    ),
    Explained(
        "read-only",
        "This register is read-only",
        "The ledger is not the one that was signed: entries are missing or were changed, as after "
        "an old backup was restored. Nothing is recorded until that is put right; everything can "
        "be read.",
        "Tell whoever keeps the register; the detail says what they can do. Send the same request "
        "again then, with the same Idempotency-Key.",
    ),
    # Who asks.
    Explained(
        "not-signed-in",
        "A token is needed",
        "The request has no token, or one that is unknown, expired or revoked.",
        "Send `Authorization: Bearer` with your token. Whoever keeps the register gives them out.",
    ),
    Explained(
        "read-only-token",
        "This token only reads",
        "The token was made for reading; commands are refused with it.",
        "Ask whoever keeps the register for a token that may record.",
    ),
    # How commands are sent.
    Explained(
        "idempotency-key-missing",
        "The Idempotency-Key is missing",
        "Every command carries a key of its own, so that sending it again never records twice.",
        "Send the header with a new random value, such as a UUID, and keep it for repetitions.",
    ),
    Explained(
        "idempotency-key-unfit",
        "The Idempotency-Key cannot be used",
        "A key has 1 to 200 printable ASCII characters without spaces.",
        "Use a UUID, for example.",
    ),
    Explained(
        "idempotency-key-reused",
        "The key names another command",
        "This key was sent before, with another content or by somebody else. Nothing was "
        "recorded now.",
        "Use a new key for a new command, never for a repetition: it may be recorded.",
    ),
    Explained(
        "if-match-missing",
        "If-Match is missing",
        "A command on a record says which version of it was seen, so that nobody decides on "
        "something unseen.",
        "Send the ETag of the partnership in If-Match; or * to decide on whatever is the newest.",
    ),
    Explained(
        "if-match-unfit",
        "If-Match cannot be read",
        "If-Match takes one ETag of a partnership, or *.",
        'Send it as you got it, with its quotes: "1234-5be0...", a position with its leaf hash. A '
        "position alone does not do, for after a restore another entry may stand there.",
    ),
    Explained(
        "record-changed",
        "The record has changed",
        "Since the version that you saw, something was recorded, or that version is lost: the "
        "register was restored from an earlier copy. Nothing of yours was recorded.",
        "Read the changes in the answer, decide again, and send the command with the new ETag.",
    ),
    # How anything is asked.
    Explained(
        "malformed",
        "The request cannot be read",
        "Two readers could understand this request in two ways, or nobody can.",
        "The errors name the place: a name that stands twice, bytes that are no UTF-8, and so on.",
    ),
    Explained(
        "unfit",
        "The register cannot hold this text or number",
        "Texts are in normal form C without invisible characters; numbers are whole.",
        "The errors name each place and what to write instead.",
    ),
    Explained(
        "not-json",
        "The body is not plain JSON",
        "Bodies are JSON in UTF-8, announced as application/json, and not compressed.",
        "Send `Content-Type: application/json` and no Content-Encoding.",
    ),
    Explained(
        "body-too-large",
        "The body is too large",
        "Each address takes bodies up to a size that is more than enough for it.",
        "Cite long texts instead of quoting them.",
    ),
    Explained(
        "body-too-slow",
        "The body did not arrive in time",
        "The request began and did not end. Nothing of it was used.",
        "Send it again.",
    ),
    Explained(
        "address-too-long",
        "The address is too long",
        "No question to the register needs so many characters.",
        "Shorten the query.",
    ),
    Explained(
        "no-such-address",
        "There is no such address",
        "Nothing is served under this address.",
        "The index at /api/v1 and the reference at /api/docs name the addresses.",
    ),
    Explained(
        "method-not-possible",
        "Not possible at this address",
        "The address is there, but takes another method.",
        "Read with GET; record with POST on .../actions/{verb}.",
    ),
    Explained(
        "not-shown-yet",
        "Recorded, but not shown yet",
        "The position that was asked for is recorded and not yet in what people read.",
        "Ask again in some seconds. Where that does not help, /healthz says what holds it up.",
    ),
    Explained(
        "not-signed-yet",
        "Recorded, but not signed yet",
        "The notary signs what is recorded once a second; no checkpoint covers this yet.",
        "Ask again in a second or two. Where that does not help, /healthz says what keeps the "
        "notary from signing.",
    ),
    Explained(
        "another-history",
        "This register has another history",
        "You read entries that this register does not have: it was restored from an earlier copy, "
        "or it is another register. Nothing was answered: so nothing is passed over in silence.",
        "The detail names the first entry that differs, where the register knows it: drop what "
        "rests on that and later ones, and read on behind the entry before it. Where it does not, "
        "ask by the cursors of earlier entries until one is taken, or begin again at the first.",
    ),
    Explained(
        "too-many-waiting",
        "Too many are waiting",
        "As many programs wait for new entries as one server lets wait.",
        "Ask again in some seconds, or ask without waiting.",
    ),
    Explained(
        "too-many-reports",
        "Too many reports are being made",
        "Reports are made one at a time, and as many wait as one server lets wait.",
        "Ask again in some seconds. One that was made before is answered at once.",
    ),
    Explained(
        "too-many-bundles",
        "Too many are downloading the register",
        "The whole register is handed out to few at once, so that everybody else is served.",
        "Ask again in a minute, or read the tiles of the log one by one: they can be cached.",
    ),
    Explained(
        "newer-release",
        "This register is newer than its program",
        "What the address names holds an entry of a type that this release does not know: a newer "
        "one recorded it. Nothing was recorded or changed.",
        "Whoever keeps the register runs the newer release; then send the same request again.",
    ),
    Explained(
        "entry-unreadable",
        "An entry is not what was recorded, or cannot be read",
        "The detail names an entry whose bytes were changed in the database, or which says nothing "
        "that this release can read. Nothing is decided or handed out on what it is about. Nothing "
        "was recorded.",
        "Whoever keeps the register keeps everything as it is, finds all such entries with "
        "`twinledger verify`, and compares them with a backup or a bundle: other bytes there are "
        "what was recorded, and are brought back; where they are the same, a newer release may "
        "read them.",
    ),
    Explained(
        "register-damaged",
        "What the register rests on was changed in its database",
        "A row that is not part of any entry is missing or is not as the register wrote it: where "
        "the ledger ends, what was signed of it, or which act a key names. Nothing is answered "
        "from it, and nothing was recorded now.",
        "Tell whoever keeps the register; the detail says what is wrong. They keep everything as "
        "it is, look with `twinledger verify`, and restore a backup in which it finds nothing. Do "
        "not send a command under another key: it may be recorded.",
    ),
    Explained(
        "database-away",
        "The database does not answer",
        "The register's database is being restarted, or cannot be reached.",
        "Send the same request again in some seconds, a command with the same Idempotency-Key: "
        "it is never recorded twice.",
    ),
    Explained(
        "database-busy",
        "Too many ask at once",
        "All connections to the database were in use for as long as a request may wait for one.",
        "Send the same request again in some seconds, a command with the same Idempotency-Key: "
        "it is never recorded twice.",
    ),
    Explained(
        "fault",
        "Something is broken here",
        "The fault is on the side of the register, and in its log.",
        "Send the same request again with the same Idempotency-Key: it is never recorded twice. "
        "If it stays, tell whoever keeps the register.",
    ),
)

EXPLAINED: dict[str, Explained] = {one.code: one for one in _ALL}
"""By code, in the order in which the page lists them."""


def explained(code: str) -> Explained:
    """What a code means; a code without words of its own is a refusal."""
    return EXPLAINED.get(code, EXPLAINED["refused"])
