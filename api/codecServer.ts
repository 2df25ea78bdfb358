import express, { type Express } from 'express';
import helmet from 'helmet';
import type { PayloadCodec } from '@temporalio/common';
import { z } from 'zod';
import { KontorError } from '../domain/errors.js';
import { isOwnHost } from '../embedded/ownHost.js';

/** What the Web UI asks for in one go, with room. */
const BODY_LIMIT = '8mb';

const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));
const payloads = z.object({
  payloads: z.array(
    z.object({ metadata: z.record(z.string(), bytes).default({}), data: bytes.default(Buffer.alloc(0)) }),
  ),
});

/**
 * Decrypts payloads for the Temporal Web UI at `uiOrigin`, which asks from the browser of whoever reads there: `POST /decode`
 * in the form of Temporal's remote codecs. Nobody else's page is answered, nor anybody by another name than this machine's.
 */
export function codecServer(codec: PayloadCodec, uiOrigin: string): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet());
  app.use((req, res, next) => {
    if (!isOwnHost(req.headers.host) || req.headers.origin !== uiOrigin) {
      res.status(403).json({ message: `Only ${uiOrigin} is answered here.` });
      return;
    }
    res.set({
      'Access-Control-Allow-Origin': uiOrigin,
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'content-type, x-namespace',
      'Cache-Control': 'no-store',
      Vary: 'Origin',
    });
    if (req.method === 'OPTIONS') {
      res.status(204).end();
      return;
    }
    next();
  });
  app.post('/decode', express.json({ limit: BODY_LIMIT }), async (req, res) => {
    const asked = payloads.safeParse(req.body);
    if (!asked.success) {
      res.status(400).json({ message: 'Expected {"payloads": [{"metadata": {}, "data": "base64"}]}.' });
      return;
    }
    try {
      const decoded = await codec.decode(asked.data.payloads);
      res.json({
        payloads: decoded.map(({ metadata, data }) => ({
          metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
          data: base64(data ?? Buffer.alloc(0)),
        })),
      });
    } catch (error) {
      if (!(error instanceof KontorError)) throw error;
      res.status(422).json({ message: error.message });
    }
  });
  return app;
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}
