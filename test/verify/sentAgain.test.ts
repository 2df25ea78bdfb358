import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL } from '../../db/connect.js';
import { resendMail } from '../../db/outbox/resendMail.js';
import { TERMINAL } from '../../domain/access/actor.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { overallVerdicts, verifyAll } from '../../verify/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';

describe('case 28: a statement that is sent again, and a look at the invariants at once', () => {
  let pool: RenderPool;
  let months: ClosedMonths;
  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    months = await closedMonths(pool);
  });
  afterAll(async () => {
    await pool.close();
    await months.database.drop();
  });

  it.each(['sent', 'uncertain', 'bounced', 'parked'])('of one that was %s: I4 holds', async (state) => {
    const [mail] = await months.month.run<{ id: string }>(
      `update outbox set state = :state, sent_at = case when :state = 'sent' then sent_at end
       where id = (select max(id) from outbox where kind = 'statementIssued' and state = 'sent') returning id`,
      { state },
    );
    const resend = { id: mail?.id ?? '', reason: 'Asked for', actor: TERMINAL, at: new Date(), requestId: state };
    await months.database.db.transaction(ALL, (trx) => resendMail(trx, resend));
    expect(overallVerdicts(await verifyAll(months.database.db, {})).I4).toBe('holds');
  });
});
