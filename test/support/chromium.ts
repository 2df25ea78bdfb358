/** A real browser: headless Chromium out of an npm package, which needs nothing from the machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type BrowserContextOptions, type Page } from 'playwright-core';

/** What does not come within this does not come. */
const PATIENCE_MS = 8_000;

export interface Chromium {
  /** A page of its own, with nothing kept from those before it. */
  page(options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

/** Unpacks Chromium into a folder of its own and starts it. It ends with this process, whatever ends that. */
export async function startChromium(): Promise<Chromium> {
  const folder = await mkdtemp(join(tmpdir(), 'kontor-chromium-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const executablePath = await chromium.executablePath();
    const browser = await playwright.launch({
      executablePath,
      // As root Chromium refuses its sandbox; it opens nothing but the pages of the test.
      args: ['--no-sandbox', '--headless=shell'],
    });
    return {
      page: async (options = {}) => {
        const context = await browser.newContext(options);
        context.setDefaultTimeout(PATIENCE_MS);
        return context.newPage();
      },
      close: async () => {
        await browser.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
