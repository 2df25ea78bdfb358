import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { services } from './services.js';

const DAY_SECONDS = 86_400;

/** The dev server of this run. */
export function testTemporal(): { address: string } {
  return { address: services().temporalAddress };
}

/** A namespace of its own for one suite: workflow ids are business identities, and every suite closes the same months. */
export async function createTestNamespace(): Promise<string> {
  const namespace = `kontor-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect(testTemporal());
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: DAY_SECONDS as never },
    });
    // Registered is not yet known everywhere: the server's services refresh their caches on their own.
    for (;;) {
      try {
        await connection.workflowService.listOpenWorkflowExecutions({ namespace, maximumPageSize: 1 });
        return namespace;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  } finally {
    await connection.close();
  }
}
