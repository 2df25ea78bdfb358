/**
 * The month on DBOS: one workflow rates it in a step, puts a workflow for each MSP into a queue and, once these are done, one for
 * each distributor into another.
 */
import { DBOS, type WorkflowHandle } from '@dbos-inc/dbos-sdk';
import { KontorError } from '../../domain/errors.js';
import { documentOf, insertDocuments, largestFirst, statementsOf } from '../floor/documents.js';
import { distributorsWithStatements, sendPack, type Distributor } from '../floor/packs.js';
import { mailStatement, renderedStatements } from '../floor/run.js';
import { rateOnce, type Peer, type PeerParts } from './peer.js';

const STATEMENTS = 'statements';
const PACKS = 'packs';
/** More are of no use to two threads that draw, and each holds a document. */
const STATEMENTS_AT_ONCE = 40;
/** Each holds the documents of a pack. */
const PACKS_AT_ONCE = 10;
/** A tenth of what DBOS ships, which would be the pace of a small month. */
const POLL_MS = 100;
const RETRIED = { retriesAllowed: true };

async function storeDocument(parts: PeerParts, mspId: string): Promise<void> {
  await insertDocuments(parts.pool, await renderedStatements(parts, [mspId]));
}

async function mailDocument({ pool, mailer }: PeerParts, mspId: string): Promise<void> {
  const [[statement], pdf] = await Promise.all([statementsOf(pool, [mspId]), documentOf(pool, mspId)]);
  if (statement === undefined || pdf === null) throw new KontorError('INTERNAL', `MSP ${mspId} has no document.`);
  await mailStatement(mailer, statement, pdf);
}

/** In their order, as the manual has it: enqueued one after another, then waited for one after another. */
async function allOf(handles: readonly WorkflowHandle<unknown>[]): Promise<void> {
  for (const handle of handles) await handle.getResult({ pollingIntervalMs: POLL_MS });
}

/** Creates DBOS' tables and starts its queues. */
export async function startDbos(parts: PeerParts): Promise<Peer> {
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: parts.databaseUrl, logLevel: 'warn' });
  const statement = DBOS.registerWorkflow(
    async (mspId: string) => {
      await DBOS.runStep(() => storeDocument(parts, mspId), { name: 'document', ...RETRIED });
      await DBOS.runStep(() => mailDocument(parts, mspId), { name: 'mail', ...RETRIED });
    },
    { name: 'statement' },
  );
  const pack = DBOS.registerWorkflow(
    (distributor: Distributor) => DBOS.runStep(() => sendPack(parts, distributor), { name: 'pack', ...RETRIED }),
    { name: 'pack' },
  );
  const rate = async () => {
    await rateOnce(parts.pool);
    return { mspIds: await largestFirst(parts.pool), distributors: await distributorsWithStatements(parts.pool) };
  };
  const month = DBOS.registerWorkflow(
    async () => {
      const { mspIds, distributors } = await DBOS.runStep(rate, { name: 'rate' });
      const statements = [];
      for (const mspId of mspIds)
        statements.push(await DBOS.startWorkflow(statement, { queueName: STATEMENTS })(mspId));
      await allOf(statements);
      const packs = [];
      for (const distributor of distributors)
        packs.push(await DBOS.startWorkflow(pack, { queueName: PACKS })(distributor));
      await allOf(packs);
      return { statements: mspIds.length, packs: packs.length };
    },
    { name: 'month' },
  );
  await DBOS.launch();
  await DBOS.registerQueue(STATEMENTS, { workerConcurrency: STATEMENTS_AT_ONCE, minPollingIntervalMs: POLL_MS });
  await DBOS.registerQueue(PACKS, { workerConcurrency: PACKS_AT_ONCE, minPollingIntervalMs: POLL_MS });
  return {
    close: async () => (await DBOS.startWorkflow(month, { workflowID: 'month' })()).getResult(),
    stop: () => DBOS.shutdown(),
  };
}
