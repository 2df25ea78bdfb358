/** Decisions that are asked for while the API is killed: each is made once, and whoever asks again is told. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from '../../db/connect.js';
import { admit } from '../support/access.js';
import { PROGRAMME, type RoundDatabase } from './world.js';

const API = fileURLToPath(new URL('../../api/main.js', import.meta.url));
const DECISIONS = 6;
/** From the restart, for all of them: those that wait for a worker wait no longer than it takes to be there. */
const ANSWERED_MS = 60_000;

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function startApi(env: Record<string, string>): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(API, [], {
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close').then(() => {
    throw new Error(`The API ended before it listened: ${said}`);
  });
  const [{ listening }] = (await Promise.race([once(child, 'message'), ended])) as [{ listening: string }];
  // Told to end later, it does.
  ended.catch(() => undefined);
  return { child, url: listening };
}

/**
 * Has six MSPs apply, kills the API `afterMs` after their refusals were asked for, starts it again and asks once more with the
 * same keys. Throws with what is wrong: an answer that did not come, another one, a refusal that was made twice.
 */
export async function killApiWhileDeciding(
  database: RoundDatabase,
  env: Record<string, string>,
  afterMs: number,
): Promise<void> {
  const db = connect(database.appUrl, 1);
  const token = await admit(db, 'vendor').finally(() => db.close());
  const direct = { ...env, DATABASE_URL: database.appUrl };
  let api = await startApi(direct);
  const call = async (method: string, path: string, body: object, key: string): Promise<Answer> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key };
    const answer = await fetch(`${api.url}${path}`, { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  try {
    const [distributor] = await database.ask<{ id: string }>(`select id from distributor_terms where code = 'DE'`);
    const territory = { distributorId: distributor?.id, opensOn: '2026-01-01' };
    await call('PUT', `/v1/programmes/${PROGRAMME}/territories/DE`, territory, randomUUID());
    const mspIds = Array.from({ length: DECISIONS }, () => randomUUID());
    for (const mspId of mspIds) {
      const applied = await call(
        'POST',
        `/v1/programmes/${PROGRAMME}/registrations`,
        {
          mspId,
          company: { name: `Applicant ${mspId}`, registrationNumber: mspId, address: ['Street 1'], country: 'DE' },
          contact: { name: 'Contact', email: `office@${mspId}.example` },
          ...{ locale: 'de', zone: 'Europe/Berlin' },
        },
        randomUUID(),
      );
      if (applied.status !== 202) throw new Error(`An application was answered ${JSON.stringify(applied)}`);
    }
    const decide = (mspId: string) =>
      call(
        'POST',
        `/v1/programmes/${PROGRAMME}/registrations/${mspId}/decision`,
        { decision: 'reject', reason: 'a fault' },
        `decision-${mspId}`,
      );
    const asked = mspIds.map((mspId) => decide(mspId).catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const ended = once(api.child, 'exit');
    api.child.kill('SIGKILL');
    await ended;
    const before = await Promise.all(asked);
    api = await startApi(direct);
    const deadline = Date.now() + ANSWERED_MS;
    for (const [index, mspId] of mspIds.entries()) {
      let again = await decide(mspId);
      while (again.status !== 200 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 250));
        again = await decide(mspId);
      }
      if (again.status !== 200) throw new Error(`A decision asked for again was answered ${JSON.stringify(again)}`);
      const first = before[index];
      if (first?.status === 200 && JSON.stringify(first.body) !== JSON.stringify(again.body)) {
        throw new Error(`A decision was answered ${JSON.stringify(first.body)} and then ${JSON.stringify(again.body)}`);
      }
    }
    const twice = await database.ask<{ subject: string; count: string }>(
      `select subject, count(*) from audit_event where action = 'msp.rejected' group by 1 having count(*) <> 1`,
    );
    if (twice.length > 0) throw new Error(`Decided more than once: ${twice.map(({ subject }) => subject).join(', ')}`);
    const [made] = await database.ask<{ count: string }>(
      `select count(*) from participation where state = 'rejected' and msp_id = any ($1::uuid[])`,
      [mspIds],
    );
    if (made?.count !== String(DECISIONS)) throw new Error(`${made?.count} of ${DECISIONS} decisions were made`);
  } finally {
    api.child.kill('SIGKILL');
  }
}
