import { services } from './services.js';

/** The dev server of this run. Each suite takes a task queue of its own. */
export function testTemporal(): { address: string; namespace: string } {
  const { temporalAddress, namespace } = services();
  return { address: temporalAddress, namespace };
}
