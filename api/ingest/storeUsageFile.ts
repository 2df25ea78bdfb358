import { createHash } from 'node:crypto';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL, type Database } from '../../db/connect.js';
import { storeSiteMessages } from '../../db/usage/storeSiteMessages.js';
import { withRetries } from '../../db/withRetries.js';
import type { Actor } from '../../domain/access/actor.js';
import { KontorError, type FieldError } from '../../domain/errors.js';
import type { CheckInMessage, SiteMessage, Stored } from '../../domain/siteMessage.js';
import { CARRIED, type CarriedMessage } from '../../sites/index.js';
import { parseJson } from '../http/body.js';
import { readCheckIns, readUsageReport } from './readMessage.js';
import type { Refusals } from './refusals.js';
import { requirePeriod } from './requirePeriod.js';
import type { VerifySender } from './verifySender.js';

/** A file as somebody uploads it for the sites of one MSP. */
export interface UsageFile {
  mspId: string;
  messages: readonly CarriedMessage[];
  receivedAt: Date;
  actor: Actor;
  bodyDepth: number;
}

/** What became of one message of a file. */
export interface CarriedOutcome {
  message: SiteMessage;
  stored: Stored;
}

interface Parts {
  db: Database;
  verify: VerifySender;
  refusals: Refusals;
  ensurePartitions: (message: CheckInMessage) => Promise<void>;
}

/**
 * What became of each message of a file, where none was refused; else throws the code of the first that was, each with a pointer
 * into the file.
 */
function allOrRefusal<T>(outcomes: readonly (T | KontorError)[]): T[] {
  const fields = outcomes.flatMap((outcome, index): FieldError[] => {
    if (!(outcome instanceof KontorError)) return [];
    const { code, message } = outcome;
    if (outcome.fields.length === 0) return [{ field: `/messages/${index}`, code, message }];
    return outcome.fields.map((field) => ({ ...field, field: `/messages/${index}/body${field.field}` }));
  });
  const refused = outcomes.find((outcome) => outcome instanceof KontorError);
  if (refused === undefined) return outcomes as T[];
  const message = 'Nothing of this file was stored: what is wrong with its messages is named.';
  throw new KontorError(refused.code, message, fields);
}

/**
 * Takes a file of signed messages, all or none, and says in its order what became of each. A message that was taken before, in
 * this file or another, counts once: so a file needs no nonce of its own. Each refusal is recorded as one of the site's own would
 * be. Throws the code of the first message that is wrong, with all of them in `fields`: what verifying and reading throw, UNKNOWN_KEY
 * also for a site of another MSP, ID_REUSED_WITH_OTHER_CONTENT.
 */
export async function storeUsageFile(
  { db, verify, refusals, ensurePartitions }: Parts,
  { mspId, messages, receivedAt, actor, bodyDepth }: UsageFile,
): Promise<CarriedOutcome[]> {
  const read = ({ kind, path, body, signature }: CarriedMessage): Promise<SiteMessage> =>
    refusals.recording(receivedAt, async (claims) => {
      const sender = await verify({ path, signature, body, receivedAt, carried: true }, claims);
      if (sender.key.mspId !== mspId) {
        delete claims.mspId;
        throw new KontorError('UNKNOWN_KEY', 'No site of this MSP registered this signing key.');
      }
      if (kind === null) {
        const paths = Object.keys(CARRIED).join(' or ');
        throw new KontorError('SIGNATURE_INVALID', `A message of a file is signed for the path ${paths}.`);
      }
      const raw = parseJson(Buffer.from(body), bodyDepth);
      const arrival = { sender, channel: 'file', receivedAt } as const;
      const message = kind === 'checkIns' ? readCheckIns(raw, arrival) : readUsageReport(raw, arrival);
      requirePeriod(sender.claims, message);
      return message;
    });

  const orRefusal = (error: unknown): KontorError => {
    if (!(error instanceof KontorError) || error.retryable) throw error;
    return error;
  };
  // At the same time, so that their keys are looked up together.
  const known = allOrRefusal(await Promise.all(messages.map((message) => read(message).catch(orRefusal))));
  for (const message of known) if (message.kind === 'checkIns') await ensurePartitions(message);

  return withRetries(() =>
    db.transaction(ALL, async (trx) => {
      const outcomes: (CarriedOutcome | KontorError)[] = [];
      // One after the other: an installation's batches may follow each other in one file.
      for (const message of known) {
        const [stored] = await storeSiteMessages(trx, [message]);
        if (stored !== undefined) outcomes.push(stored instanceof KontorError ? stored : { message, stored });
      }
      const taken = allOrRefusal(outcomes);
      const hash = createHash('sha256');
      for (const { body } of messages) hash.update(body);
      appendAudit(trx, {
        ...{ at: receivedAt, actor, mspId, action: 'usage.uploaded', subject: `msp:${mspId}` },
        after: {
          messages: messages.length,
          sites: [...new Set(known.map(({ from }) => from.siteId))],
          sha256: hash.digest('hex'),
        },
      });
      return taken;
    }),
  );
}
