import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { addPerson } from '../support/people.js';
import { createProgramme, eventually, type Programme } from '../support/programme.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const MAILBOX = 'mail-server.mailbox';

describe('kontor correct', () => {
  let house: Programme;
  let number: string;
  let email: string;

  const kontor = (...args: string[]) =>
    new Promise<{ exit: number; stdout: string; stderr: string }>((resolve) => {
      const env = { PATH: process.env.PATH, ...house.app.env };
      const child = execFile(process.execPath, [MAIN, 'correct', ...args], { env }, (_error, stdout, stderr) => {
        resolve({ exit: child.exitCode ?? -1, stdout, stderr });
      });
    });

  beforeAll(async () => {
    house = await createProgramme();
    const month = monthFixture(house.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'North' });
    await month.report(site, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }] });
    const [statement] = await month.close('2026-02');
    number = statement?.number ?? '';
    ({ email } = await addPerson(house.database.db, { name: 'Anna' }));
  }, 120_000);
  afterAll(() => house.stop());

  it('shows what it would say, for people and for machines', async () => {
    const shown = await kontor('--statement', number, '--line', '1', '--quantity', '25', '--preview');
    expect([shown.exit, shown.stdout]).toEqual([0, expect.stringContaining('Line       60.00 EUR to 50.00 EUR')]);
    const { stdout } = await kontor('--statement', number, '--amount', '-1.50', '--preview', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ number, line: { amount: { amount: '-1.50', currency: 'EUR' } } });
  });

  it.each([
    ['no change', ['--preview'], 2, /Say what to change/],
    ['two changes', ['--waive', '--reissue'], 2, /cannot be used with/],
    ['no reason', ['--waive'], 2, /--reason: say why/],
    ['nobody named', ['--waive', '--reason', 'x'], 2, /Say who does it: --as/],
    ['more than was billed', ['--amount', '-60.01', '--preview'], 1, /CORRECTION_EXCEEDS_BILLED/],
    ['an amount that is none', ['--amount', 'much', '--preview'], 2, /A decimal such as/],
  ])('of %s says so, and its exit status says which', async (_what, args, exit, said) => {
    const answer = await kontor('--statement', number, ...args);
    expect([answer.exit, answer.stderr]).toEqual([exit, expect.stringMatching(said)]);
  });

  it('of a number that is not there exits 1', async () => {
    const answer = await kontor('--statement', 'MSP-XX-2026-000001', '--waive', '--preview');
    expect([answer.exit, answer.stderr]).toEqual([1, expect.stringContaining('NOT_FOUND')]);
  });

  it('asks in the name of a person; another one confirms over the API', async () => {
    const asked = await kontor(
      ...['--statement', number, '--amount', '-1.50', '--reason', 'Two days down', '--as', email, '--json'],
    );
    expect([asked.exit, asked.stderr]).toEqual([0, '']);
    const { id, state } = JSON.parse(asked.stdout) as { id: string; state: string };
    expect(state).toBe('asked');
    const confirmed = await house.call('POST', `/v1/corrections/${id}/decision`, { decision: 'confirm' });
    expect(confirmed.json.state).toBe('confirmed');
    await eventually(
      () => house.call('GET', `/v1/corrections/${id}`),
      ({ json }) => json.state === 'confirmed' && json.askedBy.name === 'Anna',
    );
  });

  describe('confirm and refuse', () => {
    let folder: string;
    let waits: string;
    const tokenOf = async (name: string, spec: Parameters<Programme['token']>[1] = {}) => {
      const path = join(folder, name);
      await writeFile(path, `${await house.token('vendor', { name, ...spec })}\n`);
      return path;
    };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kontor-correct-'));
      const asked = await kontor(
        ...['--statement', number, '--amount', '-2.50', '--reason', 'One day down', '--as', email, '--json'],
      );
      waits = (JSON.parse(asked.stdout) as { id: string }).id;
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('lists and shows what waits, for people and for machines', async () => {
      const listed = await kontor('list', '--state', 'asked', '--json');
      const { items } = JSON.parse(listed.stdout) as { items: { id: string }[] };
      expect([listed.exit, items.map(({ id }) => id)]).toEqual([0, [waits]]);
      expect((await kontor('list', '--statement', number)).stdout).toContain(`${waits}  ${number}  asked`);
      const shown = await kontor('show', waits);
      expect([shown.exit, shown.stdout]).toEqual([0, expect.stringContaining('Reason     One day down')]);
      expect(JSON.parse((await kontor('show', waits, '--json')).stdout)).toMatchObject({ id: waits, state: 'asked' });
    });

    it('takes a token of a person who may, not a name', async () => {
      const answers = [
        await kontor('confirm', waits, '--as', email),
        await kontor('confirm', waits),
        await kontor('confirm', waits, '--token-file', join(folder, 'none')),
        await kontor('confirm', 'x', '--token-file', join(folder, 'none')),
        await kontor('confirm', waits, '--token-file', await tokenOf('Reader', { level: 'reader' })),
        await kontor('confirm', waits, '--token-file', await tokenOf('Machine', { kind: 'service_account' })),
        await kontor('refuse', waits, '--token-file', await tokenOf('Carl')),
        await kontor('show', '00000000-0000-4000-8000-000000000000'),
      ];
      expect(answers.map(({ exit, stderr }) => [exit, /[A-Z_]{8,}/.exec(stderr)?.[0] ?? null])).toEqual([
        [2, null],
        [2, null],
        [2, 'VALIDATION_FAILED'],
        [2, null],
        [1, 'FORBIDDEN'],
        [1, 'FOUR_EYES_REQUIRED'],
        [1, 'REASON_REQUIRED'],
        [1, 'NOT_FOUND'],
      ]);
      await writeFile(join(folder, 'worthless'), 'worthless');
      const worthless = await kontor('confirm', waits, '--token-file', join(folder, 'worthless'));
      expect([worthless.exit, worthless.stderr]).toEqual([1, expect.stringContaining('UNAUTHENTICATED')]);
      expect(JSON.parse((await kontor('show', waits, '--json')).stdout)).toMatchObject({ state: 'asked' });
    });

    it('refuses with a reason, once, and whoever asked is told', async () => {
      const ben = await tokenOf('Ben');
      const refused = await kontor('refuse', waits, '--token-file', ben, '--reason', 'Not agreed', '--json');
      expect([refused.exit, JSON.parse(refused.stdout)]).toEqual([
        0,
        expect.objectContaining({ correctionId: waits, state: 'refused' }),
      ]);
      const again = await kontor('confirm', waits, '--token-file', ben);
      expect([again.exit, again.stderr]).toEqual([1, expect.stringContaining('ALREADY_DECIDED')]);
      const told = await house.query<{ recipient: string; params: object }>(
        `select recipient, params from outbox where kind = 'correctionDecided' and message_id like '%' || :waits || '%'`,
        { waits },
      );
      expect(told).toEqual([
        {
          recipient: email,
          params: expect.objectContaining({ state: 'refused', decidedBy: 'Ben', reason: 'Not agreed' }) as object,
        },
      ]);
    });

    it('confirms', async () => {
      const asked = await kontor(
        ...['--statement', number, '--amount', '-2.50', '--reason', 'One day down', '--as', email, '--json'],
      );
      const { id } = JSON.parse(asked.stdout) as { id: string };
      const confirmed = await kontor('confirm', id, '--token-file', await tokenOf('Dora'));
      expect([confirmed.exit, confirmed.stdout]).toEqual([0, expect.stringContaining('is confirmed')]);
    });
  });
});
