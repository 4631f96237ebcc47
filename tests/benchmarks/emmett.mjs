// Appends by the event store Emmett, as its manual says: a new stream with one event each, by as
// many callers at once as are named. `node emmett.mjs DSN CALLERS SECONDS` says how many a second.
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import pg from "pg";

const [dsn, callers, seconds] = process.argv.slice(2);
const parts = new URL(dsn.replace("@/", "@local/"));
const pool = new pg.Pool({
  host: parts.searchParams.get("host"),
  user: parts.username,
  database: parts.pathname.slice(1),
  max: Number(callers),
});
const store = getPostgreSQLEventStore("unused", { connectionOptions: { pool } });
await store.schema.migrate();
const statement = "A delegation of twelve visited the schools and the town hall. ".repeat(7);
const run = Date.now();
let number = 0;

async function append() {
  number += 1;
  const data = { partnership: `${run}-${number}`, kind: "visit", statement };
  await store.appendToStream(
    `partnership-${run}-${number}`,
    [{ type: "ActivityReported", data }],
    { expectedStreamVersion: "STREAM_DOES_NOT_EXIST" },
  );
}

await append();
const begun = performance.now();
const end = begun + Number(seconds) * 1000;
let done = 0;

async function caller() {
  while (performance.now() < end) {
    await append();
    done += 1;
  }
}

await Promise.all(Array.from({ length: Number(callers) }, caller));
console.log((done * 1000) / (performance.now() - begun));
process.exit(0); // whatever its pools still keep open
