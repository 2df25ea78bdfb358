import { appendAudit } from '../../db/access/auditStore.js';
import { insertHandOver, isDeskActive, isReached, listHandOvers, lockAtDesk } from '../../db/access/handOverStore.js';
import { hasPeople } from '../../db/access/personStore.js';
import type { Trx } from '../../db/connect.js';
import { caseList } from '../../db/readModels/caseList.js';
import { deskCases, type DeskCase } from '../../db/readModels/deskCases.js';
import type { Actor } from '../../domain/access/actor.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { requireAtDesk, requireMove, requireProposal, type Holder, type Proposal } from '../../domain/serviceDesk.js';

/** A case as the reader was handed it; NOT_FOUND, as for one of somebody else. */
export async function requireDeskCase(trx: Trx, id: string): Promise<DeskCase> {
  const [found] = await deskCases(trx, { id, limit: 1 });
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such case.');
  return found;
}

/** Throws NOT_FOUND unless the reader sees the case: the partner team sees each, others what was handed to them. */
export async function requireSeenCase(trx: Trx, side: Holder, id: string): Promise<void> {
  if (side !== 'partner_team') {
    await requireDeskCase(trx, id);
    return;
  }
  const [found] = await caseList(trx, { id, limit: 1 });
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such case.');
}

/** Somebody has to be there to whom a case is handed. */
async function requireTaker(
  trx: Trx,
  to: Holder,
  { mspId, tenantId }: { mspId: string; tenantId: string | null },
): Promise<void> {
  const refuse = (message: string): never => {
    throw fieldError('STATE_CONFLICT', '/to', message);
  };
  if (to === 'msp' && !(await hasPeople(trx, mspId))) refuse('Nobody acts for this MSP: invite somebody first.');
  if (to !== 'customer') return;
  if (tenantId === null) return refuse('This case is of no tenant, and so of no customer.');
  if (!(await isDeskActive(trx, mspId))) {
    refuse('Customers take no part in cases: an administrator of the MSP switches that on (PUT …/service-desk).');
  }
  if (!(await isReached(trx, { mspId, tenantId }))) {
    refuse('Nobody sees this tenant who does not see all of the MSP: name its customer, or invite somebody for it.');
  }
}

/**
 * Hands a case over that the sender sees, in a transaction that sees all; a repeat of the request finds what it did. Throws what
 * `requireAtDesk`, `requireMove` and `requireProposal` throw, and STATE_CONFLICT where there is nobody to take it. Of two at once
 * the second is told where the first left the case.
 */
export async function handOver(
  trx: Trx,
  {
    caseId,
    id,
    side,
    to,
    note,
    proposal,
    at,
    actor,
  }: {
    caseId: string;
    id: string;
    side: Holder;
    to: Holder;
    note: string;
    proposal: Proposal | null;
    at: Date;
    actor: Actor;
  },
): Promise<void> {
  const found = await lockAtDesk(trx, caseId);
  if (found === undefined) {
    throw new KontorError(
      'STATE_CONFLICT',
      'It was refused before an MSP could be told: there is nobody to hand it to.',
    );
  }
  if ((await listHandOvers(trx, { caseId, id, limit: 1 })).length > 0) return;
  const { mspId, tenantId, holder } = found;
  // Whoever switched it off meanwhile has the last word.
  if (side === 'customer' && !(await isDeskActive(trx, mspId))) {
    throw new KontorError('NOT_FOUND', 'There is no such case.');
  }
  requireAtDesk(found, at);
  requireMove(side, holder, to);
  if (proposal !== null) requireProposal(proposal, { side, ...found });
  await requireTaker(trx, to, found);
  await insertHandOver(trx, { id, caseId, mspId, tenantId, from: holder, to, side, note, proposal, at, by: actor });
  appendAudit(trx, {
    ...{ at, actor, action: 'case.handedOver', subject: `case:${caseId}`, mspId, reason: note },
    ...{ before: { holder }, after: { holder: to, proposal } },
  });
}
