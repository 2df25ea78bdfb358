import { ACTIONS, type Action } from './actions.js';

/** Each may what the one before may, and more. A company edits copies of them, never these. */
export const SYSTEM_LEVELS = ['reader', 'operator', 'manager', 'administrator'] as const;
export type SystemLevel = (typeof SYSTEM_LEVELS)[number];

/** The actions of a system level, in any view. */
export function actionsOf(level: SystemLevel): Action[] {
  const rank = SYSTEM_LEVELS.indexOf(level);
  return (Object.keys(ACTIONS) as Action[]).filter((action) => SYSTEM_LEVELS.indexOf(ACTIONS[action].level) <= rank);
}
