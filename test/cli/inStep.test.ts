import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { ENV_SCHEMA } from '../../config/env.js';
import { createProgram } from '../../cli/program.js';
import { ALL_KINDS } from '../../domain/reconcile/index.js';
import { settingsDocument } from '../../domain/settings/document.js';
import { SETTINGS_GROUPS } from '../../domain/settings/index.js';

const VARIABLES = Object.keys(ENV_SCHEMA.shape);

async function file(name: string): Promise<string> {
  return await readFile(new URL(`../../../${name}`, import.meta.url), 'utf8');
}

/** Keys of the mapping that starts at the line `start`, as deep as its first entry. */
function keysUnder(lines: readonly string[], start: number): string[] {
  const indent = /^ */.exec(lines[start + 1]!)![0].length;
  const end = lines.findIndex(
    (line, index) => index > start && line.trim() !== '' && !line.startsWith(' '.repeat(indent)),
  );
  return lines
    .slice(start + 1, end === -1 ? undefined : end)
    .flatMap((line) => /^( *)([\w<]+):/.exec(line) ?? [])
    .flatMap((_part, index, parts) => (index % 3 === 2 && parts[index - 1]!.length === indent ? [parts[index]!] : []));
}

/** The environment of one of our own services, the shared part included. */
async function environmentOf(service: string): Promise<string[]> {
  const lines = (await file('docker-compose.yml')).split('\n');
  const shared = keysUnder(
    lines,
    lines.findIndex((line) => line.startsWith('x-kontor-environment:')),
  );
  const begin = lines.indexOf(`  ${service}:`);
  const own = keysUnder(
    lines,
    lines.findIndex((line, index) => index > begin && line === '    environment:'),
  );
  expect(own).toContain('<<');
  return [...shared, ...own.filter((key) => key !== '<<')];
}

describe('docker-compose.yml', () => {
  it.each(['api', 'worker', 'migrate'])('gives %s only variables that the configuration knows', async (service) => {
    const keys = await environmentOf(service);
    expect(keys.filter((key) => !VARIABLES.includes(key))).toEqual([]);
    expect(keys.length).toBeGreaterThan(4);
  });

  it('gives every process what it cannot start without', async () => {
    const needed = ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'SMTP_URL'];
    expect(await environmentOf('api')).toEqual(expect.arrayContaining([...needed, 'HOST', 'PORT']));
    expect(await environmentOf('worker')).toEqual(expect.arrayContaining(needed));
    expect(await environmentOf('migrate')).toEqual(expect.arrayContaining(['DATABASE_URL', 'DATABASE_OWNER_URL']));
  });

  it('gives the keys of secrets in the database to the API alone, which opens them', async () => {
    const given = ['api', 'worker', 'migrate'].map(async (service) => [service, await environmentOf(service)] as const);
    const holders = (await Promise.all(given)).filter(([, keys]) => keys.includes('SECRET_KEYS'));
    expect(holders.map(([service]) => service)).toEqual(['api']);
  });

  it('has no password of its own', async () => {
    const text = await file('docker-compose.yml');
    const passwords = [...text.matchAll(/\$\{(\w*PASSWORD)([^}]*)\}/g)].map(([, name, rest]) => [name, rest]);
    expect(new Set(passwords.map(([name]) => name))).toEqual(
      new Set(['POSTGRES_PASSWORD', 'KONTOR_APP_PASSWORD', 'TEMPORAL_DB_PASSWORD']),
    );
    for (const [, rest] of passwords) expect(rest).toMatch(/^:\?/);
  });

  it('pins every image', async () => {
    const images = [...(await file('docker-compose.yml')).matchAll(/^ {4}image: (.*)$/gm)].map(([, image]) => image);
    expect(images).toHaveLength(6);
    for (const image of images) expect(image).toMatch(/:v?\d+/);
  });

  it('leaves workers without a port of the host, so that any number may run', async () => {
    const text = await file('docker-compose.yml');
    expect(text.slice(text.indexOf('\n  worker:'), text.indexOf('\nconfigs:'))).not.toContain('ports:');
  });
});

describe('README.md', () => {
  it('lists every variable with its default and meaning', async () => {
    const rows = (await file('README.md'))
      .split('\n')
      .filter((line) => /^\| `[A-Z]/.test(line))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const expected = Object.entries(ENV_SCHEMA.shape).map(([name, field]) => {
      const value: unknown = field.safeParse(undefined).data;
      return [
        `\`${name}\``,
        value === undefined
          ? '–'
          : `\`${Array.isArray(value) ? value.join(',') : JSON.stringify(value).replaceAll('"', '')}\``,
        field.description,
      ];
    });
    expect(rows).toEqual(expected);
  });

  it('lists every command', async () => {
    const text = await file('README.md');
    for (const command of (await createProgram([])).commands) {
      expect(text).toContain(`\`kontor ${command.name()}`);
    }
  });
});

describe('docs/dependencies.md', () => {
  it('gives each dependency of package.json its reason, and none besides', async () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(await file('package.json'));
    const listed = [...(await file('docs/dependencies.md')).matchAll(/^- `([^`]+)`: .+\.$/gm)].map(([, name]) => name!);
    expect([...listed].sort()).toEqual(
      [dependencies, devDependencies, optionalDependencies].flatMap((some) => Object.keys(some)).sort(),
    );
  });
});

describe('docs/settings.md', () => {
  it('rule 23: lists every setting as the code has it; otherwise run: npm run settings', async () => {
    const text = await file('docs/settings.md');
    expect(text).toBe(settingsDocument());
    for (const [group, { members }] of Object.entries(SETTINGS_GROUPS)) {
      for (const name of Object.keys(members)) expect(text).toContain(`\n| \`${group}.${name}\` `);
    }
    for (const kind of ALL_KINDS) expect(text).toContain(`\n| \`discrepancies.kinds.${kind}.handling\` `);
  });

  it('says of settings without effect that they have none yet', async () => {
    const listed = (await file('docs/settings.md')).split('\n').filter((line) => /by it yet/.test(line));
    expect(listed.map((line) => /`(.+?)`/.exec(line)?.[1])).toEqual([]);
  });
});
