import { describe, expect, it } from '@jest/globals';
import type { QuotePaper } from '../../domain/quote.js';
import { LOCALES, messagesFor } from '../../locales/index.js';
import { renderQuote } from '../../statements/renderQuote.js';
import { readPdf } from './readPdf.js';

const PAPER: QuotePaper = {
  ...{ number: 'MSP-2026-Q000001', locale: 'en', zone: 'Europe/Rome', date: '2026-06-01', validUntil: '2026-06-30' },
  programmeName: 'MSP programme',
  vendor: { name: 'Vendor', registrationNumber: 'HRB 1', address: ['Street 1', '10115 Berlin'], country: 'DE' },
  company: { name: 'Łódź Print', registrationNumber: null, address: ['Via 2'], country: null },
  ...{
    product: 'backup',
    wish: 'Ten servers',
    quantity: 10,
    years: 1,
    currency: 'EUR',
    note: 'With support',
    isOrder: true,
  },
  lines: [
    { text: 'Server agents, one year', quantity: 10, unitPrice: '24.00' },
    { text: 'Third of a cent', quantity: 1, unitPrice: '0.005' },
  ],
};
const render = (change: Partial<QuotePaper> = {}) => renderQuote({ ...PAPER, ...change });

describe('the paper of a service quote', () => {
  it.each(LOCALES)('says in %s what it is, that it binds nobody, and until when it holds', (locale) => {
    const { text } = readPdf(render({ locale }).bytes);
    const { quote: words } = messagesFor(locale);
    for (const said of [
      ...[words.documentName, words.bindsNobody, words.rows, words.total, words.notes.tax, words.facts.validUntil],
      ...[
        'MSP-2026-Q000001',
        'Vendor',
        'Łódź Print',
        'Server agents, one year',
        'With support',
        words.wished('Ten servers'),
      ],
    ]) {
      expect(text).toContain(said);
    }
    expect(text).not.toContain('[en]');
  });

  it('rounds each line once, half up, and adds them up', () => {
    const { text } = readPdf(render().bytes);
    expect(text).toContain('240.01');
    expect(text).toContain('0.01');
  });

  it('comes out byte for byte, and another one for another number', () => {
    expect(render().sha256).toBe(render().sha256);
    expect(render({ number: 'MSP-2026-Q000002' }).sha256).not.toBe(render().sha256);
  });

  it('is written without a term, a note, or an address', () => {
    const { company } = PAPER;
    const { text } = readPdf(render({ years: null, note: null, company: { ...company, address: [] } }).bytes);
    expect(text).not.toContain(messagesFor('en').quote.facts.term);
  });

  it('speaks of an order only where accepting it places one', () => {
    const said = messagesFor('en').quote.notes.order.slice(0, 40);
    expect(readPdf(render().bytes).text).toContain(said);
    expect(readPdf(render({ isOrder: false }).bytes).text).not.toContain(said);
  });
});
