/** What concerns more than one company: parents and sources. Call `lockCompanies` before. */
import { isSourceTaken, isWithin } from '../../db/parties/changeCompany.js';
import type { Trx } from '../../db/connect.js';
import { findCompany } from '../../db/readModels/companyList.js';
import { fieldError } from '../../domain/errors.js';

/** A parent is another company that has not ended and is not below the company itself; else VALIDATION_FAILED. */
export async function requireParent(trx: Trx, id: string, parentId: string): Promise<void> {
  const refused = (why: string) => fieldError('VALIDATION_FAILED', '/parentId', why);
  const parent = await findCompany(trx, parentId);
  if (parent === undefined) throw refused('There is no such company.');
  if (parent.state === 'ended') throw refused('That company has ended: name one that has not.');
  if (await isWithin(trx, parentId, id)) {
    throw refused('That is the company itself or one below it, and no company is above itself: name another.');
  }
}

/** One source names one company that has not ended; else NAME_TAKEN. */
export async function requireFreeSource(trx: Trx, id: string, source: string): Promise<void> {
  if (!(await isSourceTaken(trx, source, id))) return;
  throw fieldError('NAME_TAKEN', '/source', `Another company is known as "${source}": find it by its source.`);
}
