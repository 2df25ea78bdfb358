/**
 * Plants one fault after the other in a copy of the compiled code, plays the months with it over a database of its own, and
 * asks the verify that has no fault in it which invariant broke. Verify shares no arithmetic with the code that it checks, so
 * nothing of the fault reaches it.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { startInbox } from '../../embedded/inbox/index.js';
import { overallVerdicts, verifyAll, type Invariant } from '../../verify/index.js';
import { createTestDatabase } from '../support/database.js';
import type { Mutation } from './mutations.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const NOW = new Date('2026-11-27T12:00:00Z');
/** Playing takes seconds; a fault may make it wait for ever. */
const PATIENCE_MS = 120_000;

/** A copy of dist/ in which one file at a time is another. */
export interface Copy {
  play: string;
  /** Puts the mutated file in place; returns what puts the right one back. */
  plant(mutation: Mutation): () => void;
  remove(): void;
}

/** The source with the fault in it. Throws where its text does not stand there exactly once. */
export function mutated({ id, file, text, by }: Mutation): string {
  const source = readFileSync(join(root, file), 'utf8');
  const parts = source.split(text);
  if (parts.length !== 2) {
    throw new Error(
      `Mutation ${id}: its text stands in ${file} ${parts.length - 1} times, not once. Mend the mutation.`,
    );
  }
  return parts.join(by);
}

export function copyOfDist(): Copy {
  mkdirSync(join(root, 'out'), { recursive: true });
  const folder = mkdtempSync(join(root, 'out', 'mutants-'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['data', 'node_modules', 'package.json']) symlinkSync(join(root, name), join(folder, name));
  return {
    play: join(folder, 'dist/test/mutants/play.js'),
    plant: (mutation) => {
      const path = join(folder, 'dist', mutation.file.replace(/\.ts$/, '.js'));
      const right = readFileSync(path);
      const { outputText } = ts.transpileModule(mutated(mutation), {
        compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
      });
      writeFileSync(path, outputText);
      return () => {
        writeFileSync(path, right);
      };
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What became of a fault: the invariants that broke, each with what is wrong; or the months could not be played. */
export interface Outcome {
  broken: Partial<Record<Invariant, string[]>>;
  /** Why playing ended early; null: it did not. */
  refused: string | null;
}

/** The line of a failed child's output that names its error. */
function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const output = 'stderr' in error ? String(error.stderr) : '';
  return /^\w*error: .*$/im.exec(output)?.[0] ?? error.message.split('\n')[0] ?? '';
}

/** Plays the months with the fault, or without any, and verifies. */
export async function outcomeOf(copy: Copy, mutation: Mutation | null): Promise<Outcome> {
  const restore = mutation === null ? () => undefined : copy.plant(mutation);
  const inboxDir = mkdtempSync(join(root, 'out', 'inbox-'));
  const inbox = await startInbox({ dataDir: inboxDir });
  const database = await createTestDatabase();
  try {
    const refused = await run(process.execPath, [copy.play, database.appUrl, inbox.smtpUrl], {
      timeout: PATIENCE_MS,
    }).then(
      () => null,
      (error: unknown) => saidBy(error),
    );
    const verdicts = overallVerdicts(await verifyAll(database.db, { now: NOW, inboxDir }));
    const broken = Object.entries(verdicts).filter((each): each is [string, string[]] => Array.isArray(each[1]));
    return { broken: Object.fromEntries(broken), refused };
  } finally {
    restore();
    await database.drop();
    await inbox.stop();
    rmSync(inboxDir, { recursive: true, force: true });
  }
}

/** Whether what should have caught the fault did. */
export function isCaught({ caughtBy }: Mutation, { broken, refused }: Outcome): boolean {
  return caughtBy === 'refused' ? refused !== null : refused === null && broken[caughtBy] !== undefined;
}
