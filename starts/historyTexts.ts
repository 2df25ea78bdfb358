import type { Client } from '@temporalio/client';

/** Bytes of a payload as what they are: JSON, mostly, unless a codec has encrypted them. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  // Numbers of 64 bits and such are not told apart: they hold no secret.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readable(member)]));
}

/** Strings of a value, one a line: nothing of it is escaped, so that patterns meet it as it is. */
function textsOf(value: unknown, texts: string[] = []): string[] {
  if (typeof value === 'string') texts.push(value);
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) textsOf(member, texts);
  return texts;
}

/** Histories in memory at once. */
const AT_ONCE = 8;

/** Every workflow run that the server still keeps, with all that its history says. What is retired meanwhile is passed over. */
export async function* historyTexts(client: Pick<Client, 'workflow'>): AsyncGenerator<{ name: string; text: string }> {
  const read = async ({ workflowId, runId }: { workflowId: string; runId: string }) => {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    return { name: workflowId, text: textsOf(readable(history.events ?? [])).join('\n') };
  };
  let runs: { workflowId: string; runId: string }[] = [];
  const readAll = async () => {
    const settled = await Promise.allSettled(runs.map(read));
    runs = [];
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  };
  for await (const { workflowId, runId } of client.workflow.list({ pageSize: 500 })) {
    runs.push({ workflowId, runId });
    if (runs.length === AT_ONCE) yield* await readAll();
  }
  yield* await readAll();
}
