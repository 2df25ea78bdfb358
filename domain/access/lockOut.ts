/** After how many tries that failed one has to wait, and how long: twice as long after each further one. */
export interface LockOut {
  /** Tries without a wait. */
  free: number;
  firstWaitSeconds: number;
  longestWaitSeconds: number;
}

/** For one address of a login, whether there is such a login or not. */
export const LOCK_OUT: LockOut = { free: 5, firstWaitSeconds: 60, longestWaitSeconds: 3_600 };

/** For one host: an office, or a proxy, may be many people. */
export const HOST_LOCK_OUT: LockOut = { free: 100, firstWaitSeconds: 30, longestWaitSeconds: 300 };
