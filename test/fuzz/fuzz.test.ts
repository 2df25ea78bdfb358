import { expect, it } from '@jest/globals';
import { fuzz } from './fuzz.js';

it('300 requests to routes by every role, fitting, nearly so and hostile: answered as the document says', async () => {
  expect(await fuzz(3, 300)).toEqual([]);
}, 180_000);
