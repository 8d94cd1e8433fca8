/** The original lines of a Parquet file, in file order, through DuckDB, which is let at this one file and nothing else. */
import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import { BrokenFile } from "./broken-file.ts";

/** The column that holds each line as it was written; what the other columns say is not read. */
const LINE_COLUMN = "line";
/** What DuckDB may hold; a row group of long lines takes a few hundred MB. */
const MEMORY = "1GB";
const LF = 0x0a;
const FEED = Buffer.from("\n");

/**
 * @param descriptor of the file, which stays open meanwhile; the file is opened by it, not by its name, so that no pattern in a
 * path and no exchange of the file can lead elsewhere
 * @returns chunks of whole lines, each with a line feed
 * @throws BrokenFile when the package is absent, the column is, a row has no line, or the data are cut or corrupt
 */
export async function* parquetLines(descriptor: number): AsyncGenerator<Uint8Array, void> {
  const { DuckDBInstance } = await import("@duckdb/node-api").catch(() => {
    throw new BrokenFile(
      "Parquet cannot be read here: install @duckdb/node-api (`npm ci` without --omit=optional)",
    );
  });
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    memory_limit: MEMORY,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    try {
      yield* linesFrom(connection, `/dev/fd/${descriptor}`);
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    throw error instanceof BrokenFile ? error : new BrokenFile(reasonOf(error));
  } finally {
    instance.closeSync();
  }
}

async function* linesFrom(
  connection: DuckDBConnection,
  path: string,
): AsyncGenerator<Uint8Array, void> {
  for (const setting of [
    "temp_directory = ''",
    `allowed_paths = ['${path}']`,
    "enable_external_access = false",
    "lock_configuration = true",
  ]) {
    await connection.run(`SET ${setting}`);
  }
  await refuseOtherColumns(connection, path);
  const file = `'${path}', hive_partitioning = false, file_row_number = true`;
  const rows = await connection.stream(
    `SELECT ${LINE_COLUMN}, file_row_number FROM read_parquet(${file})`,
  );
  const read = yield* inOrder(rows);
  const said = await connection.runAndReadAll(
    `SELECT num_rows FROM parquet_file_metadata('${path}')`,
  );
  if (said.value(0, 0) !== BigInt(read)) {
    throw new BrokenFile("the Parquet file has not as many rows as it says");
  }
}

async function refuseOtherColumns(connection: DuckDBConnection, path: string): Promise<void> {
  const columns = await connection.runAndReadAll(
    `DESCRIBE SELECT * FROM read_parquet('${path}', hive_partitioning = false)`,
  );
  const found = columns.getRowObjects().find((column) => column["column_name"] === LINE_COLUMN);
  if (found === undefined) {
    throw new BrokenFile(
      `the Parquet file has no column "${LINE_COLUMN}" that holds the original line: export it with one`,
    );
  }
  if (!["VARCHAR", "BLOB", "JSON"].includes(String(found["column_type"]))) {
    throw new BrokenFile(`column "${LINE_COLUMN}" of the Parquet file is neither text nor bytes`);
  }
}

/** @returns the number of rows */
async function* inOrder(rows: DuckDBResult): AsyncGenerator<Uint8Array, number> {
  let read = 0;
  for (;;) {
    const chunk = await rows.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return read;
    const [lines = [], numbers = []] = chunk.getColumns();
    const pieces: Uint8Array[] = [];
    for (const [at, line] of lines.entries()) {
      if (numbers[at] !== BigInt(read)) {
        throw new BrokenFile("the rows of the Parquet file do not come in order");
      }
      read += 1;
      pieces.push(bytesOf(line, read), FEED);
    }
    yield Buffer.concat(pieces);
  }
}

function bytesOf(line: unknown, row: number): Uint8Array {
  const bytes =
    typeof line === "string" ? Buffer.from(line) : (line as { bytes: Uint8Array } | null)?.bytes;
  if (bytes === undefined) throw new BrokenFile(`row ${row} of the Parquet file has no line`);
  if (bytes.includes(LF)) {
    throw new BrokenFile(`row ${row} of the Parquet file holds more than one line`);
  }
  return bytes;
}

/** DuckDB's own words can hold values of the file: only that it gave up, and of memory, is said. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.message.startsWith("Out of Memory")
    ? `the Parquet file needs more than ${MEMORY} of memory: write smaller row groups`
    : "the Parquet data are cut or corrupt";
}
