import { describe, expect, it } from '@jest/globals';
import { unprintable } from '../../statements/fonts/runs.js';
import { renderStatement } from '../../statements/render.js';
import { readPdf } from './readPdf.js';
import { statementOf, usageLine } from './sampleStatement.js';

/** Without spaces, and what shows nothing. */
const letters = (shown: string) => shown.normalize('NFKD').replaceAll(/[\s\u200d]/g, '');

/** As a reader that knows no direction gets the glyphs: from left to right. */
const turned = (text: string) => Array.from(text).reverse().join('');

const NAMES: [script: string, name: string, printed: string][] = [
  ['Korean', '한국소프트 주식회사', '한국소프트 주식회사'],
  ['simplified Chinese', '华为软件技术有限公司', '华为软件技术有限公司'],
  ['Japanese', '株式会社サンプル', '株式会社サンプル'],
  ['Thai', 'บริษัท ซอฟต์แวร์ จำกัด', 'บริษัท ซอฟต์แวร์ จำกัด'],
  ['Georgian', 'ქართული პროგრამა', 'ქართული პროგრამა'],
  ['Armenian', 'Հայկական Ծրագիր', 'Հայկական Ծրագիր'],
  ['Hebrew', 'תוכנה ישראלית', turned('תוכנה ישראלית')],
];

describe('names in other scripts', () => {
  it.each(NAMES)('case 31: %s is printed as it is', (_script, name, printed) => {
    expect(unprintable(name)).toBeNull();
    const statement = statementOf([usageLine({ siteName: name })]);
    statement.msp.name = name;
    const { text, glyphs } = readPdf(renderStatement(statement).bytes);
    expect(letters(text)).toContain(letters(printed));
    expect(text).not.toContain('\ufffd');
    expect(glyphs).not.toContain(0);
  });

  it('case 31: Arabic is joined and runs from right to left, numbers and Latin within it from left to right', () => {
    const statement = statementOf([usageLine({ siteName: 'شركة Kontor (فرع 12) للبرمجيات' })]);
    const { text, glyphs } = readPdf(renderStatement(statement).bytes);
    expect(text).not.toContain('\ufffd');
    expect(glyphs).not.toContain(0);
    // From left to right: the last word first, the brackets mirrored, 12 as it is.
    expect(letters(text)).toMatch(new RegExp(`${turned('للبرمجيات')}\\(12${turned('فرع')}\\)Kontor${turned('شركة')}`));
  });

  it('case 31: a sign whose mirror image the font lacks stays as it is from right to left', () => {
    const { text, glyphs } = readPdf(renderStatement(statementOf([usageLine({ siteName: 'תוכנה ∽' })])).bytes);
    expect(glyphs).not.toContain(0);
    expect(letters(text)).toContain(`∽${turned('תוכנה')}`);
  });

  it('the same bytes whenever it is rendered', () => {
    const statement = statementOf(NAMES.map(([, siteName]) => usageLine({ siteName })));
    expect(renderStatement(statement).sha256).toBe(renderStatement(statement).sha256);
  });

  it.each([
    ['Javanese ꦗꦮ', 'ꦗ'],
    ['Office 👍', '👍'],
  ])('case 31: what no font has is named: %s', (name, found) => {
    expect(unprintable(name)).toBe(found);
  });
});
