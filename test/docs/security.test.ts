import { access, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

const HOME = new URL('../../../', import.meta.url);

const text = await readFile(new URL('docs/security.md', HOME), 'utf8');
const list = await readFile(new URL('test/docs/asvs-5.0.0-level-2.txt', HOME), 'utf8');
const required = list.split('\n').filter((line) => /^\d/.test(line));

/** The lines of the tables: number, verdict, where or why. */
const judged = [...text.matchAll(/^\| (\d+\.\d+\.\d+) +\| (\S[^|]*?) +\| (\S.*?) *\|$/gm)].map(
  ([, id = '', verdict = '', why = '']) => ({ id, verdict, why }),
);

/** What looks like a file of the repository. */
const paths = [...text.matchAll(/`((?:[\w.-]+\/)*[\w-]*\.[\w.-]+)`/g)].map(([, path = '']) => path);

describe('docs/security.md', () => {
  it('judges each requirement of levels 1 and 2 once, in the order of the standard', () => {
    expect(required).toHaveLength(253);
    expect(judged.map(({ id }) => id)).toEqual(required);
  });

  it('knows three verdicts, and counts them right', () => {
    const count = (which: string) => judged.filter(({ verdict }) => verdict === which).length;
    const counts = [judged.length, count('met'), count('not met'), count('n/a')];
    expect(counts[0]).toBe(counts.slice(1).reduce((sum, each) => sum + each));
    const [, line = ''] = /^\| requirements .*\n.*\n\| (.*) \|$/m.exec(text) ?? [];
    expect(line.split('|').map(Number)).toEqual(counts);
  });

  it('says where each is met, and what would close each that is not', () => {
    const met = judged.filter(({ verdict, why }) => verdict === 'met' && !/[`"]|managed memory/.test(why));
    expect(met).toEqual([]);
    const open = judged.filter(({ verdict, why }) => verdict === 'not met' && !/To close: |^As \d/.test(why));
    expect(open).toEqual([]);
  });

  it('names files that there are', async () => {
    expect(paths.length).toBeGreaterThan(200);
    const there = await Promise.all(
      [...new Set(paths)].map((path) =>
        access(new URL(path, HOME)).then(
          () => [],
          () => [path],
        ),
      ),
    );
    expect(there.flat()).toEqual([]);
  });
});
