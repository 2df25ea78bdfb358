/** What a worker process serves. Each role has a task queue of its own, so that a slow relay or a long document holds up nothing else. */
export const WORKER_ROLES = ['main', 'render', 'mail'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

/** The task queue of a role: `kontor`, `kontor-render`, `kontor-mail`. Workflows are on the main one. */
export function queueOf(taskQueue: string, role: WorkerRole): string {
  return role === 'main' ? taskQueue : `${taskQueue}-${role}`;
}
