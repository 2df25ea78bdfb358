import { z } from 'zod';
import type { NodeProcess } from '../services/nodeProcess.js';

const STATISTICS = z.object({ statements: z.number(), rssBytes: z.number() });
const SAMPLE_MS = 500;

/** What the worker did and held while it was watched. */
export interface WorkerLoad {
  sqlStatements: number;
  /** Largest of all samples, in bytes. */
  peakRssBytes: number;
}

/** Watches the worker during `work`: its SQL statements from start to end, and its memory twice a second. */
export async function watchWorker<T>(
  worker: NodeProcess<unknown>,
  work: () => Promise<T>,
): Promise<{ result: T; load: WorkerLoad }> {
  const before = await worker.ask('statistics', STATISTICS);
  let peakRssBytes = before?.rssBytes ?? 0;
  const sample = async () => {
    const now = await worker.ask('statistics', STATISTICS);
    peakRssBytes = Math.max(peakRssBytes, now?.rssBytes ?? 0);
    return now;
  };
  const timer = setInterval(() => void sample(), SAMPLE_MS);
  try {
    const result = await work();
    const after = await sample();
    return { result, load: { sqlStatements: (after?.statements ?? 0) - (before?.statements ?? 0), peakRssBytes } };
  } finally {
    clearInterval(timer);
  }
}
