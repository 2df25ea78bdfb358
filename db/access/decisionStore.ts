import type { z } from 'zod';
import {
  DECISION_CONTENT,
  type DecisionContent,
  type DecisionKind,
  type StoredDecision,
} from '../../domain/decision.js';
import { actor, type Actor } from '../../domain/access/actor.js';
import { KontorError } from '../../domain/errors.js';
import { readStored } from '../../domain/readStored.js';
import { rows, type Trx } from '../connect.js';

/** Keeps what a person decided; a repeat of the request keeps nothing anew. */
export async function insertDecision<K extends DecisionKind>(trx: Trx, decision: StoredDecision<K>): Promise<void> {
  const { id, kind, subject, content, at } = decision;
  await rows(
    trx,
    `insert into decision (id, kind, subject, content, actor, decided_at)
     values (:id, :kind, :subject, :content, :actor, :at) on conflict (id) do nothing`,
    { id, kind, subject, content: JSON.stringify(content), actor: JSON.stringify(decision.actor), at },
  );
}

/** Keeps what one request decides of many, all or none; a repeat keeps nothing anew. */
export async function insertBatch<K extends DecisionKind>(
  trx: Trx,
  batchId: string,
  decisions: readonly StoredDecision<K>[],
): Promise<void> {
  await rows(
    trx,
    `insert into decision (id, kind, subject, content, actor, decided_at, batch_id)
     select x.id, x.kind, x.subject, x.content, x.actor, x.at, :batchId
     from jsonb_to_recordset(:decisions::jsonb) as x(id uuid, kind text, subject text, content jsonb, actor jsonb, at timestamptz)
     on conflict (id) do nothing`,
    { batchId, decisions: JSON.stringify(decisions) },
  );
}

/** What a request that decides many has kept, by subject; empty: it has kept nothing yet. */
export async function decisionsOfBatch(trx: Trx, batchId: string): Promise<Map<string, string>> {
  const found = await rows<{ id: string; subject: string }>(
    trx,
    'select id, subject from decision where batch_id = :batchId',
    { batchId },
  );
  return new Map(found.map(({ id, subject }) => [subject, id]));
}

/** Whether a request has decided, or tried to: it is the same one, asked again. */
async function hasDecision(trx: Trx, { id, subject }: { id: string; subject: string }): Promise<boolean> {
  const found = await rows(trx, 'select 1 as one from decision where id = :id and subject = :subject', { id, subject });
  return found.length > 0;
}

/**
 * The same of what can be decided once; throws what `requireOpen` throws. Asked again, a request whose decision is kept is told
 * what it has brought about, and so nothing needs to be open any more.
 */
export async function insertOnlyDecision<K extends DecisionKind>(
  trx: Trx,
  decision: StoredDecision<K>,
  requireOpen: () => void,
): Promise<void> {
  if (!(await hasDecision(trx, decision))) requireOpen();
  await insertDecision(trx, decision);
}

/** The decision of that id; NOT_FOUND unless a person made it, of this kind and on this subject. */
export async function requireDecision<K extends DecisionKind>(
  trx: Trx,
  id: string,
  { kind, subject }: { kind: K; subject: string },
): Promise<{ content: DecisionContent<K>; actor: Actor }> {
  const [found] = await rows<{ content: unknown; actor: unknown }>(
    trx,
    'select content, actor from decision where id = :id and kind = :kind and subject = :subject',
    { id, kind, subject },
  );
  if (found === undefined) {
    throw new KontorError('NOT_FOUND', `Nobody made a decision ${id} on ${subject}: decisions are made over the API.`);
  }
  const what = `Decision ${id}`;
  return {
    content: readStored(DECISION_CONTENT[kind] as unknown as z.ZodType<DecisionContent<K>>, found.content, what),
    actor: readStored(actor, found.actor, what),
  };
}
