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

/** Of many refusals the one that tells all of them: the code of the first, each with a pointer into the file. */
function refusalOf(refused: readonly { index: number; error: KontorError }[]): KontorError {
  const fields = refused.flatMap(({ index, error }): FieldError[] => {
    const { code, message } = error;
    if (error.fields.length === 0) return [{ field: `/messages/${index}`, code, message }];
    return error.fields.map((field) => ({ ...field, field: `/messages/${index}/body${field.field}` }));
  });
  const code = refused[0]?.error.code ?? 'VALIDATION_FAILED';
  return new KontorError(code, 'Nothing of this file was stored: what is wrong with its messages is named.', fields);
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

  const known: SiteMessage[] = [];
  const refused: { index: number; error: KontorError }[] = [];
  for (const [index, message] of messages.entries()) {
    try {
      known.push(await read(message));
    } catch (error) {
      if (!(error instanceof KontorError) || error.retryable) throw error;
      refused.push({ index, error });
    }
  }
  if (refused.length > 0) throw refusalOf(refused);
  for (const message of known) if (message.kind === 'checkIns') await ensurePartitions(message);

  return withRetries(() =>
    db.transaction(ALL, async (trx) => {
      const outcomes: CarriedOutcome[] = [];
      const differing: { index: number; error: KontorError }[] = [];
      // One after the other: an installation's batches may follow each other in one file.
      for (const [index, message] of known.entries()) {
        const [stored] = await storeSiteMessages(trx, [message]);
        if (stored instanceof KontorError) differing.push({ index, error: stored });
        else if (stored !== undefined) outcomes.push({ message, stored });
      }
      if (differing.length > 0) throw refusalOf(differing);
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
      return outcomes;
    }),
  );
}
