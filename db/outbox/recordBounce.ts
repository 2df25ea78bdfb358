import { KONTOR } from '../../domain/access/actor.js';
import { shortened } from '../../domain/shortened.js';
import { appendAudit } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SAID_CHARACTERS = 500;

/**
 * A mail that was accepted, or may have been, was not delivered after all. It counts with the envelope id of that very mail
 * alone, which nobody but the relay was told. False: no such mail is there to bounce, or it has bounced already.
 */
export async function recordBounce(trx: Trx, report: { envelopeId: string; said: string }, at: Date): Promise<boolean> {
  if (!UUID.test(report.envelopeId)) return false;
  const response = shortened(report.said.replaceAll(/\p{Cc}+/gu, ' '), SAID_CHARACTERS);
  const [bounced] = await rows<{ id: string; mspId: string | null; before: string }>(
    trx,
    `with found as (select id, state from outbox
       where envelope_id = :envelopeId and state in ('sent', 'uncertain') for update)
     update outbox o set state = 'bounced', last_response = :response, claimed_by = null,
       sent_at = coalesce(o.sent_at, now())
     from found where o.id = found.id
     returning o.id, o.msp_id as "mspId", found.state as before`,
    { envelopeId: report.envelopeId, response },
  );
  if (bounced === undefined) return false;
  appendAudit(trx, {
    at,
    actor: KONTOR,
    action: 'mail.bounced',
    subject: `mail:${bounced.id}`,
    mspId: bounced.mspId,
    before: { state: bounced.before },
    after: { state: 'bounced', response },
  });
  return true;
}
