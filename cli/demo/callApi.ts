import { z } from 'zod';
import type { Scene } from './scene.js';

const PROBLEM = z.object({ code: z.string(), detail: z.string() });

/** Asks the API as the first person of the partner team. Throws with the problem's code and detail. */
export async function callApi({ services, tokens }: Scene, path: string, body?: object): Promise<void> {
  const response = await fetch(`${services.apiUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.first}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return;
  const problem = PROBLEM.safeParse(await response.json().catch(() => null));
  const why = problem.success ? `${problem.data.code}: ${problem.data.detail}` : response.statusText;
  throw new Error(`POST ${path} was answered ${response.status} ${why}`);
}
