import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** Beside the tests' sources: histories are committed, what is compiled is not. */
const FOLDER = new URL('../../../test/workflows/histories/', import.meta.url);

/**
 * Keeps the history of a workflow that has taken one of its paths, where RECORD_HISTORIES is set. The committed ones are
 * replayed by every run: code that would take another path with them no longer fits the workflows that are running.
 */
export async function recordHistory(client: Client, workflowId: string, name: string): Promise<void> {
  if (process.env.RECORD_HISTORIES === undefined) return;
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  await mkdir(FOLDER, { recursive: true });
  const json = JSON.stringify(JSON.parse(historyToJSON(history)));
  // Which machine recorded it does not matter: no identity, no paths.
  await writeFile(
    new URL(`${name}.json`, FOLDER),
    `${json
      .replaceAll(/"identity":"[^"]+"/g, '"identity":"recorded"')
      .replaceAll(/"name":"\d+@[^"]+"/g, '"name":"recorded"')
      .replaceAll(/"stackTrace":"(?:[^"\\]|\\.)*"/g, '"stackTrace":""')}\n`,
  );
}

/** The committed histories by name. */
export async function recordedHistories(): Promise<{ name: string; history: unknown }[]> {
  const files = (await readdir(fileURLToPath(FOLDER))).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.json'.length),
      history: JSON.parse(await readFile(new URL(file, FOLDER), 'utf8')) as unknown,
    })),
  );
}
