import { afterAll, describe, expect, it } from '@jest/globals';
import { KontorError } from '../../domain/errors.js';
import { createRenderPool } from '../../statements/index.js';
import { renderStatement } from '../../statements/render.js';
import { renderBillingSummary } from '../../statements/summary.js';
import { statementOf, usageLine } from './sampleStatement.js';

const pool = createRenderPool({ threads: 2 });
afterAll(() => pool.close());

const statements = Array.from({ length: 40 }, (_, i) =>
  statementOf([usageLine({ siteName: `Site ${i}` })], { number: `DE-2026-${String(i).padStart(6, '0')}` }),
);

describe('the render pool', () => {
  it('returns the bytes that rendering in this thread returns', async () => {
    const statement = statementOf([usageLine()]);
    expect((await pool.renderStatement(statement)).sha256).toBe(renderStatement(statement).sha256);
  });

  it('returns a batch in the order it was asked', async () => {
    const documents = await pool.renderStatements(statements);
    const hashes = documents.map((document) => (document instanceof KontorError ? document.code : document.sha256));
    expect(hashes).toEqual(statements.map((statement) => renderStatement(statement).sha256));
  });

  it('renders the summary of a billing pack', async () => {
    const { distributor, vendor, period } = statementOf([]);
    const summary = {
      distributor,
      vendor,
      period,
      locale: 'de',
      date: '2026-06-06',
      supplement: 0,
      statements: [],
      parked: [],
    } as const;
    const document = await pool.renderBillingSummary(
      { ...summary, statements: [], credits: [], parked: [] },
      statements,
    );
    const direct = renderBillingSummary({ ...summary, statements: [], credits: [], parked: [] }, statements);
    expect(document.sha256).toBe(direct.sha256);
  });

  it('fails a document that cannot be rendered, by its number, and no other', async () => {
    const unrenderable = statementOf([usageLine()], { number: 'DE-2026-000666', currency: 'XXX' });
    const [before, failure, after] = await pool.renderStatements([statementOf([]), unrenderable, statementOf([])]);
    expect(before).not.toBeInstanceOf(KontorError);
    expect(after).not.toBeInstanceOf(KontorError);
    expect(failure).toMatchObject({ code: 'RENDER_FAILED', message: expect.stringContaining('DE-2026-000666') });
    await expect(pool.renderStatement(unrenderable)).rejects.toMatchObject({ code: 'RENDER_FAILED' });
  });

  it('replaces a thread that dies, and fails the statement that killed it alone', async () => {
    const script = `
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ statements }) => {
        if (statements.some(({ number }) => number === 'deadly')) process.exit(1);
        parentPort.postMessage(statements.map(({ number }) => ({ document: { sha256: number } })));
      });`;
    const mortal = createRenderPool({
      threads: 1,
      script: new URL(`data:text/javascript,${encodeURIComponent(script)}`),
    });
    const batch = ['before', 'deadly', 'after'].map((number) => statementOf([], { number }));
    const results = await mortal.renderStatements(batch);
    await mortal.close();
    expect(results).toEqual([
      { sha256: 'before' },
      expect.objectContaining({ code: 'RENDER_FAILED', message: expect.stringContaining('deadly') }),
      { sha256: 'after' },
    ]);
  });

  it('takes a further thread for much work, and one alone for little', async () => {
    const script = `
      import { parentPort, threadId } from 'node:worker_threads';
      parentPort.on('message', ({ statements }) => {
        setTimeout(() => parentPort.postMessage(statements.map(() => ({ document: { sha256: String(threadId) } }))), 5);
      });`;
    const telling = createRenderPool({
      threads: 2,
      script: new URL(`data:text/javascript,${encodeURIComponent(script)}`),
    });
    const threadsFor = async (count: number) => {
      const many = await telling.renderStatements(Array.from({ length: count }, () => statementOf([])));
      return new Set(many.map((document) => (document instanceof KontorError ? document.code : document.sha256))).size;
    };
    expect(await threadsFor(40)).toBe(1);
    expect(await threadsFor(400)).toBe(2);
    await telling.close();
  });

  it('refuses work once it is closed', async () => {
    const closed = createRenderPool({ threads: 1 });
    await closed.close();
    await expect(closed.renderStatement(statementOf([]))).rejects.toMatchObject({ code: 'RENDER_FAILED' });
  });
});
