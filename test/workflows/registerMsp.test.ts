import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { endParticipations } from '../../activities/endParticipations.js';
import { registrationId } from '../../workflows/registerMsp.js';
import { recordHistory } from '../support/histories.js';
import { createProgramme, eventually, seconds, type Programme } from '../support/programme.js';

describe('a registration', () => {
  let programme: Programme;
  beforeAll(async () => {
    programme = await createProgramme({ PUBLIC_URL: 'https://kontor.example/' });
  });
  afterAll(() => programme.stop());

  const decide = (mspId: string, decision: object, token?: string) =>
    programme.call('POST', `/v1/programmes/msp/registrations/${mspId}/decision`, decision, token);
  const show = async (mspId: string) => (await programme.call('GET', `/v1/programmes/msp/registrations/${mspId}`)).json;
  /** Once all have ended: what another one sends is not waited for by the registration. */
  const mailsAbout = async (mspId: string) => {
    const mails = await eventually(
      () =>
        programme.query<{ kind: string; state: string }>(
          'select kind, state from outbox where msp_id = :mspId order by id',
          { mspId },
        ),
      (found) => found.every(({ state }) => state !== 'pending' && state !== 'sending'),
    );
    return mails.map(({ kind, state }) => `${kind} ${state}`);
  };
  const ended = (mspId: string) => programme.app.client.workflow.getHandle(registrationId('msp', mspId)).result();

  it('rule 14: is approved once by the partner team, and the MSP is welcomed', async () => {
    const { mspId, ...registration } = (await programme.register()).json;
    expect(registration).toMatchObject({ state: 'applied', duplicateOf: [] });
    const decided = await decide(mspId, { decision: 'approve' });
    expect(decided).toMatchObject({ status: 200, json: { mspId, state: 'approved' } });
    expect(await show(mspId)).toMatchObject({
      state: 'approved',
      decidedBy: { kind: 'person', name: 'test vendor' },
      reason: null,
    });
    expect((await decide(mspId, { decision: 'reject', reason: 'Second thoughts' })).json.code).toBe('ALREADY_DECIDED');
    await ended(mspId);
    expect(await mailsAbout(mspId)).toEqual([
      'registrationReceived sent',
      'registrationApplied sent',
      'registrationWelcome sent',
    ]);
    const { inbox } = programme.app;
    const welcome = inbox.messages().find(({ messageId }) => messageId?.includes(`registration-welcome.msp.${mspId}`));
    const { text } = await PostalMime.parse(await inbox.source(welcome?.id ?? 0));
    expect(text).toContain('https://kontor.example');
    expect(text).toMatch(/invit/);
    const trail = (await programme.call('GET', `/v1/audit?subject=msp:${mspId}`)).json.items;
    expect(
      trail.map((event: { action: string; actor: { name: string } }) => [event.action, event.actor.name]).sort(),
    ).toEqual([
      ['msp.applied', 'Applicant'],
      ['msp.approved', 'test vendor'],
      ['msp.signedUp', 'Applicant'],
    ]);
    await recordHistory(programme.app.client, registrationId('msp', mspId), 'registerMsp-approved');
  });

  it('rule 14: is rejected only with a reason, which the applicant reads', async () => {
    const { mspId } = (await programme.register()).json;
    expect((await decide(mspId, { decision: 'reject' })).json.code).toBe('REASON_REQUIRED');
    expect((await show(mspId)).state).toBe('applied');
    expect((await decide(mspId, { decision: 'reject', reason: 'No such company' })).json.state).toBe('rejected');
    expect(await show(mspId)).toMatchObject({ state: 'rejected', reason: 'No such company' });
    await ended(mspId);
    const { inbox } = programme.app;
    expect((await mailsAbout(mspId)).at(-1)).toBe('registrationRejected sent');
    const letter = inbox.messages().find(({ messageId }) => messageId?.includes(`registration-rejected.msp.${mspId}`));
    expect(String(await inbox.source(letter?.id ?? 0))).toContain('No such company');
    await recordHistory(programme.app.client, registrationId('msp', mspId), 'registerMsp-rejected');
  });

  it('is answered again as before, where the answer to a decision was lost; another one is refused', async () => {
    const { mspId } = (await programme.register({ company: { registrationNumber: 'LOST 1' } })).json;
    const token = await programme.token('vendor');
    const decideAs = async (key: string) => {
      const response = await fetch(`${programme.apiUrl}/v1/programmes/msp/registrations/${mspId}/decision`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ decision: 'reject', reason: 'No such company' }),
      });
      return { status: response.status, body: (await response.json()) as { code?: string } };
    };
    const first = await decideAs('one');
    await ended(mspId);
    // As an API leaves it that ends before it has kept its answer.
    await programme.database.asOwner(`delete from idempotency_key where key = 'one'`);
    expect(first.status).toBe(200);
    expect(await decideAs('one')).toEqual(first);
    expect(await decideAs('two')).toMatchObject({ status: 409, body: { code: 'ALREADY_DECIDED' } });
  });

  it('rule 14: is withdrawn by the link in its receipt, once, and may be made again', async () => {
    const { mspId } = (await programme.register({ company: { registrationNumber: 'BACK 1' } })).json;
    const own = { link: await programme.linkTo(`office@${mspId}.example`, /registrazione/), reason: 'Another vendor' };
    const withdraw = () => programme.call('POST', '/v1/registrations/own/withdraw', own, null);
    const answers = await Promise.all([withdraw(), withdraw()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await show(mspId)).toMatchObject({
      state: 'withdrawn',
      decidedBy: { kind: 'public' },
      reason: 'Another vendor',
    });
    expect((await decide(mspId, { decision: 'approve' })).json.code).toBe('ALREADY_DECIDED');
    const seen = await programme.call('POST', '/v1/registrations/own', { link: own.link }, null);
    expect(seen.json).toMatchObject({ state: 'withdrawn', reason: null });
    await ended(mspId);
    expect((await mailsAbout(mspId)).at(-1)).toBe('registrationWithdrawn sent');
    await recordHistory(programme.app.client, registrationId('msp', mspId), 'registerMsp-withdrawn');
    const again = await programme.register({ company: { registrationNumber: 'BACK 1' } });
    expect(again.json).toMatchObject({ state: 'applied', duplicateOf: [] });
  });

  it('rule 14: a sign-up that nobody confirms in time expires', async () => {
    const { mspId } = (await programme.signUp()).json;
    await programme.query(
      `update participation set decide_until = now() - interval '1 day' where msp_id = :mspId returning 1`,
      { mspId },
    );
    await endParticipations({ db: programme.database.db })({ now: new Date().toISOString() });
    expect((await show(mspId)).state).toBe('expired');
  });

  it('rule 14: may be made again after a rejection, without counting as a duplicate', async () => {
    const first = (await programme.register({ company: { registrationNumber: 'AGAIN 1' } })).json;
    await decide(first.mspId, { decision: 'reject', reason: 'Papers missing' });
    const again = await programme.register({ company: { registrationNumber: 'AGAIN 1' } });
    expect(again.json).toMatchObject({ state: 'applied', duplicateOf: [] });
    expect((await decide(again.json.mspId, { decision: 'approve' })).json.state).toBe('approved');
  });

  it('rule 14: is not approved while its company is suspended, and may be rejected or wait', async () => {
    const { mspId } = (await programme.register()).json;
    await programme.call('POST', `/v1/companies/${mspId}/suspend`, { reason: 'Fraud' });
    const refused = await decide(mspId, { decision: 'approve' });
    expect([refused.status, refused.json.code]).toEqual([409, 'STATE_CONFLICT']);
    expect((await show(mspId)).state).toBe('applied');
    await programme.call('POST', `/v1/companies/${mspId}/resume`, { reason: 'Sorted out' });
    expect((await decide(mspId, { decision: 'approve' })).json.state).toBe('approved');
  });

  it('rule 14: of two decisions at once one counts', async () => {
    const { mspId } = (await programme.register()).json;
    const answers = await Promise.all([
      decide(mspId, { decision: 'approve' }),
      decide(mspId, { decision: 'reject', reason: 'No' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    await ended(mspId);
    expect(await mailsAbout(mspId)).toHaveLength(3);
  });

  it('rule 14: a probable duplicate is flagged, not refused', async () => {
    const company = { registrationNumber: 'DUP 77/a' };
    const contact = { email: 'a@shared-domain.example' };
    const first = (await programme.register({ company, contact })).json;
    const byNumber = (await programme.register({ company: { registrationNumber: 'dup-77A' } })).json;
    const byDomain = (await programme.register({ contact: { email: 'b@Shared-Domain.example' } })).json;
    expect([first, byNumber, byDomain].map(({ duplicateOf }) => duplicateOf)).toEqual([
      [],
      [first.mspId],
      [first.mspId],
    ]);
    expect((await decide(byDomain.mspId, { decision: 'approve' })).status).toBe(200);
  });

  it('rule 14: of two alike at once one is flagged', async () => {
    const company = { registrationNumber: 'TWIN 1' };
    const both = await Promise.all([programme.register({ company }), programme.register({ company })]);
    expect(both.map(({ json }) => json.duplicateOf.length).sort()).toEqual([0, 1]);
  });

  it('sent twice under one id is one; other data under that id is refused', async () => {
    const mspId = randomUUID();
    const answers = await Promise.all([programme.signUp({ mspId }), programme.signUp({ mspId })]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(answers[0].json).toMatchObject({ mspId, state: 'unconfirmed' });
    expect(
      await programme.query(
        'select 1 from one_time_link l join company_contact k on k.id = l.contact_id where k.company_id = :mspId',
        { mspId },
      ),
    ).toHaveLength(1);
    const other = await programme.register({ mspId, company: { name: 'MSP Beta' } });
    expect(other).toMatchObject({ status: 409, json: { code: 'ID_REUSED_WITH_OTHER_CONTENT' } });
  });

  it('is refused where no territory is open, and by anybody but the partner team undecidable', async () => {
    const abroad = await programme.signUp({ company: { country: 'FR' } });
    expect(abroad).toMatchObject({ status: 422, json: { code: 'TERRITORY_NOT_SERVED' } });
    const { mspId } = (await programme.register()).json;
    const distributor = await programme.token('distributor', { companyId: programme.distributorId });
    expect((await decide(mspId, { decision: 'approve' }, distributor)).status).toBe(403);
  });

  it('whose workflow was lost can still be decided', async () => {
    const { mspId } = (await programme.register()).json;
    await eventually(
      () =>
        programme.query('select 1 from participation where msp_id = :mspId and workflow_started_at is not null', {
          mspId,
        }),
      ({ length }) => length === 1,
    );
    await programme.app.client.workflow.getHandle(registrationId('msp', mspId)).terminate('lost');
    expect((await decide(mspId, { decision: 'approve' })).json.state).toBe('approved');
  });

  it('keeps names and addresses out of Temporal', async () => {
    const { mspId } = (await programme.register({ company: { name: 'Canary Company' } })).json;
    await decide(mspId, { decision: 'reject', reason: 'Not now' });
    const history = await programme.app.client.workflow.getHandle(registrationId('msp', mspId)).fetchHistory();
    const payloads = JSON.stringify(history, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(payloads).toContain(mspId);
    expect(payloads).not.toMatch(/Canary|office@|Via 2/);
  });

  it('rule 14: undecided, the partner team is reminded twice, then it expires; applying again is allowed', async () => {
    const registration = { remindAfterDays: [seconds(1), seconds(2)], expireAfterDays: seconds(3.5) };
    await programme.settings({ registration, partnerTeamEmail: 'team@vendor.example' });
    const company = { registrationNumber: 'LATE 1' };
    const { mspId } = (await programme.register({ company })).json;
    await programme.settings({ partnerTeamEmail: 'team@vendor.example' });
    await eventually(
      () => show(mspId),
      ({ state }) => state === 'expired',
    );
    expect(await ended(mspId)).toEqual({ state: 'expired' });
    expect(await mailsAbout(mspId)).toEqual([
      'registrationReceived sent',
      'registrationApplied sent',
      'registrationReminder sent',
      'registrationReminder sent',
      'registrationExpired sent',
    ]);
    const reminded = programme.app.inbox
      .messages()
      .filter(({ recipients }) => recipients.includes('team@vendor.example'));
    expect(reminded).toHaveLength(3);
    expect((await decide(mspId, { decision: 'approve' })).json.code).toBe('ALREADY_DECIDED');
    expect((await programme.register({ company })).json).toMatchObject({ state: 'applied', duplicateOf: [] });
    await recordHistory(programme.app.client, registrationId('msp', mspId), 'registerMsp-expired');
  });
});
